"""When a sweep ends, and how an exchange is told that was lost on the way."""

import time
from collections.abc import Callable
from dataclasses import dataclass


class LostError(Exception):
    """The exchange broke below HTTP: no connection, a cut answer, no HTTP at all.

    ``late`` tells whether time ran out, ``answered`` whether an answer had begun.
    """

    def __init__(self, why: str, *, late: bool = False, answered: bool = False) -> None:
        """``why`` is short and holds nothing of the answer."""
        super().__init__(why)
        self.why = why
        self.late = late
        self.answered = answered


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of a monotonic clock after which nothing is asked any more."""

    ends: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> "Deadline":
        """The moment that many seconds from now."""
        return cls(clock() + seconds, clock)

    def left(self) -> float:
        """Seconds left; zero or less when it is over."""
        return self.ends - self.clock()

    def within(self, seconds: float) -> float:
        """A timeout of at most ``seconds`` that the deadline leaves. Raises LostError when none is left."""
        left = min(seconds, self.left())
        if left <= 0:
            raise LostError("no time left", late=True)
        return left

    def sooner(self, seconds: float) -> "Deadline":
        """This deadline, or ``seconds`` from now if that comes first."""
        return Deadline(min(self.ends, self.clock() + seconds), self.clock)
