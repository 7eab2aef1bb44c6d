"""Records one cluster: reads it through a tee, and delivers the draft when it is whole."""

import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.record.draft import Draft, deliver, refuse_existing
from bot.record.tee import Tee
from bot.settings import Access
from checks.collect.gather import gather
from checks.collect.source import Source, SourceError
from checks.snapshot import Snapshot

RECORD_S = 600.0  # a recording is looked at for weeks: it may take longer than an answer
LEAST = ("nodes", "pods")


def record(access: Access, out: Path, *, anonymise: bool = False) -> int:
    """Record the cluster that the settings lead to; returns 0. Raises SourceError when it cannot be done."""
    from bot.clients import live  # boto3 and kubernetes cost seconds: not for other commands

    refuse_existing(out)
    source = live(access, deadline_s=RECORD_S)
    snapshot = write(source, out, anonymise=anonymise, key=secrets.token_bytes(32))
    for part, gap in sorted(snapshot.gaps.items()):
        sys.stderr.write(f"cilium-bot: {part}: {gap.reason}\n")
    sys.stdout.write(f"{out}: {len(snapshot.gaps)} parts could not be read; the rest is recorded\n")
    return 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long the reading may take, and how many bytes of answers may be kept on the way (None: any)."""

    seconds: float = RECORD_S
    most_bytes: int | None = None


def write(
    source: Source, out: Path, *, anonymise: bool, key: bytes, bounds: Bounds | None = None
) -> Snapshot:
    """Read everything the collectors know to ask of a source, and keep it in ``out``: a folder, or .tar.gz.

    ``key`` decides what names are replaced by. Raises SourceError when ``out`` exists, cannot be written, or
    neither nodes nor pods could be read, or it grows too large. Nothing is left behind then.
    """
    bounds = bounds or Bounds()
    refuse_existing(out)
    with Draft.beside(out, bounds.most_bytes) as draft:
        tee = Tee(source, draft)
        snapshot = gather(tee, deadline_s=bounds.seconds)
        tee.seal()
        if all(part in snapshot.gaps for part in LEAST):
            raise SourceError(f"nothing to record: {snapshot.gaps[LEAST[0]].reason}")
        deliver(draft, source.meta, out, key if anonymise else None)
    return snapshot
