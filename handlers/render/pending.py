"""Waiting pods in groups by what they wait for, with the limit that binds each and both sides of its sum."""

from collections import Counter
from collections.abc import Sequence

from checks.report import Cause, PendingGroup, Report
from handlers.render.answer import Lay, Material, as_verdict, fine, unknown
from handlers.render.causes import MAX_ID_CHARS, MAX_TITLE_CHARS, cause_words
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.gaps import gaps_sections
from handlers.render.page import Item, Line, Page, Section, Words, joined, name, plain, strong
from handlers.render.words import MAX_NAME_CHARS, counted, moment, more, span

WORD = "Pending"
IDS = frozenset(("pods-not-scheduled", "pods-without-ip"))
WAITS = {
    "scheduler": "for the scheduler",
    "address": "for an address",
    "image": "for an image",
    "volume": "for a volume",
    "configuration": "for a ConfigMap or Secret",
    "start": "for their containers to start",
}
BOUND = frozenset(("scheduler", "address"))
"""What a limit of nodes or addresses can hold; the rest waits for something of its own."""


def pending_page(material: Material) -> Lay:
    """The groups of a report, the largest first."""
    return lambda detail: _page(material.report, detail)


def _page(report: Report, detail: Detail) -> Page:
    gaps = tuple(gap for gap in report.not_checked if gap.id in IDS)
    if not report.pending:
        return _nothing(report, detail)
    total = sum(group.pods for group in report.pending)
    kinds: Counter[str] = Counter()
    for group in report.pending:
        kinds[group.waits_for] += group.pods
    told = ", ".join(f"{count:,} {waits_for(kind)}" for kind, count in kinds.most_common())
    waits = waits_for(next(iter(kinds))) if len(kinds) == 1 else f"({told})"
    groups = f", in {len(report.pending):,} groups" if len(report.pending) > 1 else ""
    shown = report.pending[: detail.listed]
    sections = [_section(group, report, detail) for group in shown]
    left = report.pending[len(shown) :]
    if left:
        rest = f"{more(len(left), 'group')} with {counted(sum(group.pods for group in left), 'pod')}"
        sections.append(Section((Words((plain(rest),)),)))
    sections += gaps_sections(gaps, detail)
    return Page(
        mark=as_verdict(WORD, report),
        headline=f"{counted(total, 'pod')} {'waits' if total == 1 else 'wait'} {waits}{groups}",
        origin="",
        sections=tuple(sections),
    )


def _nothing(report: Report, detail: Detail) -> Page:
    gaps = tuple(gap for gap in report.not_checked if gap.id in IDS)
    pods = report.facts.pods
    if pods.total is None or gaps:
        headline = "not checked: the pods were not read"
        if pods.total is not None:
            headline = "no waiting pod is known, and not all that could tell was read"
        return Page(unknown(WORD), headline, "", tuple(gaps_sections(gaps, detail)))
    new = (pods.not_scheduled or 0) + (pods.without_ip or 0)
    sections: tuple[Section, ...] = ()
    if new:
        said = f"{counted(new, 'pod')} began to wait less than two minutes before; that is no delay yet."
        sections = (Section((Words((plain(said),)),)),)
    return Page(fine(WORD), f"none of {counted(pods.total, 'pod')} waits", "", sections)


def _section(group: PendingGroup, report: Report, detail: Detail) -> Section:
    place = clean(f"{group.namespace}/{group.workload}", MAX_NAME_CHARS)
    age = span((report.taken_at - group.since).total_seconds())
    items: list[Item] = [_held_by(group, report, detail)]
    if group.numbers:
        items.append(Words((strong("Numbers: "), plain(clean(group.numbers, detail.prose)))))
    if group.message:
        items.append(Words((strong("Told: "), plain(clean(group.message, detail.prose)))))
    example = clean(f"{group.namespace}/{group.example}", MAX_NAME_CHARS)
    items.append(Words((strong("Follow one: "), name(f"why {example}"))))
    heading = (
        f"{place}: {counted(group.pods, 'pod')} waiting {waits_for(group.waits_for)}, "
        f"the oldest for {age} (since {moment(group.since)})"
    )
    return Section(tuple(items), heading=heading)


def _held_by(group: PendingGroup, report: Report, detail: Detail) -> Words:
    found = [cause for limit in group.limits for cause in report.causes if cause.id == limit]
    if found:
        return Words((strong("Limit: "), *joined((_cause(cause, detail) for cause in found), "; ")))
    if group.limits:
        ids: Sequence[Line] = [(name(clean(limit, MAX_ID_CHARS)),) for limit in group.limits]
        return Words((strong("Limit: "), *joined(ids)))
    if group.waits_for in BOUND:
        return Words((strong("Limit: "), plain("no known cause accounts for it")))
    return Words((strong("Limit: "), plain("neither nodes nor addresses: the pods have their node")))


def _cause(cause: Cause, detail: Detail) -> Line:
    title = clean(cause.title, min(detail.prose, MAX_TITLE_CHARS))
    return (plain(f"{title} ({cause_words(cause)}, "), name(clean(cause.id, MAX_ID_CHARS)), plain(")"))


def waits_for(kind: str) -> str:
    """What a group waits for, as it stands in a sentence."""
    return WAITS.get(kind, f"for {clean(kind, 40)}")
