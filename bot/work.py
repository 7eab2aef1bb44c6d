"""The bot's own pool: so many workers, so many waiting, and an honest no to everything beyond."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from threading import Barrier, BoundedSemaphore, Condition
from typing import ParamSpec, TypeVar

from bot import logs
from handlers.work import INTERRUPTED, Busy

logger = logging.getLogger(__name__)

WORKERS = 16  # they mostly wait, for a sweep that they share or for Slack
WAITING = 256
ASIDES = 32
HOLD_S = 0.3  # the longest that work stands back for acks
STUCK_S = 120.0  # twice as long as anybody waits for a sweep

P = ParamSpec("P")
T = TypeVar("T")


class Acks:
    """Counts the acks that Slack is waiting for: as long as there are any, new work stands back.

    In a burst of commands the first answers would otherwise take the interpreter from the last acks.
    """

    def __init__(self) -> None:
        """None yet."""
        self._awaited = 0
        self._changed = Condition()

    def __enter__(self) -> None:
        """One more request came in."""
        with self._changed:
            self._awaited += 1

    def __exit__(self, *_: object) -> None:
        """It is answered."""
        with self._changed:
            self._awaited -= 1
            if not self._awaited:
                self._changed.notify_all()

    def stand_back(self) -> None:
        """Return when no ack is awaited, or after HOLD_S."""
        with self._changed:
            self._changed.wait_for(lambda: not self._awaited, HOLD_S)

    def quiet(self, seconds: float) -> bool:
        """Whether no ack was awaited within that time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._awaited, seconds)


def start_all(threads: ThreadPoolExecutor, number: int) -> None:
    """Start a fresh pool's threads now.

    A ThreadPoolExecutor starts them one by one, in the thread that submits: in the first burst of commands
    that is the thread whose ack is awaited, and each start waits for the interpreter that a sweep is holding.
    """
    together = Barrier(number + 1)
    for _ in range(number):
        threads.submit(together.wait)
    together.wait()


class Inline(Executor):
    """Runs a listener where it is submitted.

    Bolt looks for a listener's ack every 10 ms and has five threads for all of them. Ours only hand work
    over, so that they are done before it looks for the first time.
    https://github.com/slackapi/bolt-python/blob/v1.30.0/slack_bolt/listener/thread_runner.py
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Do it now, and raise what it raises."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@dataclass(slots=True, eq=False)
class _Job:
    """A task that runs, since ``began``, or waits."""

    task: Callable[[], None]
    failed: Callable[[str], None]
    began: float | None = None


class Pool:
    """Runs tasks in its own threads; implements handlers.work.Work."""

    def __init__(
        self,
        acks: Acks,
        workers: int = WORKERS,
        waiting: int = WAITING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """No thread is started yet: see start. ``clock`` counts seconds and never goes back."""
        self._acks = acks
        self._workers = workers
        self._started = False
        self._most = workers + waiting
        self._jobs: set[_Job] = set()
        self._clock = clock
        self._closing = False
        self._changed = Condition()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="work")
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="aside")
        self._aside_room = BoundedSemaphore(ASIDES)

    def start(self) -> None:
        """Start the workers, once, before the first question; without it they start as they are needed."""
        if not self._started:
            self._started = True
            start_all(self._threads, self._workers)

    @property
    def alive(self) -> bool:
        """Whether it takes work."""
        return not self._closing

    @property
    def stuck(self) -> bool:
        """Whether every worker has been at one task for longer than any task takes."""
        with self._changed:
            began = [job.began for job in self._jobs if job.began is not None]
        return len(began) >= self._workers and self._clock() - max(began) > STUCK_S

    @property
    def busy(self) -> int:
        """How many tasks run or wait."""
        return len(self._jobs)

    def submit(self, task: Callable[[], None], failed: Callable[[str], None]) -> None:
        """Run the task soon; see handlers.work.Work."""
        with self._changed:
            if self._closing:
                raise Busy("I am being restarted and take no new questions.")
            if len(self._jobs) >= self._most:
                raise Busy(f"I am busy with {len(self._jobs)} other questions.")
            job = _Job(task, failed)
            self._jobs.add(job)
            with logs.request():
                do, ended = logs.in_request(self._do), logs.in_request(partial(self._ended, job))
            future = self._threads.submit(do, job)
        future.add_done_callback(ended)

    def aside(self, task: Callable[[], None]) -> None:
        """Run something short beside the queue."""
        if self._aside_room.acquire(blocking=False):
            self._beside.submit(logs.in_request(task)).add_done_callback(self._aside_ended)

    def stop(self, grace_s: float) -> bool:
        """Take nothing more and wait for what runs; False when some of it outlasted the grace."""
        with self._changed:
            self._closing = True
            return self._changed.wait_for(lambda: not self._jobs, timeout=grace_s)

    def idle(self, seconds: float) -> bool:
        """Whether nothing ran or waited within that time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs, timeout=seconds)

    def close(self, grace_s: float = 0.0) -> None:
        """Drop what still waits and let whatever runs end by itself; whoever waits for either is told.

        The telling takes so long at most.
        """
        with self._changed:
            left, self._jobs = self._jobs, set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        telling = [self._beside.submit(job.failed, INTERRUPTED) for job in left]
        wait(telling, grace_s)
        self._beside.shutdown(wait=False, cancel_futures=True)
        if left:
            logger.warning("%d questions were interrupted", len(left))

    def _do(self, job: _Job) -> None:
        job.began = self._clock()
        self._acks.stand_back()
        job.task()

    def _ended(self, job: _Job, future: "Future[None]") -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            with logs.request() as reference:
                logger.error("an answer failed, reference %s", reference, exc_info=error)
            if job in self._jobs:  # else it was told that it was interrupted
                self.aside(partial(job.failed, reference))
        with self._changed:
            self._jobs.discard(job)
            self._changed.notify_all()

    def _aside_ended(self, future: "Future[None]") -> None:
        self._aside_room.release()
        error = None if future.cancelled() else future.exception()
        if error is not None:
            logger.error("an aside failed", exc_info=error)
