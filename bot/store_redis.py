"""The store in Redis: what must outlive a restart, or be shared by replicas."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Protocol, TypeVar, cast

from bot.settings import Secret
from handlers.store import StoreError

CONNECT_S = 0.5
ANSWER_S = 0.5
SLOW_S = 0.25  # who is refused at once has lost nothing by asking
LEFT_ALONE_S = 5.0
LEFT_ALONE_PART = 6  # or so many times what the failure took: a name's look-up knows no deadline
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
_WORDS = {
    "OutOfMemoryError": "it is full (maxmemory)",
    "ReadOnlyError": "a replica, which takes no writes",
    "TimeoutError": "no answer in time",
    "AuthenticationError": "the password is wrong",
}
"""What the client's errors mean."""

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

    After a failure that took its time it is left alone for a while: every answer would wait for it otherwise.
    Only what may be done twice is tried again: a change whose answer was lost may have been made.
    """

    shared = True

    def __init__(
        self,
        client: Client,
        errors: tuple[type[Exception], ...],
        clock: Callable[[], float] = time.monotonic,
        drop: Callable[[], None] = lambda: None,
    ) -> None:
        """``errors`` are what the client raises; nothing is connected yet.

        ``drop`` lets go of idle connections.
        """
        self._client = client
        self._errors = errors
        self._clock = clock
        self._drop = drop
        self._not_before = 0.0

    def get(self, key: str) -> bytes | None:
        """See Store."""
        return self._ask(lambda: self._get(key), tries=2)

    def put(self, key: str, value: bytes, keep: timedelta | None) -> None:
        """See Store."""
        self._ask(lambda: self._client.set(key, value, px=_milliseconds(keep)), tries=2)

    def claim(self, key: str, keep: timedelta) -> bool:
        """See Store. A claim whose answer was lost is known again by its value."""
        mine = secrets.token_bytes(12)

        def take() -> bool:
            return (
                bool(self._client.set(key, mine, nx=True, px=_milliseconds(keep))) or self._get(key) == mine
            )

        return self._ask(take, tries=2)

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
        newest = self._ask(
            lambda: self._client.execute_command("XREVRANGE", key, "+", "-", "COUNT", most), tries=2
        )
        entries = cast(Sequence[tuple[bytes, Mapping[bytes, bytes]]], newest)  # as the client parses them
        return tuple(fields[_FIELD.encode()] for _, fields in reversed(entries))

    def close(self) -> None:
        """See Store. What fails here is no loss."""
        with suppress(*self._errors):
            self._client.close()

    def _get(self, key: str) -> bytes | None:
        value = self._client.get(key)
        return value.encode() if isinstance(value, str) else value

    def _ask(self, question: Callable[[], T], tries: int = 1) -> T:
        began = self._clock()
        if began < self._not_before:
            raise StoreError("Redis: left alone after a failure")
        try:
            return question()
        except self._errors as error:
            took = self._clock() - began
            with suppress(*self._errors):
                self._drop()  # a primary that was replaced would hold us, and refuse what we write
            if took < SLOW_S and tries > 1:
                return self._ask(question, tries - 1)
            if took >= SLOW_S:
                self._not_before = self._clock() + max(LEFT_ALONE_S, LEFT_ALONE_PART * took)
            # Only the kind of error: redis-py may put the address, and so a password, into its text.
            raise StoreError(f"Redis: {_WORDS.get(type(error).__name__, type(error).__name__)}") from error


def connect(url: Secret, clock: Callable[[], float] = time.monotonic) -> RedisStore:
    """A store in that Redis; it connects with the first question and again after every loss."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = redis.Redis.from_url(
        url.reveal(),
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 0),  # RedisStore knows what may be tried again
        health_check_interval=30,
    )
    pool = client.connection_pool
    return RedisStore(
        client, (redis.RedisError, OSError), clock, lambda: pool.disconnect(inuse_connections=False)
    )


def _milliseconds(keep: timedelta | None) -> int | None:
    return None if keep is None else int(keep.total_seconds() * 1000)
