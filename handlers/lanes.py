"""When the next message may go out: a lane for each way into each channel, slow once Slack has said so.

Slack lets about one message a second into a channel, and tells when that was too much. Until it does, nothing
is held back: short bursts are let through, and nobody knows how long. From then on messages go one by one.
https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from handlers.outcome import Route

SPACING_S = {"edit": 1.2}  # 50 edits a minute
POSTS_S = 1.0
SLOW_S = 60.0  # so long after it was last limited a lane stays slow
MOST_LANES = 2_000


@dataclass(slots=True)
class _Lane:
    next_at: float = 0.0
    held_until: float = 0.0
    slow_until: float = 0.0


class Lanes:
    """The lanes of one bot; thread-safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` counts seconds and never goes back."""
        self._clock = clock
        self._lanes: dict[tuple[Route, str], _Lane] = {}
        self._told: dict[str, float] = {}
        self._lock = Lock()

    def slot(self, route: Route, channel: str) -> float:
        """Take the next place in the lane: the time at which it may be used."""
        with self._lock:
            lane, now = self._lane(route, channel), self._clock()
            at = max(now, lane.next_at, lane.held_until)
            if now < lane.slow_until or now < lane.next_at:
                lane.next_at = at + SPACING_S.get(route, POSTS_S)
            return at

    def held(self, route: Route, channel: str) -> bool:
        """Whether Slack wants nothing there now."""
        with self._lock:
            return self._clock() < self._lane(route, channel).held_until

    def free(self, route: Route, channel: str) -> bool:
        """Whether there is room for what may as well be left out."""
        with self._lock:
            lane = self._lane(route, channel)
            return self._clock() >= max(lane.slow_until, lane.next_at)

    def limited(self, route: Route, channel: str, seconds: float) -> None:
        """Slack refused one more and said when to come again."""
        with self._lock:
            lane = self._lane(route, channel)
            lane.held_until = max(lane.held_until, self._clock() + seconds)
            lane.slow_until = lane.held_until + SLOW_S

    def tell(self, channel: str, seconds: float) -> bool:
        """Whether people in the channel are still to be told that it is slow: once, as long as it is."""
        with self._lock:
            now = self._clock()
            known = self._told.get(channel, 0.0)
            self._told = {one: until for one, until in self._told.items() if now < until}
            self._told[channel] = max(known, now + seconds + SLOW_S)
            return now >= known

    def _lane(self, route: Route, channel: str) -> _Lane:
        if len(self._lanes) >= MOST_LANES:
            now = self._clock()
            self._lanes = {
                key: lane for key, lane in self._lanes.items() if now < max(lane.slow_until, lane.next_at)
            }
        return self._lanes.setdefault((route, channel), _Lane())
