"""What handlers need from the rest of the bot, as Protocols: work done later, sweeps, deliveries seen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from checks.report import Report
from checks.snapshot import Snapshot

INTERRUPTED = ""
"""What ``failed`` of Work gets instead of a reference where the bot ended before the task did."""


class Busy(Exception):
    """Nothing was started, and why, in one sentence for the person who asked."""


class SweepFailed(Exception):
    """A sweep gave no report: what happened, and what would help."""

    def __init__(self, title: str, help: str) -> None:
        """Both are whole sentences for the person who asked."""
        super().__init__(title)
        self.title = title
        self.help = help


@dataclass(frozen=True, slots=True)
class Line:
    """One source as it ended during a sweep."""

    part: str
    ok: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A report and how old it is; None when it was made for this question."""

    report: Report
    age_s: float | None = None


class Sweep(Protocol):
    """A sweep under way; everybody who asked meanwhile holds the same one."""

    def follow(self, every_s: float) -> Iterator[Sequence[Line]]:
        """The lines so far, each time there are more, at most once in ``every_s``; ends with the sweep."""
        ...

    def report(self) -> Report:
        """The report, once it is there. Raises SweepFailed."""
        ...


class Sweeps(Protocol):
    """One sweep at a time for each cluster."""

    @property
    def names(self) -> Sequence[str]:
        """The clusters the bot speaks for; the first is meant when nobody names one and ``sure`` is True."""
        ...

    @property
    def sure(self) -> bool:
        """Whether a question that names no cluster has an answer."""
        ...

    def ask(self, cluster: str) -> "Seen | Sweep":
        """A report that is young enough to answer with, else the sweep under way, else a new one."""
        ...

    def last(self, cluster: str) -> Seen | None:
        """The newest report there is, however old."""
        ...

    def join(self, cluster: str) -> Sweep:
        """The sweep under way, else a new one, however young the last report is."""
        ...

    def snapshot(self, report: Report) -> Snapshot | None:
        """What this report was made from, as long as it is the last one that this process made."""
        ...


class Work(Protocol):
    """The bot's own pool: Slack's threads only hand work over."""

    def submit(self, task: Callable[[], None], failed: Callable[[str], None]) -> None:
        """Do it soon; ``failed`` gets a reference for the log if it raises, or INTERRUPTED.

        Raises Busy at once when full.
        """
        ...

    def aside(self, task: Callable[[], None]) -> None:
        """Do something short outside the queue, such as saying that it is full. Dropped when even that is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """How the bot itself is: version, where it keeps things, what is wrong with that ("" when nothing)."""

    version: str
    shared_store: bool
    store_fault: str = ""


class NotRecorded(Exception):
    """There is no recording; the text says why, in a sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An anonymised recording, as .tar.gz, and how many parts of it could not be read."""

    content: bytes
    unread: int


class Recorder(Protocol):
    """Records a cluster anew, for a bug report."""

    def __call__(self, cluster: str) -> Recorded:
        """Read it, with every name replaced; takes up to minutes. Raises NotRecorded."""
        ...


class Deliveries(Protocol):
    """Remembers what Slack has delivered."""

    def first(self, delivery: str) -> bool:
        """Whether this is the first time; "" always is."""
        ...
