"""What waits for Slack's leave when nobody waits with it: sent later, by one thread, at its newest."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Protocol

from handlers.outcome import Outcome

logger = logging.getLogger(__name__)

MOST_WAITING = 500
LOOK_S = 1.0  # so often it looks whether something came in that is due earlier
Key = tuple[str, str]


class Waits(Protocol):
    """One message on its way. ``key`` names the message that it edits, None for a new one."""

    @property
    def key(self) -> Key | None:
        """Channel and time stamp."""
        ...

    def step(self) -> Outcome | float:
        """Try; the outcome, or so many seconds to wait."""
        ...

    def last_step(self) -> Outcome:
        """Try for the last time, without waiting for leave."""
        ...


@dataclass(slots=True)
class _Waiting:
    letter: Waits
    due: float
    lock: Lock = field(default_factory=Lock)  # held while it is being sent
    superseded: bool = False


class Outbox:
    """The messages that wait; its thread lives as long as there are any."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], bool]) -> None:
        """``sleep`` is False when the bot was told to stop. Nothing is started yet."""
        self._clock = clock
        self._sleep = sleep
        self._waiting: list[_Waiting] = []
        self._lock = Lock()
        self._thread: Thread | None = None

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._waiting)

    def take(self, letter: Waits, seconds: float) -> bool:
        """Bring it later; False when too many wait already."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(_Waiting(letter, self._clock() + seconds))
            if self._thread is None:
                # No daemon: what waits has one last chance when the bot ends, and that is soon.
                self._thread = Thread(target=self._run, name="outbox")
                self._thread.start()
        return True

    def supersede(self, key: Key | None) -> None:
        """Something newer will stand in that message: what waits for it is dropped, or was sent before."""
        with self._lock:
            older = [one for one in self._waiting if key is not None and one.letter.key == key]
            self._waiting = [one for one in self._waiting if one not in older]
        for one in older:
            with one.lock:
                one.superseded = True

    def _run(self) -> None:
        while (one := self._next()) is not None:
            pause = one.due - self._clock()
            if pause > 0:
                if not self._sleep(min(pause, LOOK_S)):
                    return self._end()
                continue
            with one.lock:
                became = Outcome() if one.superseded else one.letter.step()
            if isinstance(became, float):
                one.due = self._clock() + became
            else:
                self._ended(one, became)

    def _next(self) -> _Waiting | None:
        """What is due first; None ends the thread."""
        with self._lock:
            if not self._waiting:
                self._thread = None
                return None
            return min(self._waiting, key=lambda one: one.due)

    def _ended(self, one: _Waiting, outcome: Outcome) -> None:
        with self._lock:
            self._waiting = [other for other in self._waiting if other is not one]
        if not outcome:
            logger.error("a message that waited reached nobody: %s", outcome.code)

    def _end(self) -> None:
        """The bot is told to stop: each has one last chance, in order, until Slack is not reached at all."""
        with self._lock:
            left, self._waiting, self._thread = self._waiting, [], None
        for number, one in enumerate(left):
            outcome = one.letter.last_step()
            if not outcome:
                logger.error("a message that waited reached nobody: %s", outcome.code)
            if outcome.code in ("unreachable", "unsent"):
                logger.error("%d more messages that waited reached nobody", len(left) - number - 1)
                return
