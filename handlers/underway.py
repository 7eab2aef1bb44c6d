"""Messages that show progress, written down: one whose process died must not go on saying "Checking".

Each process says now and then that it is still at its own. What nobody has been at for a while is left over.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from zlib import crc32

from handlers.store import Drawer, Store, StoreError

logger = logging.getLogger(__name__)

BEAT = timedelta(seconds=20)
SILENT = 3 * BEAT + timedelta(seconds=5)
"""No word for so long: its process is gone, or has lost it."""
LONGEST = timedelta(minutes=10)  # longer than the longest work there is
DRAWERS = 8  # a burst of questions would meet in one
KEPT = timedelta(days=1)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Going:
    """One message, and when its process last was at it."""

    channel: str
    ts: str
    seen: datetime


@dataclass(frozen=True, slots=True)
class Goings:
    """Those of one drawer."""

    kept: tuple[Going, ...] = ()


_DRAWER = Drawer(Goings, keep=KEPT)


class Underway:
    """One process's messages, and where all of them stand; thread-safe. A store that is away costs this."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """Nothing is under way."""
        self._store = store
        self._now = now
        self._own: dict[Key, datetime] = {}
        self._lock = Lock()

    def began(self, channel: str, ts: str) -> None:
        """It shows progress from now on."""
        with self._lock:
            self._own[channel, ts] = self._now()
        self._put(channel, ts, self._now())

    def ended(self, channel: str, ts: str) -> None:
        """It shows something else."""
        with self._lock:
            self._own.pop((channel, ts), None)
        self._put(channel, ts, None)

    def beat(self) -> None:
        """Say that this process is still at its own; but not for ever, for one that was lost."""
        now = self._now()
        with self._lock:
            self._own = {key: since for key, since in self._own.items() if now - since < LONGEST}
            own = tuple(self._own)
        for channel, ts in own:
            self._put(channel, ts, now)

    def left_over(self) -> Sequence[Key]:
        """Those that nobody is at."""
        now = self._now()
        try:
            found = [_DRAWER.get(self._store, _name(number)) or Goings() for number in range(DRAWERS)]
        except StoreError as error:
            logger.warning("what is left over is not known: %s", error)
            return ()
        return [(one.channel, one.ts) for goings in found for one in goings.kept if now - one.seen > SILENT]

    def _put(self, channel: str, ts: str, seen: datetime | None) -> None:
        """Keep when it was last seen to; None forgets it."""

        def change(known: Goings | None) -> Goings | None:
            others = [one for one in (known or Goings()).kept if (one.channel, one.ts) != (channel, ts)]
            kept = (*others, Going(channel, ts, seen)) if seen is not None else tuple(others)
            return Goings(kept) if kept else None

        try:
            _DRAWER.change(self._store, _name(crc32(f"{channel}/{ts}".encode()) % DRAWERS), change)
        except StoreError as error:
            logger.warning("what is under way is not written down: %s", error)


def _name(number: int) -> str:
    return f"cilium:underway:{number}"
