"""The store inside this process, for one replica."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Lock

MAX_KEYS = 10_000


class MemoryStore:
    """A Store inside this process, for one replica; see handlers.store. It forgets everything at the end."""

    shared = False

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` counts seconds and never goes back."""
        self._clock = clock
        self._kept: dict[str, tuple[float | None, bytes]] = {}
        self._streams: dict[str, deque[bytes]] = {}
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """See Store."""
        with self._lock:
            return self._get(key)

    def put(self, key: str, value: bytes, keep: timedelta | None) -> None:
        """See Store."""
        with self._lock:
            self._put(key, value, keep)

    def claim(self, key: str, keep: timedelta) -> bool:
        """See Store."""
        with self._lock:
            if self._get(key) is not None:
                return False
            self._put(key, b"1", keep)
            return True

    def swap(self, key: str, old: bytes | None, new: bytes | None, keep: timedelta | None) -> bool:
        """See Store."""
        with self._lock:
            if self._get(key) != old:
                return False
            if new is None:
                self._kept.pop(key, None)
            else:
                self._put(key, new, keep)
            return True

    def append(self, key: str, value: bytes, most: int) -> None:
        """See Store."""
        with self._lock:
            stream = self._streams.get(key)
            if stream is None or stream.maxlen != most:
                self._streams[key] = stream = deque(stream or (), most)
            stream.append(value)

    def tail(self, key: str, most: int) -> Sequence[bytes]:
        """See Store."""
        with self._lock:
            return tuple(self._streams.get(key, ()))[-most:]

    def close(self) -> None:
        """Nothing to let go of."""

    def _get(self, key: str) -> bytes | None:
        until, value = self._kept.get(key, (0.0, b""))
        if until is not None and until <= self._clock():
            self._kept.pop(key, None)
            return None
        return value

    def _put(self, key: str, value: bytes, keep: timedelta | None) -> None:
        self._kept.pop(key, None)  # so that the dict stays in the order of writing
        self._kept[key] = (None if keep is None else self._clock() + keep.total_seconds(), value)
        if len(self._kept) > MAX_KEYS:
            now = self._clock()
            self._kept = {k: v for k, v in self._kept.items() if v[0] is None or v[0] > now}
            for oldest in [k for k, v in self._kept.items() if v[0] is not None][
                : len(self._kept) - MAX_KEYS
            ]:
                del self._kept[oldest]
