"""The store in Redis: what must outlive a restart, or be shared by replicas."""

from datetime import timedelta
from typing import Protocol

from bot.settings import Secret
from bot.store import StoreError

CONNECT_S = 1.0
ANSWER_S = 1.0


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
    """A Store in Redis. An answer that does not come within a second is a StoreError, like any failure."""

    shared = True

    def __init__(self, client: Client, errors: tuple[type[Exception], ...]) -> None:
        """``errors`` are what the client raises; nothing is connected yet."""
        self._client = client
        self._errors = errors

    def get(self, key: str) -> bytes | None:
        """See Store."""
        try:
            value = self._client.get(key)
        except self._errors as error:
            raise _failed(error) from error
        return value.encode() if isinstance(value, str) else value

    def put(self, key: str, value: bytes, keep: timedelta | None) -> None:
        """See Store."""
        try:
            self._client.set(key, value, px=_milliseconds(keep))
        except self._errors as error:
            raise _failed(error) from error

    def claim(self, key: str, keep: timedelta) -> bool:
        """See Store."""
        try:
            return bool(self._client.set(key, b"1", nx=True, px=_milliseconds(keep)))
        except self._errors as error:
            raise _failed(error) from error

    def close(self) -> None:
        """See Store."""
        try:
            self._client.close()
        except self._errors as error:
            raise _failed(error) from error


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


def _failed(error: Exception) -> StoreError:
    """Only the kind of error: redis-py may put the address, and so a password, into its text."""
    return StoreError(f"Redis: {type(error).__name__}")
