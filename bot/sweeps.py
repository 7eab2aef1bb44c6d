"""One sweep at a time for each cluster, shared by everybody who asks meanwhile."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Condition, Lock

from bot import logs
from bot.clusters import Cluster
from bot.shelf import Shelf
from checks.collect.source import SourceError
from checks.report import Report
from checks.snapshot import Snapshot
from handlers.work import Line, Seen, SweepFailed

logger = logging.getLogger(__name__)

FRESH = timedelta(seconds=60)
AGAIN = "Ask again in a minute."
PATIENCE_S = 60.0  # twice a sweep's own deadline; beyond it the sweep is given up


class SharedSweep:
    """A sweep under way; implements handlers.work.Sweep for any number of threads."""

    def __init__(self, patience_s: float, clock: Callable[[], float]) -> None:
        """Nothing runs yet."""
        self._until = clock() + patience_s
        self._clock = clock
        self._changed = Condition()
        self._lines: list[Line] = []
        self._outcome: Report | SweepFailed | None = None
        self._ended_at = 0.0

    def follow(self, every_s: float) -> Iterator[Sequence[Line]]:
        """See handlers.work.Sweep."""
        shown = 0
        while self._more_than(shown):
            lines = tuple(self._lines)
            shown = len(lines)
            yield lines
            with self._changed:  # what comes meanwhile is shown together
                self._changed.wait_for(
                    lambda: self.ended, max(0.0, min(every_s, self._until - self._clock()))
                )

    def report(self) -> Report:
        """See handlers.work.Sweep."""
        with self._changed:
            self._changed.wait_for(lambda: self._outcome is not None, max(0.0, self._until - self._clock()))
            outcome = self._outcome
        if outcome is None:
            raise SweepFailed(
                "The sweep did not end in time.", AGAIN + " If it happens again, look at my log."
            )
        if isinstance(outcome, SweepFailed):
            raise outcome
        return outcome

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self._outcome is not None or self._clock() >= self._until

    def brought_since(self, moment: float) -> bool:
        """Whether it ended with a report then or later."""
        return isinstance(self._outcome, Report) and self._ended_at >= moment

    def add(self, part: str, ok: bool, seconds: float) -> None:
        """One collector ended; called from any thread."""
        with self._changed:
            self._lines.append(Line(part, ok, seconds))
            self._changed.notify_all()

    def end(self, outcome: Report | SweepFailed) -> None:
        """The first outcome counts."""
        with self._changed:
            if self._outcome is None:
                self._outcome, self._ended_at = outcome, self._clock()
            self._changed.notify_all()

    def _more_than(self, shown: int) -> bool:
        """Wait for another line; False when the sweep ended, or its time, first."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._outcome is not None or len(self._lines) > shown,
                max(0.0, self._until - self._clock()),
            )
            return not self.ended and len(self._lines) > shown


class SharedSweeps:
    """Starts sweeps and answers from recent ones; implements handlers.work.Sweeps."""

    def __init__(
        self,
        clusters: Sequence[Cluster],
        shelf: Shelf,
        now: Callable[[], datetime],
        *,
        sure: bool | None = None,
        clock: Callable[[], float] = time.monotonic,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """``sure``: whether the first cluster is meant when none is named; by default if it is alone."""
        self.names = tuple(cluster.name for cluster in clusters)
        self.sure = len(clusters) == 1 if sure is None else sure
        self._clusters = {cluster.name: cluster for cluster in clusters}
        self._shelf = shelf
        self._now = now
        self._clock = clock
        self._patience_s = patience_s
        self._lock = Lock()
        self._under_way: dict[str, SharedSweep] = {}
        self._threads = ThreadPoolExecutor(max(8, len(clusters)), thread_name_prefix="sweep")
        self._stopped = False
        self._after: Callable[[Report], None] = lambda report: None

    def tell(self, after: Callable[[Report], None]) -> None:
        """Call this with every report, once those who wait for it have it; it must be quick and not raise."""
        self._after = after

    def ask(self, cluster: str) -> Seen | SharedSweep:
        """See handlers.work.Sweeps."""
        asked = self._clock()
        seen = self.last(cluster)
        if seen is not None and seen.age_s is not None and seen.age_s < FRESH.total_seconds():
            return seen
        return self._join(cluster, asked)

    def last(self, cluster: str) -> Seen | None:
        """See handlers.work.Sweeps. What a clock that went back shows as of later counts as old as that."""
        kept = self._shelf.report(cluster)
        return None if kept is None else Seen(kept.report, abs((self._now() - kept.at).total_seconds()))

    def join(self, cluster: str) -> SharedSweep:
        """See handlers.work.Sweeps."""
        return self._join(cluster, self._clock())

    def snapshot(self, report: Report) -> Snapshot | None:
        """See handlers.work.Sweeps."""
        cluster = self._clusters.get(report.cluster)
        kept = cluster.snapshot() if cluster is not None else None
        return kept if kept is not None and kept.meta.taken_at == report.taken_at else None

    def _join(self, cluster: str, since: float) -> SharedSweep:
        """The sweep under way, or one that ended since then; else a new one."""
        with self._lock:
            under_way = self._under_way.get(cluster)
            if under_way is not None and (not under_way.ended or under_way.brought_since(since)):
                return under_way
            sweep = SharedSweep(self._patience_s, self._clock)
            if self._stopped:
                sweep.end(SweepFailed("I am being restarted.", AGAIN))
                return sweep
            self._under_way[cluster] = sweep
            with logs.request(), logs.about(cluster=cluster):
                look = logs.in_request(self._clusters[cluster].sweep)
                ended = logs.in_request(partial(self._ended, cluster, sweep))
            future = self._threads.submit(look, sweep.add)
        future.add_done_callback(ended)
        return sweep

    def stop(self) -> None:
        """Start nothing more, and let those who wait say that the sweep was interrupted."""
        with self._lock:
            self._stopped = True
            for sweep in self._under_way.values():
                sweep.end(SweepFailed("The sweep was interrupted: I am being restarted.", AGAIN))
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ended(self, cluster: str, sweep: SharedSweep, future: "Future[Report]") -> None:
        error = None if future.cancelled() else future.exception()
        if isinstance(error, SourceError):
            sweep.end(SweepFailed("The sweep could not run.", str(error)))
        elif error is not None:
            reference = secrets.token_hex(4)
            logger.error("a sweep of %s failed, reference %s", cluster, reference, exc_info=error)
            sweep.end(SweepFailed("The sweep broke on my side.", f"My log has more under {reference}."))
        elif not future.cancelled():
            report = future.result()
            self._shelf.keep_report(cluster, report)  # first, so that nobody who asks now starts another
            sweep.end(report)
            self._after(report)
