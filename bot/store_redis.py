"""The store in Redis: what must outlive a restart, or be shared by replicas."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Protocol, TypeVar

from bot.settings import Secret
from bot.store import StoreError

CONNECT_S = 0.5
ANSWER_S = 0.5
LEFT_ALONE_S = 5.0

T = TypeVar("T")


class Client(Protocol):
    """What is used of redis.Redis."""

    def get(self, name: str) -> str | bytes | None:
        """GET."""
        ...

    def set(self, name: str, value: bytes, *, nx: bool = False, px: int | None = None) -> object:
        """SET; nothing when ``nx`` and the key is there."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...


class RedisStore:
    """A Store in Redis. An answer that does not come soon is a StoreError, like any failure.

    After a failure it is left alone for a few seconds: every answer would wait for it otherwise.
    """

    shared = True

    def __init__(
        self,
        client: Client,
        errors: tuple[type[Exception], ...],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``errors`` are what the client raises; nothing is connected yet."""
        self._client = client
        self._errors = errors
        self._clock = clock
        self._not_before = 0.0

    def get(self, key: str) -> bytes | None:
        """See Store."""
        value = self._ask(lambda: self._client.get(key))
        return value.encode() if isinstance(value, str) else value

    def put(self, key: str, value: bytes, keep: timedelta | None) -> None:
        """See Store."""
        self._ask(lambda: self._client.set(key, value, px=_milliseconds(keep)))

    def claim(self, key: str, keep: timedelta) -> bool:
        """See Store."""
        return bool(self._ask(lambda: self._client.set(key, b"1", nx=True, px=_milliseconds(keep))))

    def close(self) -> None:
        """See Store. What fails here is no loss."""
        with suppress(*self._errors):
            self._client.close()

    def _ask(self, question: Callable[[], T]) -> T:
        if self._clock() < self._not_before:
            raise StoreError("Redis: left alone after a failure")
        try:
            return question()
        except self._errors as error:
            self._not_before = self._clock() + LEFT_ALONE_S
            # Only the kind of error: redis-py may put the address, and so a password, into its text.
            raise StoreError(f"Redis: {type(error).__name__}") from error


def connect(url: Secret) -> RedisStore:
    """A store in that Redis; it connects with the first question and again after every loss."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = redis.Redis.from_url(
        url.reveal(),
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 1),  # once, for a connection that died while it was idle
        health_check_interval=30,
    )
    return RedisStore(client, (redis.RedisError, OSError))


def _milliseconds(keep: timedelta | None) -> int | None:
    return None if keep is None else int(keep.total_seconds() * 1000)
