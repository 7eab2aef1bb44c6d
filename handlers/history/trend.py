"""How the figures went over a day, two weeks or a year, folded into few points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from handlers.history.ring import (
    DAYS,
    HOURS,
    MINUTES,
    WORST_IS_MOST,
    Figure,
    Resolution,
    Ring,
    Track,
)
from handlers.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time up to now: so many points of so many buckets each.

    ``label`` names a point, ``since`` the first one where it stands alone.
    """

    word: str
    about: str
    point: str
    source: Resolution
    buckets: int
    points: int
    label: str
    since: str


DAY = Span(
    word="24h",
    about="24 hours",
    point="two hours",
    source=MINUTES,
    buckets=24,
    points=12,
    label="%H:%M",
    since="%H:%M",
)
FORTNIGHT = Span(
    word="14d",
    about="14 days",
    point="a day",
    source=HOURS,
    buckets=24,
    points=14,
    label="%d",
    since="%b %d",
)
YEAR = Span(
    word="1y",
    about="year",
    point="30 days",
    source=DAYS,
    buckets=30,
    points=12,
    label="%b %d",
    since="%b %d, %Y",
)
SPANS = (DAY, FORTNIGHT, YEAR)


@dataclass(frozen=True, slots=True)
class Trend:
    """The worst of each point, oldest first, of each figure that is known at any of them."""

    span: Span
    since: str
    stops: tuple[str, ...]
    figures: dict[Track, tuple[Figure, ...]]


def trend(store: Store, cluster: str, now: datetime, span: Span) -> Trend:
    """What is kept of that time. Raises StoreError."""
    ring = span.source.get(store, cluster, now)
    points = _points(ring, span)
    begins = [span.source.begin(ring.first + places[0]) for places in points]
    since = f"{begins[0]:{span.since}}" if begins else ""
    figures = {
        Track.of(key): tuple(_worst(key, column, places) for places in points)
        for key, column in ring.columns.items()
    }
    known = {track: ones for track, ones in figures.items() if any(one is not None for one in ones)}
    return Trend(span, since, tuple(f"{begin:{span.label}}" for begin in begins), known)


def _points(ring: Ring, span: Span) -> list[list[int]]:
    """The places of each point's buckets; points begin at whole hours or days, the last one is not over."""
    places = groupby(range(ring.length), key=lambda place: (ring.first + place) // span.buckets)
    return [list(group) for _, group in places][-span.points :]


def _worst(key: str, column: Sequence[Figure], places: Sequence[int]) -> Figure:
    known = [one for place in places if (one := column[place]) is not None]
    worst = max if key in WORST_IS_MOST else min
    return worst(known) if known else None
