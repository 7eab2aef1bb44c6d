"""A bot with a timetable over a Slack in memory and a clock by hand, so that a month passes in seconds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.book import BOOK
from bot.schedule import Timetable
from bot.shelf import Shelf
from bot.store import MemoryStore
from bot.work import Inline
from checks.report import Report
from handlers.budget import Budget
from handlers.chat import Chat
from handlers.command import Desk
from handlers.digests.model import Schedule, schedule_id
from handlers.pages import Pages
from handlers.work import Line, Seen, Vitals
from tests.handlers.problems.world import Crash, Fuse, Fused, Said, Workspace
from tests.handlers.render.samples import NOON, healthy

CLUSTER, CHANNEL, USER = "payments-prod", "C0OPS", "U0ONCALL"
NAP = timedelta(minutes=10)  # at the most; the real timetable looks more often


def schedule(cron: str = "0 9 * * *", zone: str = "UTC", *, fixed: bool = True, **more: str) -> Schedule:
    """One digest for the channel."""
    id = schedule_id(CHANNEL, cron, zone, more.get("cluster"))
    return Schedule(id=id, channel=CHANNEL, cron=cron, zone=zone, fixed=fixed, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Swept:
    """A sweep that has ended."""

    found: Report

    def follow(self, every_s: float) -> Iterator[Sequence[Line]]:
        return iter(())

    def report(self) -> Report:
        return self.found


@dataclass
class Sweeps:
    """Clusters that answer at once."""

    world: "World"
    names: tuple[str, ...]
    sure: bool = True

    def ask(self, cluster: str) -> Seen | Swept:
        return self.join(cluster)

    def join(self, cluster: str) -> Swept:
        self.world.before_sweep()
        return Swept(replace(self.world.report, cluster=cluster, taken_at=self.world.now))

    def last(self, cluster: str) -> Seen | None:
        return Seen(self.join(cluster).report())

    def snapshot(self, report: Report) -> None:
        return None


@dataclass
class World:
    """One bot, or several at once, which can be started anew over what was kept and what was said."""

    digests: tuple[Schedule, ...] = (schedule(),)
    clusters: tuple[str, ...] = (CLUSTER,)
    report: Report = field(default_factory=healthy)
    now: datetime = NOON
    fuse: Fuse = field(default_factory=Fuse)
    before_sweep: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.slack = Workspace(self)  # type: ignore[arg-type] # a clock and a fuse are all it wants
        self.kept = Fused(MemoryStore(clock=self.seconds), self.fuse)
        self.started = 0
        self.timetable = self.start()

    def seconds(self) -> float:
        return self.now.timestamp()

    def desk(self) -> Desk:
        chat = Chat(self.slack, self.slack, edits=Budget(self.seconds), wait=self.sleep)
        shelf = Shelf(self.kept, lambda: self.now)
        return Desk(
            chat=chat,
            sweeps=Sweeps(self, self.clusters),
            deliveries=shelf,
            store=self.kept,
            book=BOOK,
            pages=Pages(lambda: self.now),
            now=lambda: self.now,
            vitals=lambda: Vitals(version="1", shared_store=True),
            fixed_digests=self.digests,
        )

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def start(self) -> Timetable:
        """A new process."""
        self.started += 1
        self.timetable = Timetable(self.desk(), f"process {self.started}", executor=Inline())
        return self.timetable

    def until(self, end: datetime, *others: Timetable) -> None:
        """Let time pass; a process that ends is followed by another after a minute."""
        while self.now < end:
            try:
                nap = min(one.look() for one in (self.timetable, *others))
            except Crash:
                self.now += timedelta(minutes=1)
                self.start()
            else:
                self.now = min(end, self.now + min(nap, NAP))

    def issues(self) -> list[Said]:
        """What stands in the channel itself."""
        return self.slack.top(CHANNEL)
