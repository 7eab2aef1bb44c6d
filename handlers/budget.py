"""A token bucket for progress edits: Slack counts chat.update for the whole workspace, about 50 a minute.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections.abc import Callable
from threading import Lock


class Budget:
    """Lets so many edits through in a minute, a burst of the same size included; thread-safe."""

    def __init__(self, clock: Callable[[], float], per_minute: int = 40) -> None:
        """``clock`` counts seconds and never goes back."""
        self._clock = clock
        self._most = float(per_minute)
        self._left = self._most
        self._at = clock()
        self._lock = Lock()

    def take(self) -> bool:
        """Whether one more progress edit may go out now."""
        with self._lock:
            now = self._clock()
            self._left = min(self._most, self._left + (now - self._at) * self._most / 60)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
