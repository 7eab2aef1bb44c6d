from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import Bot
from bot.schedule import Timetable, fixed
from bot.settings import Digest
from bot.store import MemoryStore
from checks.collect.source import SourceError
from handlers.digests.standing import Standing, begin
from handlers.digests.turns import Turns
from handlers.store import Store, StoreError
from tests.bot.fakes import FakeSlack, HandSweep, serving
from tests.handlers.render.samples import incident

EVERY_MINUTE = Digest(channel="C0DIGEST", cron="* * * * *")
TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)


@contextmanager
def due(sweep: HandSweep, store: Store) -> Iterator[tuple[Bot, FakeSlack]]:
    """A bot whose timetable runs, with a digest that is due as it starts."""
    [schedule] = fixed((EVERY_MINUTE,))
    begin(store, schedule.id, lambda _: Standing(settled=TEN - timedelta(seconds=30)))
    with serving(("shop", sweep), store=store, now=lambda: TEN, digests=(EVERY_MINUTE,)) as (bot, slack):
        timetable = Timetable(bot.desk, "me")
        timetable.start()
        try:
            yield bot, slack
        finally:
            timetable.stop()


def test_issues_what_comes_due_while_it_runs() -> None:
    sweep = HandSweep(incident())
    with due(sweep, MemoryStore()) as (_, slack):
        slack.wait_for(lambda calls: len(calls) > 1)  # it, and its detail
        first, detail = slack.bodies("chat.postMessage")[:2]
    assert sweep.started == 1
    assert first["channel"] == "C0DIGEST"
    assert "first digest" in str(first["text"])
    assert detail["thread_ts"]


def test_a_digest_that_could_not_be_made_is_told() -> None:
    sweep = HandSweep()
    sweep.error = SourceError("no cluster at that address")
    with due(sweep, MemoryStore()) as (_, slack):
        slack.wait_for(lambda calls: len(calls) > 0)
    text = str(slack.bodies("chat.postMessage")[0]["text"])
    assert "could not be made" in text
    assert "no cluster at that address" in text


def test_a_turn_that_raised_is_logged_and_no_end(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemoryStore):
        """Breaks in a way that nobody foresaw."""

        def swap(self, key: str, old: bytes | None, new: bytes | None, keep: timedelta | None) -> bool:
            raise ZeroDivisionError

    with serving(("shop", HandSweep()), store=Broken(), digests=(EVERY_MINUTE,)) as (bot, _):
        timetable = Timetable(bot.desk, "me", executor=ThreadPoolExecutor(1))
        timetable.look()
        timetable.stop()
    assert "ZeroDivisionError" in caplog.text


def test_stops_though_it_never_started() -> None:
    with serving(("shop", HandSweep())) as (bot, _):
        Timetable(bot.desk, "me").stop()


def test_a_store_that_is_away_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    class Away(MemoryStore):
        """Does not answer."""

        def get(self, key: str) -> bytes | None:
            raise StoreError("Redis: TimeoutError")

    with serving(("shop", HandSweep()), store=Away()) as (bot, _):
        timetable = Timetable(bot.desk, "me")
        timetable.look()
        timetable.look()
        timetable.stop()
    assert caplog.text.count("the digests are those of before") == 1


def test_a_digest_that_stands_twice_in_the_settings_is_one() -> None:
    berlin = Digest(channel="C0DIGEST", cron="0 9 * * *", timezone="Europe/Berlin")
    schedules = fixed((berlin, EVERY_MINUTE, berlin))
    assert [(one.cron, one.zone, one.fixed) for one in schedules] == [
        ("0 9 * * *", "Europe/Berlin", True),
        ("* * * * *", "UTC", True),
    ]
    assert len({one.id for one in schedules}) == 2


@pytest.mark.parametrize(
    ("code", "became"), [("", "sent"), ("is_archived", "missed"), ("message_limit_exceeded", "failed")]
)
def test_counts_what_became_of_an_issue(code: str, became: str) -> None:
    store, counted = MemoryStore(), Counter[str]()
    [schedule] = fixed((EVERY_MINUTE,))
    begin(store, schedule.id, lambda _: Standing(settled=TEN - timedelta(seconds=30)))
    with serving(("shop", HandSweep()), store=store, now=lambda: TEN, digests=(EVERY_MINUTE,)) as (
        bot,
        slack,
    ):
        if code:
            slack.refuse("chat.postMessage", code, times=9)
        turns = Turns(bot.desk, "me", stopping=lambda: False, count=lambda what, n: counted.update({what: n}))
        turns.take(schedule)
    assert +counted == {became: 1}


def test_counts_the_issues_that_nobody_was_there_to_make() -> None:
    store, counted = MemoryStore(), Counter[str]()
    [schedule] = fixed((EVERY_MINUTE,))
    begin(store, schedule.id, lambda _: Standing(settled=TEN - timedelta(minutes=3)))
    with serving(("shop", HandSweep()), store=store, now=lambda: TEN, digests=(EVERY_MINUTE,)) as (bot, _):
        turns = Turns(bot.desk, "me", stopping=lambda: False, count=lambda what, n: counted.update({what: n}))
        turns.take(schedule)
    assert counted == {"missed": 2, "sent": 1}
