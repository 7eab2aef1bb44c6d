import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from math import cos, pi
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import MemoryStore
from handlers.history.forecast import NOT_SHRINKING, Forecast, forecast, outlook
from handlers.history.ring import (
    ADDRESSES,
    HOURS,
    MINUTES,
    NODE_TYPE,
    PODS,
    SUBNET,
    WAITING,
    Sample,
    Track,
)
from tests.handlers.problems.world import Fused, World

FORTNIGHT = 14 * 24
NOW = datetime(2026, 11, 23, 10, 7, tzinfo=UTC)
TIGHT = Track(kind=SUBNET, name="subnet-1", unit=ADDRESSES)
WIDE = Track(kind=SUBNET, name="subnet-2", unit=ADDRESSES)
PACKED = Track(kind=NODE_TYPE, name="m5.large (eni)", unit=PODS)


def hours(free: Callable[[int], float], count: int = FORTNIGHT) -> list[int | None]:
    """What was free in each hour, by how many hours ago that is."""
    return [max(0, round(free(back))) for back in range(count - 1, -1, -1)]


def noisy(free: Callable[[int], float], most: float, seed: int, count: int = FORTNIGHT) -> list[int | None]:
    by_chance = random.Random(seed)
    return hours(lambda back: free(back) + by_chance.uniform(-most, most), count)


def holds(told: Forecast, true: float) -> bool:
    return told.low is not None and told.low <= true and (told.high is None or true <= told.high)


@given(
    now=st.integers(1, 5_000),
    an_hour=st.floats(1, 40),
    days=st.integers(4, 14),
)
def test_a_steady_fall_ends_on_the_true_day(now: int, an_hour: float, days: int) -> None:
    true = now / an_hour / 24
    told = forecast(hours(lambda back: now + an_hour * back, days * 24))
    if told.low is None:
        assert true > min(90, 7 * days)
        assert "not within" in told.why
    else:
        assert holds(told, true)
        assert told.high is None or told.high - told.low <= 2 + true * 0.05


@pytest.mark.parametrize(("days", "width"), [(5, 12), (7, 8), (14, 4)])
def test_the_true_day_is_in_the_range_in_spite_of_noise(days: int, width: int) -> None:
    found = [forecast(noisy(lambda back: 1_000 + 4 * back, 60, seed, days * 24)) for seed in range(100)]
    assert sum(holds(told, 1_000 / 96) for told in found) >= 97
    assert median((told.high or 90) - (told.low or 0) for told in found) < width


@pytest.mark.parametrize("noise", [0, 10, 50])
def test_what_does_not_fall_has_no_end(noise: int) -> None:
    found = [forecast(noisy(lambda back: 500, noise, seed)) for seed in range(50)]
    assert all(told.low is None and told.known for told in found)
    assert sum(told.why == NOT_SHRINKING for told in found) >= 45


@given(at=st.integers(0, FORTNIGHT), fell=st.integers(-900, 900), days=st.integers(4, 14))
def test_one_deployment_or_scale_down_is_no_trend(at: int, fell: int, days: int) -> None:
    told = forecast(hours(lambda back: 1_000 if back < at else 1_000 + fell, days * 24))
    assert told.low is None


@given(at=st.integers(4, FORTNIGHT), by=st.integers(200, 900), sign=st.sampled_from((-1, 1)))
def test_a_fall_goes_on_beneath_one_deployment_or_scale_down(at: int, by: int, sign: int) -> None:
    told = forecast(hours(lambda back: 960 + 2 * back + (0 if back < at else sign * by)))
    assert holds(told, 20.0)


def test_a_relief_of_this_morning_counts() -> None:
    told = forecast(hours(lambda back: 2 * back + (900 if back < 4 else 10)))
    assert told.low is not None
    assert told.low > 15


@pytest.mark.parametrize("weekend", [0, 300])
def test_days_and_weeks_have_their_cycles(weekend: int) -> None:
    def cycle(back: int) -> float:
        return 50 * cos(2 * pi * back / 24) + (weekend if (back // 24) % 7 >= 5 else 0)

    assert forecast(hours(lambda back: 480 + cycle(back))).why == NOT_SHRINKING
    falling = forecast(hours(lambda back: 700 + 2 * back + cycle(back)))
    assert holds(falling, 650 / 48) or (weekend and holds(falling, (650 + weekend) / 48))


def test_a_week_end_within_a_short_history_is_no_trend() -> None:
    for days in range(4, 14):
        for shift in range(7):
            told = forecast(
                hours(lambda back, s=shift: 800 if (back // 24 + s) % 7 >= 5 else 500, days * 24)  # type: ignore[misc] # the shift is bound
            )
            assert told.low is None, (days, shift)


@pytest.mark.parametrize("count", [0, 1, 24, 3 * 24 + 17])
def test_says_when_there_is_too_little_history(count: int) -> None:
    told = forecast(hours(lambda back: 500 + back, count))
    assert told.why.startswith("too little history")
    assert not told.known


def test_a_day_that_was_hardly_read_counts_for_none() -> None:
    figures = [one if place % 24 > 10 else None for place, one in enumerate(hours(lambda back: 500 + back))]
    assert forecast(figures).why.startswith("too little history: 0 of")


def test_days_that_were_not_read_do_not_change_the_slope() -> None:
    figures = hours(lambda back: 480 + 2 * back)
    figures[48:120] = [None] * 72
    figures[200:224] = [None] * 24
    assert holds(forecast(figures), 10.0)


def test_none_free_is_said_at_once() -> None:
    assert forecast([5, 0]) == Forecast("none is free now", 0.0, 0.0)


def test_nodes_that_are_packed_every_day_are_no_news_and_nodes_that_fill_up_are() -> None:
    always = hours(lambda back: 0 if back % 24 < 18 else 9)
    assert forecast(always, packed=True) == Forecast("full on most days")
    assert forecast(always) == Forecast("none is free now", 0.0, 0.0)
    filled = hours(lambda back: 2 * back)
    assert forecast(filled, packed=True) == Forecast("none is free now", 0.0, 0.0)
    assert not forecast(filled[-50:], packed=True).known


@given(st.lists(st.none() | st.integers(0, 10_000), max_size=FORTNIGHT))
def test_never_raises_and_never_tells_less_than_no_days(figures: Sequence[int | None]) -> None:
    told = forecast(figures)
    assert told.low is None or 0 <= told.low <= 90
    assert told.high is None or (told.low is not None and told.low <= told.high)


def kept(*samples: tuple[int, Sample]) -> MemoryStore:
    """A store with these samples, each so many hours ago."""
    store = MemoryStore()
    for back, sample in sorted(samples, key=lambda one: -one[0]):
        for resolution in (MINUTES, HOURS):
            resolution.add(store, "prod", NOW - timedelta(hours=back), sample)
    return store


def test_the_worst_comes_first_and_the_cluster_itself_is_no_room() -> None:
    store = kept(*((back, {TIGHT: 100 + back, WIDE: 5_000, PACKED: 7, WAITING: 3}) for back in range(130)))
    found = outlook(store, "prod", NOW)
    assert [one.subject.name for one in found] == ["subnet-1", "m5.large (eni)", "subnet-2"]
    assert found[0].runs_out
    assert found[0].days_low is not None
    assert 2.5 <= found[0].days_low <= 100 / 24
    assert found[0].free_now == 100
    assert not found[1].runs_out


def test_what_was_not_read_lately_is_not_known_and_what_is_gone_is_left_out() -> None:
    store = kept(
        *((back, {TIGHT: 9, WIDE: 5} if back > 5 else {WIDE: 5}) for back in range(130)), (40, {PACKED: 1})
    )
    first, second = outlook(store, "prod", NOW)
    assert (first.subject.name, first.free_now, first.known) == ("subnet-1", None, False)
    assert first.why == "not read in the last two hours"
    assert second.subject.name == "subnet-2"


def test_a_store_that_is_away_costs_the_forecast_only() -> None:
    world = World()
    away = Fused(kept((0, {TIGHT: 9})), world.fuse)
    assert outlook(away, "prod", NOW)
    away.away = True
    assert outlook(away, "prod", NOW) == ()
