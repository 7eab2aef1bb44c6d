"""Runs the book's timers, each in a thread of its own while it lasts, never twice at once.

The time between two runs is counted by a clock that nobody sets: a scheduler by the wall clock would rest for
an hour when that is put back by one.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Event, Thread

from bot import logs
from handlers.command import Desk, Timer

logger = logging.getLogger(__name__)

JITTER_PART = 10  # replicas that started together drift apart by a tenth of the interval


class Clockwork:
    """The timers of one bot. What a timer raises is logged, and the timer goes on."""

    def __init__(
        self, timers: Sequence[Timer], desk: Desk, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``clock`` counts seconds and never goes back. Nothing runs yet."""
        self._desk = desk
        self._clock = clock
        self._stopped = Event()
        self._threads = [
            Thread(target=partial(self._turn, timer), name=f"timer-{timer.name}", daemon=True)
            for timer in timers
        ]

    def start(self) -> None:
        """Run each timer after its interval, again and again."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin nothing more; what runs ends by itself."""
        self._stopped.set()

    def _turn(self, timer: Timer) -> None:
        seconds = timer.every.total_seconds()
        took = 0.0
        with ThreadPoolExecutor(1, thread_name_prefix=f"timer-{timer.name}") as worker:
            while not self._stopped.wait(max(0.0, seconds - took) + random.uniform(0, seconds / JITTER_PART)):
                began = self._clock()
                with suppress(RuntimeError):  # the interpreter is ending
                    run = worker.submit(logs.in_request(partial(timer.run, self._desk)))
                    if error := run.exception():
                        logger.error("the timer %s failed", timer.name, exc_info=error)
                took = self._clock() - began
