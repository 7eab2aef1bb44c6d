"""Runs every collector once, side by side and each with a deadline, and makes a Snapshot of what came.

Partial is normal: a collector that fails or is late leaves a Gap, and the others go on.
"""

import dataclasses
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextvars import copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Protocol

from checks.collect.registry import Collector, collectors
from checks.collect.source import RestartError, Source, SourceError, UnreadError
from checks.derive import derive
from checks.quiet import seldom_collected
from checks.snapshot import Gap, Snapshot

logger = logging.getLogger(__name__)

SWEEP_DEADLINE_S = 30.0
COLLECTOR_SHARE = 0.8  # of the sweep's deadline, for any one collector
LANE_WIDTH = 4  # lists at once against one API: more would press a large cluster's API server
RESTARTS = 2  # how often a list that changed under the reader is read anew
FIRST = ("pods", "nodes", "cilium", "daemonsets", "deployments", "cilium_nodes", "endpoints")
"""What no verdict can do without is asked for before the rest."""


class Progress(Protocol):
    """Told as each collector ends, in the thread that gathers: it must return soon."""

    def __call__(self, part: str, ok: bool, seconds: float) -> None:
        """``ok`` is False when the part was not read."""
        ...


@dataclass(frozen=True, slots=True)
class _Done:
    collector: Collector
    part: object | None
    gap: Gap | None
    seconds: float


def gather(
    source: Source,
    *,
    progress: Progress | None = None,
    deadline_s: float = SWEEP_DEADLINE_S,
    only: Iterable[Collector] | None = None,
) -> Snapshot:
    """Read every part of the source, within ``deadline_s`` whatever the source does.

    ``only`` replaces the collectors of checks.collect. A collector that is still at work at its deadline is
    left behind in its daemon thread; what it reads later is dropped. Progress is not told after the return.
    """
    began = time.monotonic()
    sweep = _Sweep(source, deadline_s)
    done: dict[str, _Done] = {}
    with seldom_collected():
        for ended in sweep.run(collectors() if only is None else only):
            done[ended.collector.part] = ended
            if progress is not None:
                _tell(progress, ended)
    parts = {name: done[name].part for name in sorted(done)}
    gaps = {name: gap for name in sorted(done) if (gap := done[name].gap) is not None}
    snapshot = Snapshot(
        meta=source.meta,
        gaps=gaps,
        seconds=time.monotonic() - began,
        **parts,  # type: ignore[arg-type] # each is of its field's type: tests/checks/collect holds them to it
    )
    return _derived(snapshot)


@dataclass(slots=True)
class _Sweep:
    """One sweep under way: lanes of collectors that wait, those at work, and those that ended."""

    source: Source
    deadline_s: float
    lanes: dict[str, deque[Collector]] = field(default_factory=dict)
    at_work: dict[str, tuple[Collector, float]] = field(default_factory=dict)
    ended: "SimpleQueue[_Done]" = field(default_factory=SimpleQueue)

    def run(self, wanted: Iterable[Collector]) -> Iterable[_Done]:
        """Yield what came of each collector, as it ends; the last of them at the deadline."""
        close = time.monotonic() + self.deadline_s
        for collector in sorted(wanted, key=_turn):
            self.lanes.setdefault(_lane(collector), deque()).append(collector)
        for lane in self.lanes:
            for _ in range(LANE_WIDTH):
                self._start_next(lane)
        while self.at_work:
            for done in self._wait(close):
                self._start_next(_lane(done.collector))
                yield done
            if time.monotonic() >= close:
                break
        yield from self._give_up()

    def _start_next(self, lane: str) -> None:
        if not self.lanes[lane]:
            return
        collector = self.lanes[lane].popleft()
        self.at_work[collector.part] = (collector, time.monotonic())
        threading.Thread(
            target=copy_context().run,  # log lines tell whose sweep this is
            args=(_work, collector, self.source, self.ended),
            name=f"collect-{collector.part}",
            daemon=True,
        ).start()

    def _wait(self, close: float) -> list[_Done]:
        """What ended or ran late by the next moment at which something can."""
        own_s = self.deadline_s * COLLECTOR_SHARE
        until = min(close, *(start + own_s for _, start in self.at_work.values()))
        try:
            done = self.ended.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            now = time.monotonic()
            late = [c for c, start in self.at_work.values() if now - start >= own_s]
            return [self._late(collector) for collector in late]
        if done.collector.part not in self.at_work:
            return []  # it was given up before
        del self.at_work[done.collector.part]
        return [done]

    def _late(self, collector: Collector) -> _Done:
        _, start = self.at_work.pop(collector.part)
        seconds = time.monotonic() - start
        reason = f"timed out after {seconds:.3g} s"
        return _Done(collector, None, Gap(reason=reason, asked=collector.asked), seconds)

    def _give_up(self) -> Iterable[_Done]:
        for collector, _ in list(self.at_work.values()):
            yield self._late(collector)
        for collector in (c for lane in self.lanes.values() for c in lane):
            reason = f"timed out: the sweep's {self.deadline_s:.3g} s were over before it was asked"
            yield _Done(collector, None, Gap(reason=reason, asked=collector.asked), 0.0)


def _work(collector: Collector, source: Source, ended: "SimpleQueue[_Done]") -> None:
    """Run one collector and put down what came of it; nothing it raises gets past here."""
    began = time.monotonic()
    part: object | None = None
    gap: Gap | None = None
    try:
        part = _read(collector, source)
    except UnreadError as error:
        gap = Gap(reason=error.reason, asked=collector.asked, grant=error.grant)
    except SourceError as error:
        gap = Gap(reason=f"unreadable: {error}", asked=collector.asked)
    except Exception as error:  # the boundary: one broken collector must not take the sweep away
        logger.exception("collector %s broke", collector.part)
        reason = f"unreadable: the collector itself failed ({type(error).__name__})"
        gap = Gap(reason=reason, asked=collector.asked)
    ended.put(_Done(collector, part, gap, time.monotonic() - began))


def _read(collector: Collector, source: Source) -> object:
    for _ in range(RESTARTS):
        try:
            return collector.read(source)
        except RestartError:
            continue
    return collector.read(source)


def _tell(progress: Progress, done: _Done) -> None:
    try:
        progress(done.collector.part, done.gap is None, done.seconds)
    except Exception:  # the boundary: nobody's display may take the sweep away
        logger.exception("progress was not told of %s", done.collector.part)


def _derived(snapshot: Snapshot) -> Snapshot:
    try:
        return derive(snapshot)
    except Exception as error:  # the boundary: what was read is still worth a report
        logger.exception("deriving broke")
        gap = Gap(reason=f"unreadable: deriving failed ({type(error).__name__})", asked="nodes and pods")
        return dataclasses.replace(snapshot, gaps={**snapshot.gaps, "accounts": gap, "waiting": gap})


def _turn(collector: Collector) -> tuple[int, str]:
    first = FIRST.index(collector.part) if collector.part in FIRST else len(FIRST)
    return first, collector.part


def _lane(collector: Collector) -> str:
    return collector.asked.partition("/")[0]
