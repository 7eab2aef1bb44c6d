from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.digests.cron import Cron, CronError

BERLIN = ZoneInfo("Europe/Berlin")


def due(fields: str, after: datetime, count: int, zone: str = "Europe/Berlin") -> list[str]:
    """The next times, in UTC."""
    cron = Cron(fields, ZoneInfo(zone))
    times: list[str] = []
    for _ in range(count):
        after = cron.after(after)
        times.append(f"{after:%m-%dT%H:%MZ}")
    return times


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_follows_the_wall_clock_of_its_zone() -> None:
    assert due("0 9 * * *", at("2026-03-28T00:00"), 2) == ["03-28T08:00Z", "03-29T07:00Z"]
    assert due("0 9 * * *", at("2026-10-24T00:00"), 2) == ["10-24T07:00Z", "10-25T08:00Z"]


def test_a_time_that_a_clock_change_skips_comes_due_once_after_it() -> None:
    assert due("30 2 * * *", at("2026-03-28T12:00"), 2) == ["03-29T01:00Z", "03-30T00:30Z"]
    assert due("*/20 2 * * *", at("2026-03-28T12:00"), 2) == ["03-29T01:00Z", "03-30T00:00Z"]


def test_a_time_that_comes_twice_comes_due_once() -> None:
    assert due("30 2 * * *", at("2026-10-24T12:00"), 2) == ["10-25T00:30Z", "10-26T01:30Z"]


def test_knows_a_zone_whose_clocks_change_by_half_an_hour() -> None:
    # Lord Howe Island: at 02:00 on 4 October 2026 the clock goes to 02:30.
    assert due("15 2 * * *", at("2026-10-03T00:00"), 1, "Australia/Lord_Howe") == ["10-03T15:30Z"]


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("1-5", "Mon Tue Wed Thu Fri"),
        ("0", "Sun"),
        ("7", "Sun"),
        ("5-7", "Fri Sat Sun"),
        ("fri-sun", "Fri Sat Sun"),
        ("mon,WED", "Mon Wed"),
        ("*/2", "Tue Thu Sat Sun"),
        ("1/2", "Mon Wed Fri"),
    ],
)
def test_counts_weekdays_from_sunday_as_crontab_does(field: str, days: str) -> None:
    cron, moment = Cron(f"0 9 * * {field}", BERLIN), at("2026-11-16T00:00")  # a Monday
    seen = []
    while (moment := cron.after(moment)) < at("2026-11-23T00:00"):
        seen.append(f"{moment:%a}")
    assert " ".join(seen) == days


def test_either_day_field_is_enough_when_both_are_restricted() -> None:
    assert due("0 9 13 * 5", at("2026-11-09T00:00"), 3) == ["11-13T08:00Z", "11-20T08:00Z", "11-27T08:00Z"]
    assert due("0 9 11 * 5", at("2026-11-09T00:00"), 2) == ["11-11T08:00Z", "11-13T08:00Z"]


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "* * * *",
        "61 * * * *",
        "a b c d e",
        "0 0 30 2 *",
        "0 9 * * 8",
        "0 9 * * */0",
        "0 9 * * 5-2",
        "0 9 * * ²",
    ],
)
def test_refuses_what_is_no_schedule(fields: str) -> None:
    with pytest.raises(CronError):
        Cron(fields, BERLIN)


@given(
    st.sampled_from(["*/7 * * * *", "30 2 * * *", "0 0-3 * * *", "59 23 * * 6"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]),
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive by contract
)
def test_always_goes_forward(fields: str, zone: str, start: datetime) -> None:
    cron = Cron(fields, ZoneInfo(zone))
    times = [start]
    for _ in range(20):
        times.append(cron.after(times[-1]))
    assert all(b > a for a, b in pairwise(times))
    assert all(b - a <= timedelta(days=8) for a, b in pairwise(times))
