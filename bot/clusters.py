"""The clusters the bot speaks for, each with the one function that looks at it: gather, then judge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.settings import Access
from checks.collect.gather import Progress, gather
from checks.collect.recording import Recording
from checks.collect.source import Source
from checks.judge import judge
from checks.report import Report
from checks.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster by name; ``sweep`` reads and judges it anew each time. It may raise SourceError.

    ``snapshot`` is what the last sweep had read, or None before the first and where it is not kept.
    ``source`` opens the cluster for one reading within so many seconds, in any process; None: it cannot.
    """

    name: str
    sweep: Callable[[Progress | None], Report]
    snapshot: Callable[[], Snapshot | None] = lambda: None
    source: Callable[[float], Source] | None = None


class Looking:
    """Sweeps of one cluster; keeps what the last one had read: a pod's way needs more than a report."""

    def __init__(self, source: Callable[[], Source]) -> None:
        """``source`` makes a fresh one for each sweep."""
        self._source = source
        self._last: Snapshot | None = None

    def __call__(self, progress: Progress | None) -> Report:
        """One sweep. Raises SourceError."""
        snapshot = gather(self._source(), progress=progress)
        report = judge(snapshot)
        self._last = snapshot
        return report

    def last(self) -> Snapshot | None:
        """What the last sweep had read."""
        return self._last


def recorded(path: Path) -> Cluster:
    """The cluster of a recording. Raises SourceError when the recording cannot be used at all."""
    looking = Looking(lambda: Recording(path))
    return Cluster(Recording(path).meta.cluster, looking, looking.last, partial(_opened, path))


def reached(access: Access) -> Cluster:
    """The live cluster that the settings lead to. Raises SourceError when there is none."""
    from bot.clients import live  # boto3 and kubernetes cost seconds: not for a recording

    looking = Looking(lambda: live(access))
    return Cluster(live(access).meta.cluster, looking, looking.last, partial(_alive, access))


def several(accesses: Sequence[Access]) -> tuple[Cluster, ...]:
    """Each by its alias. Nothing is reached yet: one that is away is no reason not to speak of the others."""
    return tuple(_by_alias(access) for access in accesses)


def _by_alias(access: Access) -> Cluster:
    looking = Looking(partial(_now, access))
    return Cluster(access.alias or "", looking, looking.last, partial(_alive, access))


def _now(access: Access) -> Source:
    from bot.clients import live  # boto3 and kubernetes cost seconds: not for a recording

    return live(access)


def _opened(path: Path, seconds: float) -> Source:
    return Recording(path)


def _alive(access: Access, seconds: float) -> Source:
    from bot.clients import live  # boto3 and kubernetes cost seconds: not for a recording

    return live(access, deadline_s=seconds)


def snapshot_of(recording: Path | None, access: Callable[[], Access]) -> Snapshot:
    """What one sweep reads, before anything is judged. Raises SourceError when there is no such cluster."""
    if recording is not None:
        return gather(Recording(recording))
    from bot.clients import live  # boto3 and kubernetes cost seconds: not for a recording

    return gather(live(access()))
