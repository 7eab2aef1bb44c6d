"""The real bot before a stand-in for Slack: ask it something, and follow what it says."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from bot import logs
from bot.app import Bot, build_app
from bot.clusters import Cluster, recorded
from bot.serve import SocketDoor
from bot.standin.standin import CHANNEL, USER, Standin
from bot.standin.workspace import Message
from bot.store import MemoryStore
from checks.collect.gather import Progress
from checks.collect.source import SourceError
from checks.report import Report

RECORDINGS = Path(__file__).parents[2] / "tests" / "recordings"
EVERY_S = 0.15  # between two edits of a message: nobody else shares this workspace
SETTLE_S = 0.03  # the last edit of an answer and the end of its work are that near
LONGEST_S = 90.0

Seen = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """The bot and its Slack, connected by a socket."""

    standin: Standin
    bot: Bot

    def ask(self, text: str, seen: Seen) -> tuple[Message, ...]:
        """Type ``/cilium text``; what stood in the channel afterwards that had not before, or not so.

        ``seen`` is told of every change while the answer is under way.
        """
        return self.follow(lambda: self.standin.command(USER, CHANNEL, text), seen)

    def follow(self, gesture: Callable[[], object], seen: Seen) -> tuple[Message, ...]:
        """Do something at the stand-in; as ``ask``."""
        before = {message.ts: message for message in self._standing()}
        told = dict(before)
        gesture()
        while self.bot.pool.busy:
            self.standin.wait_for(lambda: self._news(told) != [], SETTLE_S)
            news = self._news(told)
            self.standin.wait_for(lambda: not self.bot.pool.busy, SETTLE_S)
            for message in news if self.bot.pool.busy else ():
                told[message.ts] = message
                seen(message)
        return tuple(self._news(before))

    def _news(self, told: dict[str, Message]) -> list[Message]:
        return [message for message in self._standing() if told.get(message.ts) != message]

    def _standing(self) -> list[Message]:
        """What the person sees of others; what they typed they know."""
        return [m for m in self.standin.messages(CHANNEL, seen_by=USER) if m.user != USER]


@contextmanager
def stage(clusters: Sequence[Cluster], *, every_s: float = EVERY_S) -> Iterator[Stage]:
    """Put the bot on stage; the first cluster is meant when none is named."""
    logs.configure(level=logging.ERROR)
    with Standin() as standin:
        slack = standin.settings()
        bot = build_app(slack, clusters, MemoryStore(), default=True, every_s=every_s)
        door = SocketDoor(bot, slack)
        try:
            door.open(Event())
            standin.wait_connected()
            yield Stage(standin, bot)
        finally:
            door.close()
            bot.stop()


def recordings(paths: Sequence[Path]) -> tuple[Cluster, ...]:
    """The clusters of recordings, each under a name of its own: its own one, or the folder's. SourceError."""
    found = [recorded(path) for path in paths]
    names = [cluster.name for cluster in found]
    return tuple(
        cluster if names.count(cluster.name) == 1 else _renamed(cluster, stem(path))
        for cluster, path in zip(found, paths, strict=True)
    )


def stem(path: Path) -> str:
    """A recording's name on disk, as a word that can be typed."""
    return path.resolve().name.partition(".")[0].replace("_", "-")


def of_the_checkout(name: str) -> Path:
    """One of the recordings that come with the source. Raises SourceError where they do not."""
    path = RECORDINGS / name
    if not path.is_dir():
        raise SourceError(
            "the demo's recordings are not here: they come with the source (tests/recordings); "
            "with recordings of your own try `cilium-bot console --recording PATH`"
        )
    return path


def _renamed(cluster: Cluster, name: str) -> Cluster:
    def sweep(progress: Progress | None) -> Report:
        return replace(cluster.sweep(progress), cluster=name)

    return Cluster(name, sweep, cluster.snapshot)
