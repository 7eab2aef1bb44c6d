"""How a cluster's room went and how long it lasts: the worst first, two charts, and the same in words."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers.history.forecast import Outlook
from handlers.history.ring import PODS, WAITING, Figure, Track
from handlers.history.trend import SPANS, Trend
from handlers.render.answer import Lay, again_value, neutral, unknown, wrong
from handlers.render.chart import chart_items
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.limits.numbers import MAX_CHART_LABEL_CHARS, MAX_CHART_TITLE_CHARS
from handlers.render.outlook import days_left, room_words
from handlers.render.page import (
    Bullets,
    Button,
    Chart,
    Curve,
    Item,
    Line,
    Page,
    Section,
    Words,
    name,
    plain,
    strong,
)
from handlers.render.status import CHECK_AGAIN
from handlers.render.words import MAX_NAME_CHARS, counted, more

WORD = "History"
SOON_DAYS = 7
MAX_CURVES = 4  # as many as Slack gives colours of their own
MAX_ROWS = 8
HEAD_CHARS = 7  # of a name that is too long for a chart: subnet-…5f6000123


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of one cluster's past, how long each room lasts, worst first, and how many pods wait."""

    cluster: str
    trend: Trend
    outlooks: Sequence[Outlook] = ()
    waiting: Figure = None
    pictures: bool = True


def history_page(past: Past) -> Lay:
    """The answer of ``history``."""
    return lambda detail: _page(past, detail)


def _page(past: Past, detail: Detail) -> Page:
    span = past.trend.span
    origin = f"{clean(past.cluster, MAX_NAME_CHARS)} · the last {span.about}, times in UTC"
    if not past.trend.figures:
        headline = f"nothing is kept of the last {span.about}: each sweep adds a sample, every five minutes"
        return Page(unknown(WORD), headline, origin, (), _buttons(past))
    sections = [_lasting(past.outlooks, detail)] if past.outlooks else []
    sections += trend_sections(past)
    worst = past.outlooks[0] if past.outlooks else None
    soon = worst is not None and worst.days_low is not None and worst.days_low <= SOON_DAYS
    waiting = "how many pods wait is not known" if past.waiting is None else _waiting(past.waiting)
    headline = f"{_foremost(past.outlooks)}; {waiting}"
    return Page(wrong(WORD) if soon else neutral(WORD), headline, origin, tuple(sections), _buttons(past))


def _buttons(past: Past) -> tuple[Button, ...]:
    """The same again, and the other spans."""
    own = past.trend.span
    spans = (own, *(span for span in SPANS if span is not own))
    labels = ("Check again", *(f"Last {span.about}" for span in spans[1:]))
    return tuple(
        Button(label, f"{CHECK_AGAIN}:{span.word}", again_value(past.cluster, "history", (span.word,)))
        for label, span in zip(labels, spans, strict=True)
    )


def _foremost(outlooks: Sequence[Outlook]) -> str:
    """The one sentence that matters."""
    if not outlooks:
        return "no room is known"
    worst = outlooks[0]
    whose = clean(worst.subject.name, MAX_NAME_CHARS)
    what = "room for pods" if worst.unit == PODS else f"free {worst.unit}"
    if worst.runs_out and worst.free_now == 0:
        return f"{whose} has no {what} now"
    if worst.runs_out:
        return f"{whose} runs out of {what} in {days_left(worst)} days"
    if any(one.known for one in outlooks):
        return "nothing is seen to run out"
    return f"what runs out is not known yet ({worst.why})"


def _waiting(pods: int) -> str:
    return f"{counted(pods, 'pod')} {'waits' if pods == 1 else 'wait'}" if pods else "no pod waits"


def _lasting(outlooks: Sequence[Outlook], detail: Detail) -> Section:
    shown = outlooks[: min(detail.subnets, MAX_ROWS)]
    items: list[Item] = [Bullets(tuple(map(_lasts, shown)))]
    if len(outlooks) > len(shown):
        items.append(Words((plain(more(len(outlooks) - len(shown), "figure")),)))
    return Section(tuple(items), heading="Days left, the fewest first")


def _lasts(outlook: Outlook) -> Line:
    whose = name(clean(outlook.subject.name, MAX_NAME_CHARS))
    return (strong(days_left(outlook)), plain(": "), whose, plain(f", {room_words(outlook)}, {outlook.why}"))


def trend_sections(past: Past) -> list[Section]:
    """Two pictures, of the room that is scarcest and of the pods that waited; as text without pictures."""
    trend = past.trend
    charts = [chart for chart in (_room(past), _waited(trend)) if chart.curves]
    items: list[Item] = []
    for chart in charts:
        items += [chart] if past.pictures else chart_items(chart)
    if not items:
        return []
    said = f"Each point is the worst of {trend.span.point}; where nothing was read there is none."
    return [Section((*items, Words((plain(said),))))]


def _room(past: Past) -> Chart:
    """The scarcest rooms of one unit: a chart has one axis."""
    figures = past.trend.figures
    scarce = [Track(kind=o.subject.kind, name=o.subject.name, unit=o.unit) for o in past.outlooks]
    drawn = [track for track in scarce if track in figures]
    unit = drawn[0].unit if drawn else ""
    drawn = [track for track in drawn if track.unit == unit][:MAX_CURVES]
    labels = _labels([track.name for track in drawn])
    curves = [
        Curve(label, figures[track], _in_words(figures[track], "lowest", min))
        for label, track in zip(labels, drawn, strict=True)
    ]
    return Chart(_title(f"Free {unit}", past.trend), past.trend.stops, tuple(curves))


def _waited(trend: Trend) -> Chart:
    figures = trend.figures.get(WAITING)
    curves = () if figures is None else (Curve("waiting pods", figures, _in_words(figures, "most", max)),)
    return Chart(_title("Waiting pods", trend), trend.stops, curves)


def _title(what: str, trend: Trend) -> str:
    return clean(f"{what}, {trend.since} to now (UTC)", MAX_CHART_TITLE_CHARS)


def _in_words(figures: Sequence[Figure], extreme: str, worst: Callable[[list[int]], int]) -> str:
    """From where to where, and the worst between: ``450 to 120, lowest 118``."""
    known = [one for one in figures if one is not None]
    unread = len(figures) - len(known)
    told = f"{known[0]:,} to {known[-1]:,}, {extreme} {worst(known):,}" if known[1:] else f"{known[0]:,}"
    return f"{told}; not read at {unread} of {len(figures)} points" if unread else told


def _labels(names: Sequence[str]) -> list[str]:
    """Names within a chart's limit, told apart by their ends, and by a number where those are the same."""
    found: list[str] = []
    seen: Counter[str] = Counter()
    for full in names:
        short = clean(full, MAX_NAME_CHARS)
        if len(short) > MAX_CHART_LABEL_CHARS:
            short = f"{short[:HEAD_CHARS]}…{short[HEAD_CHARS + 1 - MAX_CHART_LABEL_CHARS :]}"
        seen[short] += 1
        again = f" {seen[short]}" if seen[short] > 1 else ""
        found.append(f"{short[: MAX_CHART_LABEL_CHARS - len(again)]}{again}")
    return found
