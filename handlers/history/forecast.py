"""When a subnet, a pool or a kind of node runs out: a range of days, or why nothing can be said.

The least that was free in each day is what counts, so that the hours of a day do not matter. What happens
once (a deployment, a scale-down) is levelled out; what is left must fall so steadily that chance does not
explain it. Then the slope is Theil and Sen's with the interval of Kendall's test:
https://doi.org/10.1080/01621459.1968.10480934
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise
from math import ceil, floor, sqrt
from statistics import median, median_high, median_low

from checks.report import ReportSubject
from handlers.history.ring import CLUSTER, HOURS, MINUTES, NODE_TYPE, Figure, Ring, Track
from handlers.store import Store, StoreError

logger = logging.getLogger(__name__)

DAY = 24  # hours
KNOWN_HOURS = 18  # of a day's, else the day is unknown
LEAST_DAYS = 4
HORIZON_DAYS = 90
HORIZON_PER_DAY = 7  # four days of history say nothing about the month after next
CONFIDENCE = 1.96  # standard deviations: chance alone explains one fall in forty
NOW_BUCKETS = 24  # of five minutes: what was not read for two hours is not known now
SMALL_STEP = 4
NEAR = 3  # days on each side of a step that show whether it stays
NOT_SHRINKING = "not shrinking"

Points = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How long one subject's room lasts; ``unit`` is what it is counted in.

    ``days_low`` is None when it is not seen to run out, ``days_high`` also when that may take longer than
    so little history can tell; ``why`` is a clause for people in any case. ``known`` is False where nothing
    can be said; ``free_now`` is None when it was not read.
    """

    subject: ReportSubject
    unit: str
    free_now: int | None
    known: bool = True
    days_low: float | None = None
    days_high: float | None = None
    why: str

    @property
    def runs_out(self) -> bool:
        """Whether an end is seen."""
        return self.days_low is not None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days left, as in Outlook."""

    why: str
    low: float | None = None
    high: float | None = None
    known: bool = True


UNREAD = Forecast("not read in the last two hours", known=False)


def outlook(store: Store, cluster: str, now: datetime) -> tuple[Outlook, ...]:
    """Every subject known within the last day, the worst first; nothing when the store cannot be asked."""
    try:
        hours, minutes = HOURS.get(store, cluster, now), MINUTES.get(store, cluster, now)
    except StoreError as error:
        logger.warning("there is no forecast for %s: %s", cluster, error)
        return ()
    found = [_outlook(Track.of(key), column, minutes) for key, column in hours.columns.items()]
    return tuple(sorted((one for one in found if one is not None), key=_worst_first))


def _worst_first(one: Outlook) -> tuple[float, bool, float, str, str]:
    free = float("inf") if one.free_now is None else one.free_now
    low = float("inf") if one.days_low is None else one.days_low
    return (low, one.free_now is not None, free, one.subject.name, one.unit)


def _outlook(track: Track, hours: Sequence[Figure], minutes: Ring) -> Outlook | None:
    if track.kind == CLUSTER or track.whole or all(one is None for one in hours[-DAY:]):
        return None
    free = minutes.latest(track, NOW_BUCKETS)
    told = UNREAD if free is None else forecast([*hours[:-1], free], packed=track.kind == NODE_TYPE)
    return Outlook(
        subject=ReportSubject(kind=track.kind, name=track.name),
        unit=track.unit,
        free_now=free,
        known=told.known,
        days_low=told.low,
        days_high=told.high,
        why=told.why,
    )


def forecast(hours: Sequence[Figure], *, packed: bool = False) -> Forecast:
    """What the least free of each hour tells, oldest first and the last one now.

    ``packed`` room may be used up for good and do no harm: an autoscaler fills nodes before it adds one.
    """
    days = _days(hours)
    if packed and 2 * sum(free == 0 for _, free in days) > max(len(days), LEAST_DAYS):
        return Forecast("full on most days")
    if hours and hours[-1] == 0 and (not packed or len(days) >= LEAST_DAYS):
        return Forecast("none is free now", 0.0, 0.0)
    if len(days) < LEAST_DAYS:
        why = f"too little history: {len(days)} of the {LEAST_DAYS} days that a forecast needs"
        return Forecast(why, known=False)
    points = _levelled(days, _lift(hours))
    slopes = sorted((later - earlier) / (j - i) for (i, earlier), (j, later) in combinations(points, 2))
    steepest, flattest = _interval(slopes, len(points))
    if flattest >= 0:
        return Forecast(NOT_SHRINKING)
    return _told(points, steepest, median(slopes), flattest)


def _told(points: Points, steepest: float, slope: float, flattest: float) -> Forecast:
    """Days until the line through the points meets 0; a day's least is known to the day only."""
    last = points[-1][1]
    fitted = median(free - slope * day for day, free in points)
    low = max(0.0, min(last, fitted) / -steepest - 1)
    high = max(0.0, last, fitted) / -flattest + 1
    rate = f"{-slope:,.0f}" if slope <= -1 else "less than one"
    horizon = min(HORIZON_DAYS, HORIZON_PER_DAY * len(points))
    if low > horizon:
        return Forecast(f"{rate} fewer a day: not within {horizon} days")
    return Forecast(f"{rate} fewer a day", low, None if high > horizon else high)


def _days(hours: Sequence[Figure]) -> list[tuple[int, float]]:
    """(Day, least free), oldest first, for stretches of 24 hours that end now; unknown days are left out."""
    found: list[tuple[int, float]] = []
    for back, end in enumerate(range(len(hours), 0, -DAY)):
        known = [one for one in hours[max(0, end - DAY) : end] if one is not None]
        if len(known) >= KNOWN_HOURS:
            found.append((-back, float(min(known))))
    return found[::-1]


def _lift(hours: Sequence[Figure]) -> float | None:
    """How much more is free in the last hours than at the same time yesterday: a relief of today."""
    pairs = list(zip(hours[-3:], hours[-3 - DAY : -DAY], strict=False))
    known = [now - then for now, then in pairs if now is not None and then is not None]
    return median(known) if len(known) == len(hours[-3:]) else None


def _levelled(days: Points, lift: float | None) -> Points:
    """The days with what happened once taken out: what was before is moved to the level of now.

    A change that comes more often than every fifth day is no exception, and stays.
    """
    usual = median_high((after - before) / (j - i) for (i, before), (j, after) in pairwise(days))
    once = max(4 * median_low(map(abs, _excess(days, usual))), 3 * abs(usual), SMALL_STEP)
    if lift is not None and days[-1][0] == 0 and lift - usual > once:
        relieved = max(days[-1][1], days[-2][1] + lift)  # today's least may be of before the relief
        days = (*days[:-1], (0, relieved))
    steps = list(_steps(days, usual, once))
    if sum(step != 0 for step in steps) > ceil(len(steps) / 5):
        return days
    return [(day, free + sum(steps[place:])) for place, (day, free) in enumerate(days)]


def _excess(days: Points, usual: float) -> Iterator[float]:
    """How much more each day differs from the one before than days usually do."""
    for (i, before), (j, after) in pairwise(days):
        yield after - before - usual * (j - i)


def _steps(days: Points, usual: float, once: float) -> Iterator[float]:
    """What changed once after each day but the last, else 0: it stays for days, unlike an outlier."""
    levels = [free - usual * day for day, free in days]
    for place, excess in enumerate(_excess(days, usual), 1):
        stays = median(levels[place : place + NEAR]) - median(levels[max(0, place - NEAR) : place])
        yield stays if abs(excess) > once and abs(stays) > once else 0.0


def _interval(slopes: Sequence[float], days: int) -> tuple[float, float]:
    """The steepest and the flattest slope that the points allow for."""
    spread = CONFIDENCE * sqrt(days * (days - 1) * (2 * days + 5) / 18)
    low = max(0, floor((len(slopes) - spread) / 2))
    high = min(len(slopes) - 1, ceil((len(slopes) + spread) / 2))
    return slopes[low], slopes[high]
