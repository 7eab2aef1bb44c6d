"""The clusters the bot speaks for, each with the one function that looks at it: gather, then judge."""

from collections.abc import Callable
from dataclasses import dataclass
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
    """One cluster by name; ``sweep`` reads and judges it anew each time. It may raise SourceError."""

    name: str
    sweep: Callable[[Progress | None], Report]


def recorded(path: Path) -> Cluster:
    """The cluster of a recording. Raises SourceError when the recording cannot be used at all."""
    return Cluster(Recording(path).meta.cluster, lambda progress: look(Recording(path), progress))


def reached(access: Access) -> Cluster:
    """The live cluster that the settings lead to. Raises SourceError when there is none."""
    from bot.clients import live  # boto3 and kubernetes cost seconds: not for a recording

    return Cluster(live(access).meta.cluster, lambda progress: look(live(access), progress))


def snapshot_of(recording: Path | None, access: Callable[[], Access]) -> Snapshot:
    """What one sweep reads, before anything is judged. Raises SourceError when there is no such cluster."""
    if recording is not None:
        return gather(Recording(recording))
    from bot.clients import live  # boto3 and kubernetes cost seconds: not for a recording

    return gather(live(access()))


def look(source: Source, progress: Progress | None = None) -> Report:
    """Read everything the collectors know to ask, and judge it."""
    return judge(gather(source, progress=progress))
