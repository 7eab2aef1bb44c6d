"""Where things are kept that outlive a question: a small key-value store, in the process or in Redis."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import Protocol

MAX_KEYS = 10_000


class StoreError(Exception):
    """The store could not be asked; the bot goes on without it."""


class Store(Protocol):
    """Bytes by key. Every method may raise StoreError; none blocks for longer than a second or two."""

    @property
    def shared(self) -> bool:
        """Whether it is shared with other replicas and outlives this process."""
        ...

    def get(self, key: str) -> bytes | None:
        """What is kept there, or None when there is nothing, or no longer."""
        ...

    def put(self, key: str, value: bytes, keep: timedelta | None) -> None:
        """Keep the value, for so long or for good."""
        ...

    def claim(self, key: str, keep: timedelta) -> bool:
        """Whether the caller is the first to claim this key; the claim lapses after ``keep``."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class MemoryStore:
    """A Store inside this process, for one replica. It forgets everything at the end."""

    shared = False

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` counts seconds and never goes back."""
        self._clock = clock
        self._kept: dict[str, tuple[float | None, bytes]] = {}
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
