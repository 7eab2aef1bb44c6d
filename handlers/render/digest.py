"""The IPAM health digest: what changed since the last one, how it stands, what could not be checked."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from checks.report import Report
from handlers.render.blocks import Message, fitted
from handlers.render.causes import MAX_ID_CHARS, MAX_TITLE_CHARS, cause_line, symptom_line
from handlers.render.changes import Change, Changed, baseline_fault, compare, counts
from handlers.render.detail import CHAT, Detail
from handlers.render.escape import clean, mrkdwn
from handlers.render.limits.numbers import MAX_TEXT_CHARS
from handlers.render.message import cut_escaped
from handlers.render.page import Bullets, Button, Line, Page, Section, Words, name, plain, strong
from handlers.render.status import CHECK_AGAIN, facts_sections, gaps_sections, glance, unexplained
from handlers.render.words import VERDICTS, counted, moment, more, number, origin

LABELS = {
    Change.NEW: "New",
    Change.WORSE: "Worse",
    Change.SEEN: "Newly checked",
    Change.BETTER: "Better",
    Change.GONE: "Gone",
    Change.UNSEEN: "No longer checked",
}


def digest(report: Report, previous: Report | None, *, now: datetime | None = None) -> Message:
    """One message that opens with what changed since ``previous``, or with why that cannot be said."""
    told = _spoken(digest_page(report, previous, CHAT[2], now))
    return fitted(told, lambda detail: digest_page(report, previous, detail, now))


def digest_page(report: Report, previous: Report | None, detail: Detail, now: datetime | None = None) -> Page:
    """The digest before any medium."""
    fault = baseline_fault(report, previous)
    changes = compare(report, previous) if previous is not None and fault is None else ()
    if previous is None or fault is not None:
        headline = clean(report.headline, MAX_TITLE_CHARS)
        opening = [Section((Words((plain(f"Nothing to compare with: {fault}."),)),))]
    else:
        headline = _headline(report, previous, changes)
        opening = _changed(report, previous, changes, detail)
    return Page(
        mark=VERDICTS[report.verdict],
        headline=headline,
        origin=f"digest · {origin(report, now)}",
        sections=(
            *opening,
            *_problems(report, changes, detail),
            glance(report),
            *facts_sections(report, detail),
            *gaps_sections(report.not_checked, detail),
        ),
        buttons=(Button("Check again", CHECK_AGAIN, report.cluster),),
    )


def _headline(report: Report, previous: Report, changes: Sequence[Changed]) -> str:
    found = counts(changes)
    told = [f"{found[change]} {change.value}" for change in LABELS if found[change]]
    was = "" if report.verdict is previous.verdict else f"was {previous.verdict.value}; "
    return f"{was}{', '.join(told) or 'nothing changed'} since {moment(previous.taken_at)}"


def _changed(report: Report, previous: Report, changes: Sequence[Changed], detail: Detail) -> list[Section]:
    moved = [one for one in changes if one.change is not Change.SAME]
    lines = [_change_line(one, detail.prose) for one in moved[: detail.listed]]
    if len(moved) > detail.listed:
        lines.append((plain(more(len(moved) - detail.listed, "change")),))
    lines += _figures(report, previous)
    headline = Words((plain(clean(report.headline, MAX_TITLE_CHARS)),))
    items = (headline, Bullets(tuple(lines))) if lines else (headline,)
    return [Section(items, heading=f"Since {moment(previous.taken_at)}")]


def _change_line(one: Changed, prose: int) -> Line:
    title = clean(one.shown.title, min(prose, MAX_TITLE_CHARS))
    return (
        strong(f"{LABELS[one.change]}: "),
        plain(f"{title} ({_moved(one)}"),
        name(clean(one.shown.id, MAX_ID_CHARS)),
        plain(")"),
    )


def _moved(one: Changed) -> str:
    """What moved: whether it hurts, how much, or how many."""
    then, now = one.then, one.now
    if then is None or now is None:
        return f"{one.shown.severity}, " if then is None else ""
    if then.hurts != now.hurts:
        return "a risk before, hurts now, " if now.hurts else "hurt before, a risk now, "
    if then.severity != now.severity:
        return f"was {then.severity}, is {now.severity}, "
    return f"{then.subjects:,} before, {now.subjects:,} now, "


def _figures(report: Report, previous: Report) -> list[Line]:
    """Addresses and waiting pods, then and now, where both are known and differ."""
    pairs = (
        ("addresses used", previous.facts.ipam.used, report.facts.ipam.used),
        ("addresses attached", previous.facts.ipam.attached, report.facts.ipam.attached),
        ("pods not scheduled", previous.facts.pods.not_scheduled, report.facts.pods.not_scheduled),
        ("pods without an address", previous.facts.pods.without_ip, report.facts.pods.without_ip),
        ("nodes", previous.facts.nodes.total, report.facts.nodes.total),
        ("nodes reachable", previous.facts.nodes.reachable, report.facts.nodes.reachable),
    )
    return [
        (plain(f"{what}: {number(then)} before, {number(now)} now ({now - then:+,})"),)
        for what, then, now in pairs
        if then is not None and now is not None and then != now
    ]


def _problems(report: Report, changes: Iterable[Changed], detail: Detail) -> list[Section]:
    """What stands now, worst first, without what was just told."""
    told = {one.shown.id for one in changes if one.change is not Change.SAME}
    lines: list[Line] = [cause_line(cause, detail.prose) for cause in report.causes if cause.id not in told]
    lines += [
        (strong("Unexplained: "), *symptom_line(symptom))
        for symptom in unexplained(report)
        if symptom.id not in told
    ]
    hurting = len(lines)
    risks = [cause_line(risk, detail.prose) for risk in report.risks if risk.id not in told]
    sections = []
    if lines:
        heading = "As before" if told else "Now"
        sections.append(_list(f"{heading}: {counted(hurting, 'problem')}", lines, detail))
    if risks:
        sections.append(_list(f"{counted(len(risks), 'risk')}, hurting nobody yet", risks, detail))
    return sections


def _list(heading: str, lines: list[Line], detail: Detail) -> Section:
    left = len(lines) - detail.listed
    shown = lines[: detail.listed]
    if left > 0:
        shown.append((plain(f"and {left:,} more"),))
    return Section((Bullets(tuple(shown)),), heading=heading)


def _spoken(page: Page) -> str:
    """The page's sentences, for the top-level text."""
    lines = [f"{page.mark.word}: {page.headline}", page.origin]
    for section in page.sections:
        lines += [f"{section.heading}:"] if section.heading else []
        for item in section.items:
            if isinstance(item, Words):
                lines.append(_flat(item.line))
            elif isinstance(item, Bullets):
                lines += [f"- {_flat(line)}" for line in item.lines]
    return cut_escaped(mrkdwn("\n".join(lines)), MAX_TEXT_CHARS)


def _flat(line: Line) -> str:
    return "".join(piece.text for piece in line)
