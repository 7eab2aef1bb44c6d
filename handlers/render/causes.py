"""A cause or a symptom as the items of a page."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from checks.report import Cause, ReportAction, ReportEvidence, ReportSubject, Symptom
from handlers.render.detail import Detail
from handlers.render.escape import CUT, MAX_URL_CHARS, clean, clean_lines, cut
from handlers.render.page import (
    Bullets,
    Command,
    Item,
    Line,
    Section,
    Words,
    joined,
    link,
    name,
    plain,
    strong,
)
from handlers.render.words import MAX_NAME_CHARS, counted, kind_noun, more, shared_domain, subject_name

MAX_VALUE_CHARS = 200
MAX_TITLE_CHARS = 300
MAX_ID_CHARS = 80
MAX_NARROW_PATH_CHARS = 30
TOO_LONG = "The command is too long to show here: see the JSON report."


def cause_section(cause: Cause, symptoms: Iterable[Symptom], place: str, detail: Detail) -> Section:
    """One cause in full: what, why, what to do, then whom it hits, what was read, where to read on.

    Actions come before the lists: on a phone the first command must be seen without scrolling.
    """
    title = clean(cause.title, min(detail.prose, MAX_TITLE_CHARS))
    items: list[Item] = [Words((plain(f"{cause_words(cause)} · "), name(clean(cause.id, MAX_ID_CHARS))))]
    if cause.because:
        items.append(Words((plain(clean(cause.because, detail.prose)),)))
    items += action_items(cause.actions, detail)
    hurts = [s for s in symptoms if cause.id in s.explained_by]
    if hurts:
        told = joined((_hurt(symptom, cause, detail) for symptom in hurts[: detail.listed]), "; ")
        items.append(Words((strong("Hurts now: "), *told), apart=True))
    items += subject_items(cause.subjects, cause.subjects_total, detail)
    items += evidence_items(cause.evidence, detail)
    if cause.leads_to and detail.evidence:
        shown = [(name(clean(i, MAX_ID_CHARS)),) for i in cause.leads_to[: detail.listed]]
        items.append(Words((strong("Leads to: "), *_with_rest(shown, len(cause.leads_to), "finding"))))
    if cause.references and detail.references:
        shown = [(link(clean(url, MAX_URL_CHARS)),) for url in cause.references[: detail.references]]
        items.append(Words((strong("Read on: "), *_with_rest(shown, len(cause.references), "reference"))))
    return Section(tuple(items), heading=f"{place}: {title}")


def cause_words(cause: Cause) -> str:
    """Severity and confidence, in words."""
    return f"{cause.severity}, {cause.confidence}"


def cause_line(cause: Cause, prose: int) -> Line:
    """One cause or risk in one line."""
    return (
        strong(clean(cause.title, min(prose, MAX_TITLE_CHARS))),
        plain(f" ({cause_words(cause)}, "),
        name(clean(cause.id, MAX_ID_CHARS)),
        plain(")"),
    )


def symptom_line(symptom: Symptom) -> Line:
    """A symptom with its severity; an inferred one says so."""
    how = f"{symptom.severity}, inferred" if symptom.inferred else symptom.severity
    return (plain(f"{clean(symptom.title, MAX_TITLE_CHARS)} ({how})"),)


def _hurt(symptom: Symptom, cause: Cause, detail: Detail) -> Line:
    """A symptom with a few of its objects, unless they are the cause's own, which are listed anyway."""
    line = symptom_line(symptom)
    if set(symptom.subjects) <= set(cause.subjects):
        return line
    shown = [(name(subject_name(subject)),) for subject in symptom.subjects[: detail.examples]]
    total = max(symptom.subjects_total, len(symptom.subjects))
    noun = kind_noun(symptom.subjects[0].kind) if shown else "object"
    return (*line, plain(": "), *_with_rest(shown, total, noun)) if shown else line


def symptom_items(symptom: Symptom, detail: Detail) -> list[Item]:
    """A symptom that no cause explains: what, whom, what was read."""
    items: list[Item] = [Words((strong(symptom_line(symptom)[0].text),))]
    items += evidence_items(symptom.evidence, replace(detail, evidence=max(detail.evidence, 1)))
    items += subject_items(symptom.subjects, symptom.subjects_total, detail)
    return items


def action_items(actions: Sequence[ReportAction], detail: Detail) -> list[Item]:
    """What to look at, then what to change, each with its command and how to see that it worked."""
    ordered = sorted(actions, key=lambda action: action.kind != "look")
    items: list[Item] = []
    for action in ordered[: detail.actions]:
        look = action.kind == "look"
        title = clean(action.title, min(detail.prose, MAX_TITLE_CHARS))
        items.append(Words((strong("Look: " if look else "Change: "), plain(title)), apart=True))
        if action.command:
            items.append(command_item(action.command, detail.command))
        if action.risk:
            items.append(Words((strong("Risk: "), plain(clean(action.risk, detail.prose)))))
        if action.verify:
            label = "Tells: " if look else "Verify: "
            items.append(Words((strong(label), plain(clean(action.verify, detail.prose)))))
    if len(ordered) > detail.actions:
        items.append(Words((plain(more(len(ordered) - detail.actions, "action")),)))
    return items


def command_item(command: str, most: int) -> Item:
    """The command whole or not at all: half a command must not be pasted."""
    shown = clean_lines(command, most + 1)
    return Command(shown) if len(shown) <= most else Words((plain(TOO_LONG),))


def subject_items(subjects: Sequence[ReportSubject], total: int, detail: Detail) -> list[Item]:
    """The objects by kind and name, at most so many, the rest counted."""
    most = detail.subjects
    total = max(total, len(subjects))
    if not total:
        return []
    kinds = {subject.kind for subject in subjects}
    noun = kind_noun(kinds.pop()) if len(kinds) == 1 else "object"
    if not subjects or not most:
        return [Words((strong("On: "), plain(counted(total, noun))))]
    names, place = _short(subjects[:most]) if detail.narrow else ([], "")
    where = f" in {place}" if place else ""
    shown = [(name(one),) for one in names or map(subject_name, subjects[:most])]
    return [Words((strong(f"On {counted(total, noun)}{where}: "), *_with_rest(shown, total, noun)))]


def _short(subjects: Sequence[ReportSubject]) -> tuple[list[str], str]:
    """The names without the namespace or the domain that all of them share, and that."""
    places = {subject.namespace for subject in subjects}
    namespace = places.pop() if len(places) == 1 and len(subjects) > 1 else None
    if namespace:
        return [clean(subject.name, MAX_NAME_CHARS) for subject in subjects], clean(namespace, MAX_NAME_CHARS)
    names = [subject_name(subject) for subject in subjects]
    domain = shared_domain(names)
    return [one.removesuffix(domain) for one in names], domain[1:]


def evidence_items(evidence: Sequence[ReportEvidence], detail: Detail) -> list[Item]:
    """What was read, where; at most so many readings."""
    most = detail.evidence
    if not evidence or not most:
        return []
    lines = [evidence_line(one, narrow=detail.narrow) for one in evidence[:most]]
    if len(evidence) > most:
        lines.append((plain(more(len(evidence) - most, "reading")),))
    return [Words((strong("Evidence:"),)), Bullets(tuple(lines))]


def evidence_line(evidence: ReportEvidence, *, narrow: bool = False) -> Line:
    """One reading: field, value, how often, and where it was asked."""
    asked = clean(evidence.asked, MAX_VALUE_CHARS)
    if narrow and len(asked) > MAX_NARROW_PATH_CHARS and asked.count("/") > 1:
        asked = f"{CUT}/{'/'.join(asked.split('/')[-2:])}"
    times = f"{evidence.count:,} times, " if evidence.count > 1 else ""
    return (
        name(clean(evidence.field, MAX_VALUE_CHARS)),
        plain(" = "),
        name(clean(evidence.value, MAX_VALUE_CHARS)),
        plain(f" ({times}"),
        name(asked),
        plain(")"),
    )


def _with_rest(shown: Sequence[Line], total: int, noun: str) -> Line:
    line = joined(shown)
    left = total - len(shown)
    return (*line, plain(f" {more(left, cut(noun, 40))}")) if left > 0 else line
