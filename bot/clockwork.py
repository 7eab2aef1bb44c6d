"""Runs the book's timers, each in a thread of its own while it lasts, never twice at once."""

from collections.abc import Sequence
from datetime import UTC
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot import logs
from handlers.command import Desk, Timer

JITTER_PART = 10  # replicas that started together drift apart by a tenth of the interval


class Clockwork:
    """The timers of one bot. What a timer raises is logged by the scheduler, and the timer goes on."""

    def __init__(self, timers: Sequence[Timer], desk: Desk) -> None:
        """Nothing runs yet."""
        self._timers = tuple(timers)
        self._desk = desk
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Run each timer after its interval, again and again."""
        for timer in self._timers:
            seconds = timer.every.total_seconds()
            trigger = IntervalTrigger(seconds=int(seconds), jitter=int(seconds / JITTER_PART), timezone=UTC)
            self._scheduler.add_job(
                logs.in_request(partial(timer.run, self._desk)),
                trigger,
                name=timer.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        if self._timers:
            self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing more; what runs ends by itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
