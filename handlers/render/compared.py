"""What is better, worse and the same since an earlier report: before the status, or alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from checks.report import Report
from handlers.render.answer import Lay, as_verdict
from handlers.render.blocks import fitted
from handlers.render.causes import MAX_ID_CHARS, MAX_TITLE_CHARS
from handlers.render.changes import Change, Changed, baseline_fault, compare, counts
from handlers.render.detail import BRIEF, Detail
from handlers.render.escape import clean, mrkdwn
from handlers.render.limits.numbers import MAX_TEXT_CHARS
from handlers.render.message import Message, cut_escaped
from handlers.render.moved import change_line, figure_lines
from handlers.render.page import Bullets, Item, Line, Page, Section, Words, joined, name, plain, strong
from handlers.render.spoken import spoken
from handlers.render.status import glance, status_page
from handlers.render.words import moment, more, span

WORD = "Changed"


@dataclass(frozen=True, slots=True)
class Since:
    """An earlier report as people call it ("the last look"), or why there is none to compare with."""

    called: str
    previous: Report | None
    fault: str = ""


def compared_blocks(report: Report, since: Since, *, now: datetime, age_s: float | None = None) -> Message:
    """The status, with what changed before everything but its first lines."""
    first, _, rest = spoken(report, now=now, age_s=age_s).partition("\n")
    change = mrkdwn(f"{_heading(report, since)}: {_summary(report, since)}.")
    told = cut_escaped("\n".join((first, change, rest)), MAX_TEXT_CHARS)

    def page(detail: Detail) -> Page:
        status = status_page(report, detail, now=now, age_s=age_s)
        return replace(status, sections=(_section(report, since, detail), *status.sections))

    return fitted(told, page, BRIEF)


def changed_page(report: Report, since: Since) -> Lay:
    """What changed, alone."""
    return partial(_changed_page, report, since)


def _changed_page(report: Report, since: Since, detail: Detail) -> Page:
    known = f"{_summary(report, since)}," if _comparable(report, since) else "not known"
    return Page(
        mark=as_verdict(WORD, report),
        headline=f"{known} since {since.called}",
        origin="",
        sections=(
            _section(report, since, detail),
            Section((Words((plain(clean(report.headline, MAX_TITLE_CHARS)),)),), heading="Now"),
            glance(report),
        ),
    )


def _section(report: Report, since: Since, detail: Detail) -> Section:
    previous = since.previous if _comparable(report, since) else None
    told = Words((plain(_sentence(_summary(report, since))),))
    if previous is None:
        return Section((told,), heading=_heading(report, since))
    changes = compare(report, previous)
    moved = [one for one in changes if one.change is not Change.SAME]
    lines = [change_line(one, detail.prose) for one in moved[: detail.listed]]
    if len(moved) > detail.listed:
        lines.append((plain(more(len(moved) - detail.listed, "change")),))
    lines += _same([one for one in changes if one.change is Change.SAME], detail)
    lines += figure_lines(report, previous)
    items: tuple[Item, ...] = (told, Bullets(tuple(lines))) if lines else (told,)
    return Section(items, heading=_heading(report, since))


def _heading(report: Report, since: Since) -> str:
    if since.previous is None:
        return f"Since {since.called}"
    apart = (report.taken_at - since.previous.taken_at).total_seconds()
    ago = f", {span(apart)} before" if apart > 0 else ""
    return f"Since {since.called} ({moment(since.previous.taken_at)}{ago})"


def _comparable(report: Report, since: Since) -> bool:
    return not (since.fault or baseline_fault(report, since.previous))


def _summary(report: Report, since: Since) -> str:
    """One line, with no full stop: what changed in numbers, or why that cannot be said."""
    previous = since.previous
    if since.fault:
        return f"nothing to compare with: {since.fault}"
    if previous is not None and previous.taken_at == report.taken_at and previous.cluster == report.cluster:
        return "nothing to compare with: it is the very same report"
    if previous is None or not _comparable(report, since):
        return f"nothing to compare with: {baseline_fault(report, previous)}"
    found = counts(compare(report, previous))
    told = [f"{found[change]} {change.value}" for change in Change if found[change]]
    was = (
        ""
        if report.verdict is previous.verdict
        else f"was {previous.verdict.value}, is {report.verdict.value}; "
    )
    return was + (", ".join(told) or "nothing was wrong and nothing is")


def _sentence(summary: str) -> str:
    return f"{summary[:1].upper()}{summary[1:]}."


def _same(same: Sequence[Changed], detail: Detail) -> list[Line]:
    """What stands as before, by its ids: its titles follow below."""
    if not same:
        return []
    shown = same[: detail.listed]
    ids = joined((name(clean(one.shown.id, MAX_ID_CHARS)),) for one in shown)
    left = len(same) - len(shown)
    rest = plain(f" {more(left, 'problem')}" if left else "")
    return [(strong("The same: "), *ids, rest)]
