"""Two replicas on one store: each thing happens once, through kills, clock steps and lost stores."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.app import Bot
from bot.clusters import Cluster
from bot.schedule import Timetable, fixed
from bot.settings import Digest, Secret
from bot.shelf import Shelf
from bot.store import MemoryStore
from bot.store_redis import RedisStore, connect
from bot.sweeps import SharedSweeps
from handlers.digests.standing import dues
from handlers.digests.turns import Turns
from handlers.dispatch import command_answer
from handlers.problems.follow import follow
from handlers.problems.tend import tend
from handlers.work import Seen
from tests.bot.fakes import FakeSlack, HandSweep, command, serving
from tests.bot.redis_server import RedisServer, redis_server
from tests.handlers.digests.world import World as DigestWorld
from tests.handlers.digests.world import schedule
from tests.handlers.problems.world import Crash, World
from tests.handlers.render.samples import NOON, healthy, incident

HOUR = timedelta(hours=1)
ROUND = timedelta(minutes=5)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as running:
        yield running


class TwoProcesses:
    """Two replicas that look at the same moments, in any order; whichever ends is started anew."""

    def __init__(self, world: DigestWorld, random: Random) -> None:
        self.world, self.random = world, random
        self.both: list[Timetable] = [world.start(), world.start()]

    def go(self, steps: int, *, losing: bool) -> None:
        for _ in range(steps):
            for which in self.random.sample((0, 1), 2):
                try:
                    self.both[which].look()
                except Crash:
                    self.both[which] = self.world.start()
                    self.light()
            self.world.now += timedelta(minutes=self.random.choice((1, 2, 10, 25)))
            if self.random.random() < 0.03:
                self.world.now += self.random.choice((HOUR, -HOUR))
            if losing and self.random.random() < 0.03:
                self.world.kept.store = MemoryStore(clock=self.world.seconds)

    def light(self) -> None:
        self.world.fuse.count, self.world.fuse.at = 0, self.random.randint(1, 40)
        self.world.fuse.after = self.random.random() < 0.5


@pytest.mark.parametrize("losing", [False, True], ids=["kept", "lost"])
@pytest.mark.parametrize("seed", range(4))
def test_no_digest_stands_twice_through_kills_clock_steps_and_lost_stores(seed: int, losing: bool) -> None:
    world = DigestWorld(digests=(schedule("0 */4 * * *"),))
    replicas = TwoProcesses(world, Random(seed))
    replicas.light()
    replicas.go(1_500, losing=losing)
    one = world.digests[0]
    stands = Counter([*dues(one, NOON - 4 * HOUR, said.at)][-1] for said in world.issues())
    assert world.started > 5
    assert len(stands) > 30
    assert max(stands.values()) == 1, [at for at, count in stands.items() if count > 1]


@pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["forth", "back"])
def test_a_problem_is_told_once_by_two_replicas_through_clock_steps(step: timedelta) -> None:
    world = World()
    both = world.desk, world.new_desk()
    for number in range(40):
        world.now += ROUND + (step if number == 10 else timedelta())
        report = replace(incident(), taken_at=world.now)
        for desk in both:
            follow(report, desk)
            tend(desk)
    [said] = world.slack.top()
    assert "kubelet" in said.text
    for _ in range(3):
        world.now += ROUND
        follow(replace(healthy(), taken_at=world.now), both[world.now.minute % 2])
    [said] = world.slack.top()
    assert "Over" in said.text


def test_what_begins_after_the_clock_was_put_back_is_told_with_the_next_report() -> None:
    world = World()
    world.look(healthy(), 3)
    world.now -= HOUR
    world.look(incident())
    assert len(world.slack.top()) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_reminder_comes_once_wherever_a_replica_ends(after: bool) -> None:
    reminded = []
    for point in range(1, 12):
        world = World()
        world.look(incident())
        world.type("ack kubelet-max-pods-too-low for 2h")
        before = len(world.slack.said)
        world.fuse.at, world.fuse.after, world.fuse.count = point, after, 0
        world.now += timedelta(hours=1, minutes=50)
        for _ in range(5):
            for desk in (world.desk, world.new_desk()):
                try:
                    tend(desk)
                except Crash:
                    world.start()
            world.now += timedelta(minutes=1)
        reminded.append(len(world.slack.said) - before)
    assert max(reminded) == 1
    assert sum(reminded) >= len(reminded) - 2  # between the claim and Slack's answer nobody can know


def test_a_delivery_that_reaches_both_replicas_is_answered_once(server: RedisServer) -> None:
    stores: list[RedisStore] = [connect(Secret(server.url)) for _ in range(2)]
    with (
        serving(("shop", HandSweep()), store=stores[0]) as (one, slack),
        serving(("shop", HandSweep()), store=stores[1]) as (other, beside),
    ):
        for number in range(5):
            asked = command(slack, trigger=f"{number}.1")
            command_answer(asked, one.pool, one.desk)
            command_answer(asked, other.pool, other.desk)
        assert one.pool.stop(10)
        assert other.pool.stop(10)
        answers = slack.bodies("chat.postMessage") + beside.bodies("chat.postMessage")
    assert len(answers) == 5


def test_a_digest_is_posted_once_by_two_bots_and_not_again_after_a_redis_that_restarts_empty(
    server: RedisServer,
) -> None:
    hourly = Digest(channel="C0DIGEST", cron="0 * * * *")
    [due] = fixed((hourly,))
    clock = [NOON - timedelta(minutes=1)]
    stores = [connect(Secret(server.url)) for _ in range(2)]

    def issues(*slacks: FakeSlack) -> int:
        bodies = [body for slack in slacks for body in slack.bodies("chat.postMessage")]
        return sum("thread_ts" not in body for body in bodies)

    def replica(store: RedisStore) -> AbstractContextManager[tuple[Bot, FakeSlack]]:
        sweep = HandSweep(healthy())
        return serving(("shop", sweep), store=store, now=lambda: clock[0], digests=(hourly,))

    with (
        replica(stores[0]) as (one, slack),
        replica(stores[1]) as (two, other),
        ThreadPoolExecutor(2) as threads,
    ):
        turns = [Turns(bot.desk, name, stopping=lambda: False) for bot, name in ((one, "a"), (two, "b"))]
        for hours in range(3):
            list(threads.map(lambda turn: turn.take(due), turns))
            clock[0] = NOON + hours * HOUR
            list(threads.map(lambda turn: turn.take(due), turns))
            clock[0] += timedelta(minutes=2)
            list(threads.map(lambda turn: turn.take(due), turns))
            assert issues(slack, other) == hours + 1
            server.stop()
            server.start()


def test_a_report_of_later_than_now_is_old() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    clock = [now]
    store = MemoryStore()
    sweeps = SharedSweeps([Cluster("shop", HandSweep())], Shelf(store, lambda: clock[0]), lambda: clock[0])
    first = sweeps.join("shop").report()
    assert sweeps.ask("shop") == Seen(first, 0.0)
    clock[0] -= HOUR
    assert not isinstance(sweeps.ask("shop"), Seen)
    sweeps.stop()
