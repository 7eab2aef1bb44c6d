from datetime import UTC, datetime, timedelta

import pytest

from bot.store import MemoryStore
from handlers.history.ring import ADDRESSES, RESOLUTIONS, SUBNET, WAITING, Track
from handlers.history.trend import DAY, FORTNIGHT, SPANS, YEAR, Span, trend
from handlers.render.limits import numbers as n

NOW = datetime(2026, 11, 23, 10, 7, tzinfo=UTC)
FREE = Track(kind=SUBNET, name="subnet-1", unit=ADDRESSES)


def filled(hours: int) -> MemoryStore:
    store = MemoryStore()
    for back in range(hours, -1, -1):
        for resolution in RESOLUTIONS:
            sample = {FREE: 1_000 + back, WAITING: back % 7}
            resolution.add(store, "prod", NOW - timedelta(hours=back), sample)
    return store


def test_a_day_is_told_in_points_of_two_hours_that_begin_at_even_hours() -> None:
    found = trend(filled(30), "prod", NOW, DAY)
    assert found.stops == tuple(f"{hour % 24:02}:00" for hour in range(12, 36, 2))
    assert found.since == "12:00"
    assert found.figures[FREE][-2:] == (1_001, 1_000)
    assert found.figures[FREE][0] == 1_021
    assert found.figures[WAITING][0] == 1  # of 22 and 21 hours ago the worse


def test_two_weeks_are_told_by_the_day_and_a_year_by_thirty() -> None:
    store = filled(400 * 24)
    fortnight, year = (trend(store, "prod", NOW, span) for span in (FORTNIGHT, YEAR))
    assert fortnight.stops == tuple(map(str, range(10, 24)))
    assert fortnight.since == "Nov 10"
    assert fortnight.figures[FREE][-1] == 1_000
    assert len(year.stops) == 12
    assert year.since.endswith("2025")


@pytest.mark.parametrize("span", SPANS, ids=lambda span: span.word)
def test_every_span_fits_a_chart_and_names_each_point_once(span: Span) -> None:
    stops = trend(filled(400 * 24), "prod", NOW, span).stops
    assert len(stops) == len(set(stops)) == span.points <= n.MAX_CHART_POINTS
    assert max(map(len, stops)) <= n.MAX_CHART_LABEL_CHARS


def test_what_was_not_read_for_a_whole_point_is_unknown() -> None:
    store = filled(8)
    later = NOW + timedelta(hours=6)
    found = trend(store, "prod", later, DAY)
    assert found.figures[FREE][-3:] == (None, None, None)


def test_of_a_cluster_without_samples_nothing_is_told() -> None:
    found = trend(MemoryStore(), "prod", NOW, DAY)
    assert (found.stops, found.since, found.figures) == ((), "", {})
