"""Records a cluster for somebody who says that a diagnosis is wrong: in a process of its own, within bounds.

A sweep keeps no raw answers (a large cluster's are a gigabyte), so that it is read anew. Rewriting takes a
second of pure Python for every megabyte: in this process that would hold up every ack.
"""

import logging
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from bot.clusters import Cluster
from bot.record.write import Bounds, write
from checks.collect.source import Source, SourceError
from handlers.work import NotRecorded, Recorded

logger = logging.getLogger(__name__)

READING_S = 300.0
PATIENCE_S = 480.0
MOST_READ_BYTES = 200 << 20  # on disk: deploy/ gives /tmp a quarter of a gigabyte
MOST_BYTES = 25 << 20  # of the archive
STACK_BYTES = 1 << 20
NICENESS = 10
FIRST_TO_GO = "1000"  # when memory is short, the kernel ends this process before the bot
NAME = "recording.tar.gz"
BY_HAND = "`cilium-bot record --anonymise OUT.tar.gz` has no such bounds."

Open = Callable[[float], Source]


class FreshRecorder:
    """Implements handlers.work.Recorder; one recording at a time."""

    def __init__(self, clusters: Sequence[Cluster], patience_s: float = PATIENCE_S) -> None:
        """Nothing is read yet."""
        self._sources = {one.name: one.source for one in clusters if one.source is not None}
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._child: BaseProcess | None = None
        self._stopped = False

    def stop(self) -> None:
        """Give up what is being made, and make nothing more."""
        self._stopped = True
        child = self._child
        if child is not None:
            child.kill()

    def __call__(self, cluster: str) -> Recorded:
        """See handlers.work.Recorder."""
        source = self._sources.get(cluster)
        if source is None:
            raise NotRecorded(f"I cannot read {cluster} for a recording.")
        if not self._lock.acquire(blocking=False):
            raise NotRecorded("Another recording is being made: ask again in a few minutes.")
        try:
            with tempfile.TemporaryDirectory(prefix="cilium-bot-") as folder:
                return self._made(source, Path(folder) / NAME)
        except OSError as error:
            raise NotRecorded(f"It could not be written: {error.strerror or type(error).__name__}.") from None
        finally:
            self._lock.release()

    def _made(self, source: Open, out: Path) -> Recorded:
        context = get_context("spawn")  # a fork would take our threads' locks with it
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=_record, args=(source, out, theirs), name="recorder", daemon=True)
        child.start()
        self._child = child
        theirs.close()
        if self._stopped:  # before there was a child to end
            child.kill()
        try:
            told = ours.recv() if ours.poll(self._patience_s) else "it took too long"
        except EOFError:
            told = "it ended before its time, perhaps for want of memory"
        finally:
            self._child = None
            child.kill()
            child.join()
            ours.close()
        if self._stopped:
            raise NotRecorded("I am being restarted: ask again in a minute.")
        if not isinstance(told, int):
            raise NotRecorded(f"There is no recording: {told}. {BY_HAND}")
        if out.stat().st_size > MOST_BYTES:
            raise NotRecorded(f"The recording is larger than {MOST_BYTES >> 20} MB. {BY_HAND}")
        return Recorded(out.read_bytes(), told)


def _stand_back() -> None:
    """Give way to the bot, in time and in memory."""
    os.nice(NICENESS)
    threading.stack_size(STACK_BYTES)
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)


def _record(source: Open, out: Path, answer: Connection) -> None:
    """In the child: the number of parts that were not read, or why there is nothing."""
    _stand_back()
    bounds = Bounds(READING_S, MOST_READ_BYTES)
    try:
        read = write(source(READING_S), out, anonymise=True, key=secrets.token_bytes(32), bounds=bounds)
        told: int | str = len(read.gaps)
    except SourceError as error:
        told = str(error).rstrip(".")
    with suppress(BrokenPipeError):  # the bot that asked for it is gone
        answer.send(told)
