"""The IPAM health digest: what changed, what runs out, how it stands; the rest in its thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.report import Report, Verdict
from handlers.history.forecast import Outlook
from handlers.render.blocks import fitted
from handlers.render.causes import MAX_TITLE_CHARS, cause_line, symptom_line
from handlers.render.changes import Change, Changed, baseline_fault, compare, counts
from handlers.render.detail import CHAT, Detail
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.moved import LABELS, change_line, figure_lines
from handlers.render.outlook import days_left
from handlers.render.page import Bullets, Button, Line, Page, Section, Words, joined, name, plain, strong
from handlers.render.status import glance, unexplained
from handlers.render.told import told
from handlers.render.words import MAX_NAME_CHARS, VERDICTS, counted, moment, more, natural, number, origin

DIGEST_LIST = "digest_list"
MOST_PROSE = 300
MOST_LEFT = 4  # subjects whose days are told
MOST_BEFORE = 5  # problems as before: their detail stands in the thread
WORST_FIRST = (Verdict.CRITICAL, Verdict.DEGRADED, Verdict.UNKNOWN, Verdict.HEALTHY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One cluster of a digest: its report, or why there is none; what it is compared with; what runs out."""

    cluster: str
    report: Report | None = None
    fault: str = ""
    previous: Report | None = None
    outlooks: tuple[Outlook, ...] = ()

    @property
    def no_baseline(self) -> str:
        """Why nothing can be said of changes; "" when it can."""
        if self.report is None or self.previous is None:
            return "this is the first digest of it"
        return baseline_fault(self.report, self.previous) or ""

    @property
    def changes(self) -> tuple[Changed, ...]:
        """What moved, the new and the worse first."""
        if self.report is None or self.previous is None or self.no_baseline:
            return ()
        return tuple(one for one in compare(self.report, self.previous) if one.change is not Change.SAME)

    @property
    def verdict(self) -> Verdict:
        """The report's; unknown without one."""
        return Verdict.UNKNOWN if self.report is None else self.report.verdict


def digest(parts: Sequence[Part], *, notes: Sequence[str] = (), now: datetime | None = None) -> Message:
    """One short message. ``notes`` are about itself: that it is late, what was missed before."""
    return fitted(
        told(digest_page(parts, notes, CHAT[0], now)), lambda detail: digest_page(parts, notes, detail, now)
    )


def digest_page(
    parts: Sequence[Part], notes: Sequence[str], detail: Detail, now: datetime | None = None
) -> Page:
    """The digest before any medium; the worst cluster first."""
    parts = sorted(parts, key=lambda part: (WORST_FIRST.index(part.verdict), natural(part.cluster)))
    first = parts[0]
    alone = len(parts) == 1
    said = [Section((Bullets(tuple((plain(clean(note, MOST_PROSE)),) for note in notes)),))] if notes else []
    return Page(
        mark=VERDICTS[first.verdict],
        headline=_headline(first) if alone else _headlines(parts),
        origin=_origin(parts, now),
        sections=tuple(_of_one(first, detail, said) if alone else _of_all(parts, detail, said)),
        buttons=(Button("This channel's digests", DIGEST_LIST, DIGEST_LIST),),
    )


def _origin(parts: Sequence[Part], now: datetime | None) -> str:
    read = [part.report for part in parts if part.report is not None]
    if len(parts) == 1 and read:
        return f"digest · {origin(read[0], now)}"
    when = f" · read at {moment(max(report.taken_at for report in read))}" if read else ""
    named = clean(parts[0].cluster, MAX_NAME_CHARS) if len(parts) == 1 else counted(len(parts), "cluster")
    return f"digest · {named}{when}"


def _headline(part: Part) -> str:
    if part.report is None:
        return f"the digest of {clean(part.cluster, MAX_NAME_CHARS)} could not be made"
    if part.previous is None or part.no_baseline:
        return clean(part.report.headline, MAX_TITLE_CHARS)
    was = "" if part.verdict is part.previous.verdict else f"was {part.previous.verdict.value}; "
    return f"{was}{_counts(part.changes) or 'nothing changed'} since {moment(part.previous.taken_at)}"


def _headlines(parts: Sequence[Part]) -> str:
    """How many of the clusters are not healthy, and what changed in all of them."""
    counts = (
        (sum(part.verdict is verdict for part in parts), verdict.value)
        for verdict in WORST_FIRST
        if verdict is not Verdict.HEALTHY
    )
    sick = ", ".join(f"{count} {word}" for count, word in counts if count)
    stands = f"{sick} of {counted(len(parts), 'cluster')}" if sick else f"all {len(parts)} clusters"
    baselines = [part.previous for part in parts if part.previous is not None and not part.no_baseline]
    if not baselines:
        return stands
    changed = _counts([one for part in parts for one in part.changes]) or "nothing changed"
    return f"{stands}; {changed} since {moment(min(report.taken_at for report in baselines))}"


def _counts(changes: Sequence[Changed]) -> str:
    found = counts(changes)
    return ", ".join(f"{found[change]} {change.value}" for change in LABELS if found[change])


def _of_one(part: Part, detail: Detail, said: Sequence[Section]) -> list[Section]:
    if part.report is None:
        return [Section((Words((plain(clean(part.fault, MOST_PROSE)),)),)), *said]
    opening = [_since(part, part.report, detail), *_left((part,))]
    return [*opening, *said, *_standing(part, detail), glance(part.report)]


def _since(part: Part, report: Report, detail: Detail) -> Section:
    """What moved, or why that cannot be said."""
    if part.previous is None or part.no_baseline:
        return Section((Words((plain(f"Nothing to compare with: {part.no_baseline}."),)),))
    lines = _change_lines(part.changes, detail) + figure_lines(report, part.previous)
    headline = Words((plain(clean(report.headline, MAX_TITLE_CHARS)),))
    items = (headline, Bullets(tuple(lines))) if lines else (headline,)
    return Section(items, heading=f"Since {moment(part.previous.taken_at)}")


def _change_lines(changes: Sequence[Changed], detail: Detail) -> list[Line]:
    lines = [change_line(one, detail.prose) for one in changes[: detail.listed]]
    if len(changes) > detail.listed:
        lines.append((plain(more(len(changes) - detail.listed, "change")),))
    return lines


def _left(parts: Sequence[Part]) -> list[Section]:
    """What runs out, the soonest first, of all clusters; else in one line that nothing is seen to."""
    found = [(part.cluster, one) for part in parts for one in part.outlooks]
    if not found:
        return []
    ends = sorted((pair for pair in found if pair[1].runs_out), key=lambda pair: pair[1].days_low or 0.0)
    if not ends:
        unknown = [one for _, one in found if not one.known]
        said = "Nothing is seen to run out." if len(unknown) < len(found) else "No forecast yet."
        if unknown:
            said += f" Of {counted(len(unknown), 'figure')} nothing can be said: {unknown[0].why}."
        return [Section((Words((strong("Days left: "), plain(clean(said, MOST_PROSE)))),))]
    named = len(parts) > 1
    lines = [_left_line(cluster if named else "", one) for cluster, one in ends[:MOST_LEFT]]
    if len(ends) > len(lines):
        lines.append((plain(f"and {len(ends) - len(lines):,} more that run out"),))
    return [Section((Bullets(tuple(lines)),), heading="Days left, the fewest first")]


def _left_line(cluster: str, one: Outlook) -> Line:
    days = days_left(one)
    whose = f" of {clean(cluster, MAX_NAME_CHARS)}" if cluster else ""
    what = f"{clean(one.subject.kind, 40)} "
    rest = f"{number(one.free_now)} {one.unit} free, {one.why}"
    subject = name(clean(one.subject.name, MAX_NAME_CHARS))
    noun = "day" if days in ("1", "less than 1") else "days"
    return (strong(f"{days} {noun}: "), plain(what), subject, plain(f"{whose} ({clean(rest, MOST_PROSE)})"))


def _standing(part: Part, detail: Detail) -> list[Section]:
    """What hurts as before, shortly; risks and what was not checked are counted."""
    if part.report is None:
        return []
    moved = {one.shown.id for one in part.changes}
    lines: list[Line] = [
        cause_line(cause, detail.prose) for cause in part.report.causes if cause.id not in moved
    ]
    lines += [
        (strong("Unexplained: "), *symptom_line(one))
        for one in unexplained(part.report)
        if one.id not in moved
    ]
    heading = f"{'Now' if part.no_baseline else 'As before'}: {counted(len(lines), 'problem')}"
    shown = lines[: min(detail.listed, MOST_BEFORE)]
    if len(lines) > len(shown):
        shown.append((plain(more(len(lines) - len(shown), "problem")),))
    sections = [Section((Bullets(tuple(shown)),), heading=heading)] if lines else []
    also = _also(part.report)
    return [*sections, Section((Words((plain(f"Also {also}: see the thread."),)),))] if also else sections


def _also(report: Report) -> str:
    risks = (
        f"{counted(len(report.risks), 'risk')} that hurt{'s' if len(report.risks) == 1 else ''} nobody yet"
    )
    gaps = f"{counted(len(report.not_checked), 'check')} not made"
    return " and ".join(([risks] if report.risks else []) + ([gaps] if report.not_checked else []))


def _of_all(parts: Sequence[Part], detail: Detail, said: Sequence[Section]) -> list[Section]:
    """What changed anywhere, what runs out anywhere, each sick cluster in a line, the healthy ones in one."""
    lines: list[Line] = []
    for part in parts:
        whose = strong(f"{clean(part.cluster, MAX_NAME_CHARS)}: ")
        lines += [(whose, *line) for line in _change_lines(part.changes, detail)]
    sections = [Section((Bullets(tuple(lines[: detail.listed])),), heading="What changed")] if lines else []
    if len(lines) > detail.listed:
        left = (plain(more(len(lines) - detail.listed, "change")),)
        sections[0] = Section((*sections[0].items, Words(left)), heading=sections[0].heading)
    return [*sections, *_left(parts), *said, _clusters(parts, detail)]


def _clusters(parts: Sequence[Part], detail: Detail) -> Section:
    sick = [part for part in parts if part.verdict is not Verdict.HEALTHY]
    lines = [_cluster_line(part) for part in sick[: detail.listed]]
    if len(sick) > len(lines):
        lines.append((plain(more(len(sick) - len(lines), "cluster")),))
    healthy = [part for part in parts if part.verdict is Verdict.HEALTHY]
    if healthy:
        names = joined((name(clean(part.cluster, MAX_NAME_CHARS)),) for part in healthy[: detail.listed])
        left = len(healthy) - detail.listed
        rest = f" {more(left, 'cluster')}" if left > 0 else ""
        lines.append((strong(f"Healthy ({len(healthy)}): "), *names, plain(rest)))
    new = [part for part in parts if part.report is not None and part.no_baseline]
    if new:
        names = joined((name(clean(part.cluster, MAX_NAME_CHARS)),) for part in new[: detail.listed])
        why = new[0].no_baseline if len({part.no_baseline for part in new}) == 1 else "see the thread"
        lines.append((strong("Nothing to compare with: "), *names, plain(f" ({why})")))
    return Section((Bullets(tuple(lines)),), heading=counted(len(parts), "cluster").capitalize())


def _cluster_line(part: Part) -> Line:
    said = part.fault if part.report is None else part.report.headline
    word = VERDICTS[part.verdict].word
    called = name(clean(part.cluster, MAX_NAME_CHARS))
    return (strong(f"{word}: "), called, plain(f": {clean(said, MOST_PROSE)}"))
