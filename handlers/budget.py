"""A token bucket for progress edits: Slack counts chat.update for the whole workspace, about 50 a minute.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections.abc import Callable
from threading import Lock


class Budget:
    """Lets so many edits through in a minute, a burst of the same size included; thread-safe."""

    def __init__(self, clock: Callable[[], float], per_minute: int = 40) -> None:
        """``clock`` counts seconds and never goes back."""
        self.clock = clock
        self._most = float(per_minute)
        self._left = self._most
        self._at = clock()
        self._lock = Lock()

    def take(self, *, first: bool = False) -> bool:
        """Whether progress may go out now; a quarter is left for the ``first`` sign of other answers."""
        with self._lock:
            self._fill()
            if self._left < 1 + (0 if first else self._most // 4):
                return False
            self._left -= 1
            return True

    def spend(self) -> None:
        """An edit went out that is no progress: it counts all the same."""
        with self._lock:
            self._fill()
            self._left = max(self._left - 1, -self._most)

    def _fill(self) -> None:
        now = self.clock()
        self._left = min(self._most, self._left + (now - self._at) * self._most / 60)
        self._at = now
