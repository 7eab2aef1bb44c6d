"""Messages whose process died while they showed progress."""

from datetime import timedelta

import pytest

from bot.store import MemoryStore
from handlers.interrupted import MESSAGE, look
from handlers.store import StoreError
from handlers.underway import LONGEST, SILENT, Underway
from tests.bot.fakes import HandSweep, command, serving
from tests.bot.test_app import ask
from tests.handlers.render.samples import NOON


class World:
    """Processes over one store and one clock."""

    def __init__(self) -> None:
        self.now = NOON
        self.store = MemoryStore(clock=self.seconds)

    def seconds(self) -> float:
        return self.now.timestamp()

    def process(self) -> Underway:
        return Underway(self.store, lambda: self.now)


@pytest.fixture
def world() -> World:
    return World()


def test_knows_what_a_process_that_died_left(world: World) -> None:
    dead, alive = world.process(), world.process()
    for number in range(20):
        dead.began("C1", f"{number}.1")
    alive.began("C1", "99.1")
    dead.ended("C1", "0.1")
    world.now += SILENT + timedelta(seconds=1)
    alive.beat()
    assert set(alive.left_over()) == {("C1", f"{number}.1") for number in range(1, 20)}


def test_leaves_what_somebody_is_at(world: World) -> None:
    slow, other = world.process(), world.process()
    slow.began("C1", "1.1")
    for _ in range(5):
        world.now += SILENT / 2
        slow.beat()
        assert other.left_over() == []


def test_is_not_at_what_it_lost_for_ever(world: World) -> None:
    process = world.process()
    process.began("C1", "1.1")
    world.now += LONGEST
    process.beat()
    assert process.left_over() == [("C1", "1.1")]
    process.ended("C1", "1.1")
    assert process.left_over() == []


def test_a_store_that_is_away_costs_only_this() -> None:
    class Away(MemoryStore):
        def get(self, key: str) -> bytes | None:
            raise StoreError("away")

    underway = Underway(Away(), lambda: NOON)
    underway.began("C1", "1.1")
    underway.beat()
    underway.ended("C1", "1.1")
    assert underway.left_over() == ()


def test_says_in_the_message_that_its_process_died() -> None:
    world, sweep = World(), HandSweep()
    sweep.go.clear()
    with serving(("shop", sweep), store=world.store, now=lambda: world.now) as (dying, slack):
        ask(dying, command(slack))
        slack.wait_for(lambda calls: len(calls) == 1)
        with serving(("shop", HandSweep()), store=world.store, now=lambda: world.now) as (next, told):
            look(next.desk)
            assert told.calls == []
            world.now += SILENT + timedelta(seconds=1)
            look(next.desk)
            [(method, body)] = told.calls
            assert (method, body["text"]) == ("chat.update", MESSAGE.text)
            look(next.desk)
            assert len(told.calls) == 1
        assert world.process().left_over() == []


def test_forgets_what_was_answered() -> None:
    world = World()
    sweep = HandSweep()
    sweep.go.clear()
    with serving(("shop", sweep), store=world.store, now=lambda: world.now) as (bot, slack):
        ask(bot, command(slack))
        slack.wait_for(lambda calls: len(calls) == 1)
        sweep.go.set()
        slack.wait_for(lambda calls: calls[-1][0] == "chat.update")
        bot.pool.stop(10)
        world.now += SILENT + timedelta(seconds=1)
        assert world.process().left_over() == []
