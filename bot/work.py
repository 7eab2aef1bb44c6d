"""The bot's own pool: so many workers, so many waiting, and an honest no to everything beyond."""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import BoundedSemaphore, Condition

from handlers.work import Busy

logger = logging.getLogger(__name__)

WORKERS = 16  # they mostly wait, for a sweep that they share or for Slack
WAITING = 256
ASIDES = 32


class Pool:
    """Runs tasks in its own threads; implements handlers.work.Work."""

    def __init__(self, workers: int = WORKERS, waiting: int = WAITING) -> None:
        """Threads are started as they are needed."""
        self._most = workers + waiting
        self._busy = 0
        self._closing = False
        self._changed = Condition()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="work")
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="aside")
        self._aside_room = BoundedSemaphore(ASIDES)

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
            future = self._threads.submit(task)
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
