"""What proves each cause: the readings, whom it hits, what to run and how to see that it worked."""

import difflib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from checks.report import Cause, Report, Symptom
from handlers.render.answer import Lay, Material, as_verdict, unknown
from handlers.render.causes import (
    MAX_ID_CHARS,
    MAX_TITLE_CHARS,
    action_items,
    cause_line,
    cause_section,
    symptom_items,
)
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.gaps import gaps_sections
from handlers.render.page import Bullets, Item, Line, Page, Section, Words, name, plain
from handlers.render.status import unexplained
from handlers.render.words import counted, more

WORD = "Evidence"
MAX_SAID_CHARS = 60


def evidence_page(material: Material) -> Lay:
    """Of every cause, or of the one that is named by its id or its place."""
    if not material.named:
        return partial(_all, material.report)
    return _one(material.report, material.named[0])


def _all(report: Report, detail: Detail) -> Page:
    causes = report.causes
    sections = [
        section
        for place, cause in enumerate(causes[: detail.causes], 1)
        for section in _proof(report, cause, f"Cause {place} of {len(causes)}", detail)
    ]
    left = causes[detail.causes :]
    if left:
        sections.append(_short(left, detail, f"{counted(len(left), 'cause')} more: evidence ID shows one"))
    sections += [_symptom(symptom, detail) for symptom in unexplained(report)[: detail.causes]]
    if report.risks:
        heading = f"{counted(len(report.risks), 'risk')}, hurting nobody yet: evidence ID shows one"
        sections.append(_short(report.risks, detail, heading))
    headline = clean(report.headline, MAX_TITLE_CHARS)
    if not sections:
        sections.append(Section((Words((plain("No cause, no risk and nothing unexplained was found."),)),)))
    sections += gaps_sections(report.not_checked, detail)
    return Page(as_verdict(WORD, report), headline, "", tuple(sections))


def _short(causes: Sequence[Cause], detail: Detail, heading: str) -> Section:
    lines: list[Line] = [cause_line(cause, detail.prose) for cause in causes[: detail.listed]]
    if len(causes) > len(lines):
        lines.append((plain(more(len(causes) - len(lines), "finding")),))
    return Section((Bullets(tuple(lines)),), heading=heading)


def _symptom(symptom: Symptom, detail: Detail) -> Section:
    items: list[Item] = [Words((plain("Nothing that was read accounts for this."),))]
    return Section((*items, *symptom_items(symptom, detail)), heading="Unexplained")


def _one(report: Report, said: str) -> Lay:
    """One finding in full, as far as a message goes; what was not checked says why."""
    wanted = said.lower()
    if wanted.isdecimal() and 0 < int(wanted[:3]) <= len(report.causes):
        wanted = report.causes[int(wanted[:3]) - 1].id
    for kind, causes in (("Cause", report.causes), ("Risk", report.risks)):
        for cause in causes:
            if cause.id == wanted:
                return partial(_cause, report, cause, kind)
    symptom = next((one for one in report.symptoms if one.id == wanted), None)
    if symptom is not None:
        return partial(_told_symptom, report, symptom)
    gap = next((one for one in report.not_checked if one.id == wanted), None)
    if gap is not None:
        headline = f"{clean(gap.id, MAX_ID_CHARS)} was not checked"
        return lambda detail: Page(unknown(WORD), headline, "", tuple(gaps_sections((gap,), detail)))
    return partial(_strange, report, said)


def _cause(report: Report, cause: Cause, kind: str, detail: Detail) -> Page:
    headline = clean(cause.title, MAX_TITLE_CHARS)
    return Page(as_verdict(WORD, report), headline, "", tuple(_proof(report, cause, kind, detail)))


def _proof(report: Report, cause: Cause, place: str, detail: Detail) -> list[Section]:
    """What was read and whom it hits, before what to do."""
    sections = [cause_section(replace(cause, actions=()), report.symptoms, place, detail)]
    todo = action_items(cause.actions, detail)
    return [*sections, Section(tuple(todo), heading="What to do")] if todo else sections


def _told_symptom(report: Report, symptom: Symptom, detail: Detail) -> Page:
    """A symptom, and the causes that explain it."""
    headline = clean(symptom.title, MAX_TITLE_CHARS)
    by = [cause for cause in report.causes if cause.id in symptom.explained_by]
    if not by:
        return Page(as_verdict(WORD, report), headline, "", (_symptom(symptom, detail),))
    told = Section(tuple(symptom_items(symptom, detail)))
    return Page(as_verdict(WORD, report), headline, "", (told, _short(by, detail, "Explained by")))


def _strange(report: Report, said: str, detail: Detail) -> Page:
    """An id that this report does not have: nothing is said of whether it was checked."""
    found = [one.id for one in (*report.causes, *report.risks)] + [one.id for one in report.symptoms]
    near = difflib.get_close_matches(said[:MAX_ID_CHARS], found, n=detail.listed, cutoff=0.3) or found
    lines = tuple((name(clean(one, MAX_ID_CHARS)),) for one in near[: detail.listed])
    sections = (Section((Bullets(lines),), heading="It found"),) if lines else ()
    headline = f"that report found nothing called “{clean(said, MAX_SAID_CHARS)}”"
    return Page(unknown(WORD), headline, "", sections)
