"""A bot for two clusters before a whole Slack, on a clock that tests turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event

from bot.app import Bot, build_app
from bot.clusters import Cluster
from bot.serve import SocketDoor
from bot.standin.standin import CHANNEL, USER, Standin
from bot.standin.workspace import BOT, Message
from bot.store import MemoryStore
from checks.report import Report
from handlers.store import Store
from tests.bot.fakes import HandSweep
from tests.handlers.render.samples import NOON, healthy, incident

PAYMENTS, BANK = "payments-prod", "bank-prod"


@dataclass
class World:
    """What outlives a restart: Slack, the store, the clusters, the clock."""

    standin: Standin
    store: Store = field(default_factory=MemoryStore)
    payments: HandSweep = field(default_factory=lambda: HandSweep(incident()))
    bank: HandSweep = field(default_factory=lambda: HandSweep(replace(healthy(), cluster=BANK)))
    now: datetime = NOON
    bot: Bot | None = None

    def turns(self, report: Report, later: timedelta = timedelta(minutes=8)) -> None:
        """Time passes, and the first cluster is as in this report."""
        self.now += later
        self.payments.report = replace(report, taken_at=self.now)

    def clusters(self) -> list[Cluster]:
        return [Cluster(PAYMENTS, self.payments), Cluster(BANK, self.bank)]

    def typed(self, text: str, first: str) -> Message:
        """Type a command; its answer, which begins so."""
        before = {message.ts for message in self.standin.messages()}
        self.standin.command(USER, CHANNEL, text)
        return self.told(first, before)

    def told(self, first: str, before: set[str], channel: str = CHANNEL) -> Message:
        """The bot's message that was not there before and begins so."""

        def wanted(message: Message) -> bool:
            return message.user == BOT and message.ts not in before and message.text.startswith(first)

        found = self.standin.wait_message(wanted, channel)
        self.settled()
        return found

    def settled(self) -> None:
        """The bot has nothing more to do: what it remembers of an answer it remembers now."""
        bot = self.bot
        assert bot is not None
        assert self.standin.wait_for(lambda: bot.pool.busy == 0)

    def mentioned(self, text: str, under: Message, first: str) -> Message:
        """Mention the bot in the thread under a message; its answer there."""
        before = {message.ts for message in self.standin.messages()}
        root = under.thread_ts or under.ts
        self.standin.say(f"<@{BOT}> {text}", thread_ts=root)
        answer = self.told(first, before)
        assert answer.thread_ts == root
        return answer

    def clicked(self, under: Message, action: str, first: str, value: str | None = None) -> Message:
        """Press a button or choose in a menu under a message; the answer in its thread."""
        before = {message.ts for message in self.standin.messages()}
        self.standin.choose(under, action, value)
        answer = self.told(first, before)
        assert answer.thread_ts == (under.thread_ts or under.ts)
        return answer


@contextmanager
def world() -> Iterator[World]:
    """Slack, without its rate limits."""
    with Standin() as standin:
        standin.limits.on = False
        yield World(standin)


@contextmanager
def running(world: World, *, sure: bool = False) -> Iterator[Bot]:
    """The bot, from one start to the next stop."""
    slack = world.standin.settings()
    bot = build_app(slack, world.clusters(), world.store, default=sure, every_s=0.0, now=lambda: world.now)
    world.bot = bot
    door = SocketDoor(bot, slack)
    try:
        door.open(Event())
        world.standin.wait_connected()
        yield bot
    finally:
        door.close()
        bot.stop(grace_s=5)
