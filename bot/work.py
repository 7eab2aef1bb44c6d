"""The bot's own pool: so many workers, so many waiting, and an honest no to everything beyond."""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from threading import Barrier, BoundedSemaphore, Condition
from typing import ParamSpec, TypeVar

from handlers.work import Busy

logger = logging.getLogger(__name__)

WORKERS = 16  # they mostly wait, for a sweep that they share or for Slack
WAITING = 256
ASIDES = 32
HOLD_S = 0.3  # the longest that work stands back for acks

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


class Pool:
    """Runs tasks in its own threads; implements handlers.work.Work."""

    def __init__(self, acks: Acks, workers: int = WORKERS, waiting: int = WAITING) -> None:
        """No thread is started yet: see start."""
        self._acks = acks
        self._workers = workers
        self._started = False
        self._most = workers + waiting
        self._busy = 0
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
    def busy(self) -> int:
        """How many tasks run or wait."""
        return self._busy

    def submit(self, task: Callable[[], None], failed: Callable[[str], None]) -> None:
        """Run the task soon; see handlers.work.Work."""
        with self._changed:
            if self._closing:
                raise Busy("I am being restarted and take no new questions.")
            if self._busy >= self._most:
                raise Busy(f"I am busy with {self._busy} other questions.")
            self._busy += 1
            future = self._threads.submit(self._run, task)
        future.add_done_callback(partial(self._ended, failed))

    def aside(self, task: Callable[[], None]) -> None:
        """Run something short beside the queue."""
        if self._aside_room.acquire(blocking=False):
            self._beside.submit(task).add_done_callback(self._aside_ended)

    def stop(self, grace_s: float) -> bool:
        """Take nothing more and wait for what runs; False when some of it outlasted the grace."""
        with self._changed:
            self._closing = True
            return self._changed.wait_for(lambda: self._busy == 0, timeout=grace_s)

    def close(self) -> None:
        """Drop what still waits; whatever runs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._beside.shutdown(wait=False, cancel_futures=True)

    def _run(self, task: Callable[[], None]) -> None:
        self._acks.stand_back()
        task()

    def _ended(self, failed: Callable[[str], None], future: "Future[None]") -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            reference = secrets.token_hex(4)
            logger.error("an answer failed, reference %s", reference, exc_info=error)
            self.aside(partial(failed, reference))
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()

    def _aside_ended(self, future: "Future[None]") -> None:
        self._aside_room.release()
        error = None if future.cancelled() else future.exception()
        if error is not None:
            logger.error("an aside failed", exc_info=error)
