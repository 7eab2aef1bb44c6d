import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.schedule import Timetable, digest_id
from bot.settings import Digest
from bot.shelf import Shelf
from bot.store import MemoryStore
from checks.collect.source import SourceError
from handlers.store import StoreError
from tests.bot.fakes import HandSweep, serving
from tests.handlers.render.samples import healthy, incident

DAILY = Digest(channel="C0DIGEST", cron="0 9 * * *", timezone="Europe/Berlin")
NINE = datetime(2026, 11, 23, 8, tzinfo=UTC)


class AwayStore(MemoryStore):
    """Claims nothing until it is back."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def claim(self, key: str, keep: timedelta) -> bool:
        self.times -= 1
        if self.times >= 0:
            raise StoreError("Redis: TimeoutError")
        return super().claim(key, keep)


def timetable(store: MemoryStore, issued: list[str], waits: list[float] | None = None) -> Timetable:
    return Timetable(
        (DAILY,),
        Shelf(store, lambda: NINE),
        lambda digest, identity: issued.append(identity),
        now=lambda: NINE,
        wait=([] if waits is None else waits).append,
    )


def test_of_two_replicas_one_makes_each_issue() -> None:
    store, issued = MemoryStore(), list[str]()
    one, other = timetable(store, issued), timetable(store, issued)
    for due in (NINE, NINE + timedelta(days=1)):
        one.due(DAILY, due)
        other.due(DAILY, due)
    assert issued == [digest_id(DAILY)] * 2


def test_waits_for_a_store_that_is_away() -> None:
    issued: list[str] = []
    waits: list[float] = []
    timetable(AwayStore(3), issued, waits).due(DAILY, NINE)
    assert (len(issued), len(waits)) == (1, 3)


def test_makes_an_issue_without_a_claim_when_the_store_stays_away(caplog: pytest.LogCaptureFixture) -> None:
    issued: list[str] = []
    timetable(AwayStore(1_000), issued).due(DAILY, NINE)
    assert len(issued) == 1
    assert "without a claim" in caplog.text


def test_issues_what_comes_due_while_it_runs() -> None:
    issued = threading.Event()
    every_minute = Digest(channel="C0DIGEST", cron="* * * * *")
    almost = datetime.now(UTC).replace(second=0, microsecond=0)
    schedule = Timetable(
        (every_minute,),
        Shelf(MemoryStore(), lambda: almost),
        lambda digest, identity: issued.set(),
        now=lambda: almost - timedelta(seconds=1),  # this minute's issue is due already, and late
        wait=lambda seconds: None,
    )
    schedule.start()
    try:
        assert issued.wait(10)
    finally:
        schedule.stop()


def test_stops_though_it_never_started() -> None:
    timetable(MemoryStore(), []).stop()


def test_a_digest_is_a_fresh_sweep_compared_with_the_last_issue() -> None:
    sweep = HandSweep(incident())
    with serving(("payments-prod", sweep)) as (bot, slack):
        bot.issue(DAILY, "d1")
        first = slack.bodies("chat.postMessage")[-1]
        assert first["channel"] == "C0DIGEST"
        assert "Nothing to compare with" in str(first)
        sweep.report = replace(incident(), taken_at=incident().taken_at + timedelta(days=1))
        bot.issue(DAILY, "d1")
        assert "Nothing to compare with" not in str(slack.bodies("chat.postMessage")[-1])
    assert sweep.started == 2


def test_a_digest_that_reached_nobody_is_no_baseline(caplog: pytest.LogCaptureFixture) -> None:
    with serving(("payments-prod", HandSweep(healthy()))) as (bot, slack):
        slack.refuse("chat.postMessage", "is_archived")
        bot.issue(DAILY, "d1")
        assert bot.store.get("cilium:digest:d1") is None
    assert "is_archived" in caplog.text


def test_a_digest_that_could_not_be_made_is_told() -> None:
    sweep = HandSweep()
    sweep.error = SourceError("no cluster at that address")
    with serving(("payments-prod", sweep)) as (bot, slack):
        bot.issue(DAILY, "d1")
        text = str(slack.bodies("chat.postMessage")[-1]["text"])
    assert "could not be made" in text
    assert "no cluster at that address" in text
