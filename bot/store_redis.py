"""The store in Redis: what must outlive a restart, or be shared by replicas."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Protocol, TypeVar, cast

from bot.settings import Secret
from handlers.store import StoreError

CONNECT_S = 0.5
ANSWER_S = 0.5
LEFT_ALONE_S = 5.0
_FIELD = "value"
# ARGV: is there an old value (1 or 0), the old one, is there a new one, the new one, its life in ms or "".
_SWAP = """
local kept = redis.call('GET', KEYS[1])
if (ARGV[1] == '1') ~= (kept ~= false) or (kept and kept ~= ARGV[2]) then return 0 end
if ARGV[3] ~= '1' then redis.call('DEL', KEYS[1])
elseif ARGV[5] == '' then redis.call('SET', KEYS[1], ARGV[4])
else redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5]) end
return 1
"""

T = TypeVar("T")


class Client(Protocol):
    """What is used of redis.Redis."""

    def get(self, name: str) -> str | bytes | None:
        """GET."""
        ...

    def set(self, name: str, value: bytes, *, nx: bool = False, px: int | None = None) -> object:
        """SET; nothing when ``nx`` and the key is there."""
        ...

    def execute_command(self, *args: str | bytes | int) -> object:
        """Any other command, its answer parsed by the client."""
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

    def swap(self, key: str, old: bytes | None, new: bytes | None, keep: timedelta | None) -> bool:
        """See Store."""
        life_ms = _milliseconds(keep)
        values = (int(old is not None), old or b"", int(new is not None), new or b"")
        life = "" if life_ms is None else life_ms
        return bool(self._ask(lambda: self._client.execute_command("EVAL", _SWAP, 1, key, *values, life)))

    def append(self, key: str, value: bytes, most: int) -> None:
        """See Store. Redis trims whole nodes of a stream: a few more than ``most`` may stand."""
        self._ask(lambda: self._client.execute_command("XADD", key, "MAXLEN", "~", most, "*", _FIELD, value))

    def tail(self, key: str, most: int) -> Sequence[bytes]:
        """See Store."""
        newest = self._ask(lambda: self._client.execute_command("XREVRANGE", key, "+", "-", "COUNT", most))
        entries = cast(Sequence[tuple[bytes, Mapping[bytes, bytes]]], newest)  # as the client parses them
        return tuple(fields[_FIELD.encode()] for _, fields in reversed(entries))

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
