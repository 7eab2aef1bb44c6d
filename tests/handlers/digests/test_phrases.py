from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.digests.cron import Cron
from handlers.digests.phrases import EXAMPLES, PhraseError, When, phrase, read
from handlers.digests.zones import resolve

BERLIN = "Europe/Berlin"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

words = st.sampled_from(
    [
        *("daily", "weekdays", "weekends", "mon", "tue", "fri-sun", "every", "6h", "5h", "30m", "monthly"),
        *("9", "09:00", "9pm", "25:99", "at", "and", ",", "“", "weekdys", "prod", "0", "*", "*/2", "1-5"),
        *("UTC", "Europe/Berlin", "berlin", "New", "York", "EST", "61"),
    ]
)


@pytest.mark.parametrize(
    ("said", "cron", "zone"),
    [
        ("weekdays 09:00 Europe/Berlin", "0 9 * * mon-fri", BERLIN),
        ("every weekday at 9 o'clock berlin", "0 9 * * mon-fri", BERLIN),
        ("mon-fri 9am europe/berlin", "0 9 * * mon-fri", BERLIN),
        ("daily 08:30 UTC", "30 8 * * *", "UTC"),
        ("every day 9:30 pm", "30 21 * * *", "UTC"),
        ("12am GMT", "0 0 * * *", "UTC"),
        ("mon,thu 9:00 America/New_York", "0 9 * * mon,thu", "America/New_York"),
        ("mondays and Thursdays 9.00 New York", "0 9 * * mon,thu", "America/New_York"),
        ("fri-mon 7:15", "15 7 * * mon,fri,sat,sun", "UTC"),
        ("weekends 10h30 Istanbul", "30 10 * * sat,sun", "Europe/Istanbul"),
        ("every 6h", "0 */6 * * *", "UTC"),
        ("every 6 hours Asia/Kolkata", "0 */6 * * *", "Asia/Kolkata"),
        ("hourly", "0 * * * *", "UTC"),
        ("0 9 * * 1-5 Europe/Berlin", "0 9 * * mon-fri", BERLIN),
        ("15 9 1 * *", "15 9 1 * *", "UTC"),
    ],
)
def test_understands_what_people_say(said: str, cron: str, zone: str) -> None:
    assert read(said.split()) == When(cron, zone)


@pytest.mark.parametrize(
    ("said", "fault", "nearest"),
    [
        ("weekdays", "At what time?", "weekdays 09:00 UTC"),
        ("", "At what time?", "daily 09:00 UTC"),
        ("weekdys 9:00 Berlin", "I do not know “weekdys”", "weekdays 09:00 Europe/Berlin"),
        ("weekdays 9:00 Europe/Berln", "time zone “Europe/Berln”", "weekdays 09:00 Europe/Berlin"),
        ("weekdays 9:00 Berlin prodd", "I do not know “prodd”", "weekdays 09:00 Europe/Berlin"),
        ("daily 9 EST", "“EST” is no place", "daily 09:00 America/New_York"),
        ("daily 25:00", "no time of day", "daily 23:00 UTC"),
        ("daily 9:00,17:00", "One time only", "daily 09:00 UTC"),
        ("every 5h", "whole steps", "every 4h UTC"),
        ("every 30m", "at most once an hour", "every 1h UTC"),
        ("mon every 6h", "Either", "every 6h UTC"),
        ("monthly", "cron fields", "0 9 1 * * UTC"),
        ("* * * * *", "at most once an hour", "every 1h UTC"),
        ("61 9 * * *", "not understood", EXAMPLES[-1]),
        ("0 0 30 2 *", "never comes", EXAMPLES[-1]),
    ],
)
def test_says_what_is_wrong_and_the_nearest_right_phrase(said: str, fault: str, nearest: str) -> None:
    with pytest.raises(PhraseError) as refused:
        read(said.split())
    assert fault in refused.value.fault
    assert refused.value.nearest == nearest


@given(st.lists(words | st.text(max_size=12), max_size=20))
def test_never_raises_anything_else_and_proposes_what_it_understands(said: list[str]) -> None:
    try:
        when = read(said)
    except PhraseError as error:
        when = read(error.nearest.split())
    again = read(phrase(when).split())
    assert again == when
    assert Cron(when.cron, ZoneInfo(when.zone)).after(NOON) > NOON


@given(st.lists(words, max_size=8).map(" ".join) | st.text(max_size=60))
def test_knows_a_zone_for_whatever_is_said(said: str) -> None:
    assert ZoneInfo(resolve(said).zone)


@pytest.mark.parametrize("example", EXAMPLES)
def test_understands_its_own_examples(example: str) -> None:
    assert read(example.split())
