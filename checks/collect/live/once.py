"""Answers that several collectors ask for and that are read once."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from checks.collect.source import UnreadError


@dataclass(slots=True)
class Once:
    """Makes a value at most once for each key, however many threads ask; a refusal is remembered too."""

    _made: dict[str, tuple[bytes, ...] | UnreadError] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str, make: Callable[[], Iterator[bytes]]) -> tuple[bytes, ...]:
        """The pages under ``key``. Raises UnreadError, the same one each time."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._made:
                try:
                    self._made[key] = tuple(make())
                except UnreadError as error:
                    self._made[key] = error
            made = self._made[key]
        if isinstance(made, UnreadError):
            raise UnreadError(made.reason, made.grant, missing=made.missing)
        return made
