"""Where things are kept that outlive a question: a small key-value store, and values of one type in it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

import msgspec

SWAP_TRIES = 20

T = TypeVar("T")


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

    def swap(self, key: str, old: bytes | None, new: bytes | None, keep: timedelta | None) -> bool:
        """Keep ``new`` (None: nothing) if ``old`` (None: nothing) is what is there; whether it was."""
        ...

    def claim(self, key: str, keep: timedelta) -> bool:
        """Whether the caller is the first to claim this key; the claim lapses after ``keep``."""
        ...

    def append(self, key: str, value: bytes, most: int) -> None:
        """Put the value at the end of a stream that holds about ``most`` of the newest."""
        ...

    def tail(self, key: str, most: int) -> Sequence[bytes]:
        """The newest values of a stream, the oldest of them first."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class Drawer(Generic[T]):
    """Values of one type in a store, as JSON with a version; what another version wrote counts as nothing.

    Make one at module level: msgspec's first use of a type is not safe beside another thread.
    """

    def __init__(self, form: type[T], *, version: int = 1, keep: timedelta | None) -> None:
        """``form`` is a frozen dataclass or struct; ``keep`` is a value's life after its last change."""
        self._version = version
        self._keep = keep
        # The version is looked at first: the rest may not fit the type any more.
        self._outer = msgspec.json.Decoder(dict[str, msgspec.Raw])
        self._inner: msgspec.json.Decoder[T] = msgspec.json.Decoder(form)

    def get(self, store: Store, key: str) -> T | None:
        """What is kept there. Raises StoreError."""
        return self._decoded(store.get(key))

    def put(self, store: Store, key: str, value: T) -> None:
        """Keep it. Raises StoreError."""
        store.put(key, self._encoded(value), self._keep)

    def change(self, store: Store, key: str, change: Callable[[T | None], T | None]) -> T | None:
        """Replace the value by what ``change`` makes of it, while others may do the same; the new value.

        ``change`` may be called several times and must not do anything else. None takes the value away.
        Raises StoreError.
        """
        for _ in range(SWAP_TRIES):
            old = store.get(key)
            value = change(self._decoded(old))
            new = None if value is None else self._encoded(value)
            if new == old or store.swap(key, old, new, self._keep):
                return value
        raise StoreError(f"{key} is changed by too many at once")

    def _encoded(self, value: T) -> bytes:
        return msgspec.json.encode({"version": self._version, "value": value})

    def _decoded(self, kept: bytes | None) -> T | None:
        if kept is None:
            return None
        try:
            outer = self._outer.decode(kept)
            if outer.get("version") != msgspec.Raw(str(self._version).encode()):
                return None
            return self._inner.decode(outer["value"])
        except (msgspec.DecodeError, RecursionError, KeyError):  # garbled, or another program's
            return None
