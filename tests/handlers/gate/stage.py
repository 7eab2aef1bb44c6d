"""The bot before the stand-in, with rules and sweeps by hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

from bot.app import Bot, build_app
from bot.clusters import Cluster
from bot.serve import SocketDoor
from bot.standin.standin import CHANNEL, USER, Standin
from bot.standin.workspace import Channel, Message
from bot.store import MemoryStore
from handlers.gate.rules import Rule
from handlers.store import Store
from tests.bot.fakes import HandSweep


@dataclass(frozen=True)
class Stage:
    slack: Standin
    bot: Bot

    def ask(self, text: str, user: str = USER, channel: str = CHANNEL) -> None:
        """Type a command, and let everything end that it began."""
        self.slack.command(user, channel, text)
        self.rest()

    def rest(self) -> None:
        assert self.slack.wait_for(lambda: not self.bot.pool.busy)

    def seen(self, user: str = USER, channel: str = CHANNEL) -> list[Message]:
        """What the bot wrote there that somebody sees."""
        return [m for m in self.slack.messages(channel, seen_by=user) if m.by_bot]

    def last(self, user: str = USER, channel: str = CHANNEL) -> str:
        return self.seen(user, channel)[-1].text


@contextmanager
def on_stage(
    *sweeps: tuple[str, HandSweep], rules: Sequence[Rule] = (), store: Store | None = None
) -> Iterator[Stage]:
    with Standin() as slack:
        settings = slack.settings()
        clusters = [Cluster(name, sweep) for name, sweep in sweeps]
        bot = build_app(settings, clusters, store or MemoryStore(), every_s=0.0, rules=rules)
        door = SocketDoor(bot, settings)
        try:
            door.open(Event())
            assert slack.wait_connected()
            yield Stage(slack, bot)
        finally:
            door.close()
            bot.stop()


def other_channel(stage: Stage, id: str = "C0DEV") -> str:
    members = stage.slack.workspace.channel(CHANNEL)
    assert members is not None
    stage.slack.add_channel(Channel(id=id, name="dev", members=members.members))
    return id
