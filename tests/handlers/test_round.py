import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import Bot
from bot.store import MemoryStore
from checks.collect.source import SourceError
from handlers.round import AT_ONCE, EVERY, PARTS, TIMER, look
from handlers.store import StoreError
from tests.bot.fakes import HandSweep, serving

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class NoClaims(MemoryStore):
    """Claims nothing: it is away."""

    def claim(self, key: str, keep: timedelta) -> bool:
        if "round" in key:
            raise StoreError("Redis: TimeoutError")
        return super().claim(key, keep)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sweep() -> HandSweep:
    return HandSweep()


@pytest.fixture
def bot(sweep: HandSweep, clock: Clock) -> Iterator[Bot]:
    with serving(("shop", sweep), now=clock) as (bot, _):
        yield bot


def test_looks_at_every_cluster_and_says_nothing() -> None:
    shop, bank = HandSweep(), HandSweep()
    with serving(("shop", shop), ("bank", bank), now=Clock()) as (bot, slack):
        look(bot.desk)
        bot.pool.stop(5)
        assert (shop.started, bank.started) == (1, 1)
        assert slack.calls == []


def test_leaves_out_what_was_looked_at_lately(bot: Bot, sweep: HandSweep, clock: Clock) -> None:
    look(bot.desk)
    clock.now += EVERY / 2 - timedelta(seconds=1)
    look(bot.desk)
    assert sweep.started == 1
    clock.now = NOON + EVERY
    look(bot.desk)
    assert sweep.started == 2


def test_of_two_replicas_one_looks(bot: Bot, sweep: HandSweep, clock: Clock) -> None:
    other = HandSweep()
    with serving(("shop", other), store=MemoryStore(), now=clock) as (second, _):
        both = replace(second.desk, store=bot.store)
        look(bot.desk)
        look(both)
        assert (sweep.started, other.started) == (1, 0)
        clock.now += EVERY
        look(both)
        look(bot.desk)
        assert (sweep.started, other.started) == (1, 1)


def test_with_the_store_away_every_replica_looks() -> None:
    shop = HandSweep()
    with serving(("shop", shop), store=NoClaims(), now=Clock()) as (bot, _):
        look(bot.desk)
    assert shop.started == 1


def test_a_sweep_that_fails_is_logged_and_the_next_cluster_is_looked_at(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop, bank = HandSweep(), HandSweep()
    shop.error = SourceError("the API server is not reached")
    with serving(("shop", shop), ("bank", bank), now=Clock()) as (bot, _):
        with caplog.at_level(logging.WARNING):
            look(bot.desk)
        assert bank.started == 1
    assert "the round could not look at shop: The sweep could not run." in caplog.text


def test_many_clusters_are_spread_over_the_round_and_each_is_looked_at_once_in_it() -> None:
    sweeps = [HandSweep() for _ in range(50)]
    clock = Clock()
    with serving(*((f"c{number}", sweep) for number, sweep in enumerate(sweeps)), now=clock) as (bot, _):
        for part in range(PARTS):
            look(bot.desk)
            assert sum(sweep.started for sweep in sweeps) == 5 * (part + 1)
            clock.now += TIMER.every
        assert {sweep.started for sweep in sweeps} == {1}
        look(bot.desk)
        assert sum(sweep.started for sweep in sweeps) == 55


def test_no_more_than_a_few_sweeps_run_at_once_and_a_sick_cluster_keeps_no_other_back() -> None:
    sick, others = HandSweep(), [HandSweep() for _ in range(49)]
    sick.go.clear()
    names = [("sick", sick), *((f"c{number}", sweep) for number, sweep in enumerate(others))]
    with serving(*names, now=Clock()) as (bot, _):
        running = threading.Thread(target=look, args=(bot.desk,))
        running.start()
        assert sick.begun.acquire(timeout=5)
        for sweep in others[: AT_ONCE - 1]:
            assert sweep.begun.acquire(timeout=5)
        assert sum(sweep.started for sweep in others) == AT_ONCE - 1
        bot.desk.sweeps.join("c40").report()  # somebody asks
        sick.go.set()
        running.join(timeout=5)
        assert sum(sweep.started for sweep in others) == 5


def test_comes_round_each_five_minutes_in_parts() -> None:
    assert (EVERY.total_seconds(), TIMER.every, TIMER.run) == (300, EVERY / PARTS, look)
