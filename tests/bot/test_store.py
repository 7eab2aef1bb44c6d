from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.shelf import Kept, Shelf
from bot.store import MAX_KEYS, MemoryStore, StoreError
from bot.store_redis import RedisStore
from tests.handlers.render.samples import healthy, incident

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Away(Exception):
    """What the fake client raises."""


class FakeRedis:
    """GET and SET with their options, and a switch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.memory = MemoryStore(clock)
        self.away = False
        self.asked = 0

    def get(self, name: str) -> bytes | None:
        self.asked += 1
        if self.away:
            raise Away("redis://:hunter2@redis:6379 does not answer")
        return self.memory.get(name)

    def set(self, name: str, value: bytes, *, nx: bool = False, px: int | None = None) -> bool | None:
        self.asked += 1
        if self.away:
            raise Away("redis://:hunter2@redis:6379 does not answer")
        if nx and self.memory.get(name) is not None:
            return None
        self.memory.put(name, value, None if px is None else timedelta(milliseconds=px))
        return True

    def close(self) -> None:
        pass


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, clock: Clock) -> MemoryStore | RedisStore:
    return MemoryStore(clock) if request.param == "memory" else RedisStore(FakeRedis(clock), (Away,), clock)


def test_keeps_a_value_for_as_long_as_it_was_told(store: MemoryStore | RedisStore, clock: Clock) -> None:
    store.put("a", b"1", timedelta(seconds=10))
    store.put("b", b"2", None)
    clock.now = 9.9
    assert (store.get("a"), store.get("b"), store.get("c")) == (b"1", b"2", None)
    clock.now = 10.0
    assert (store.get("a"), store.get("b")) == (None, b"2")


def test_only_the_first_claims_until_it_lapses(store: MemoryStore | RedisStore, clock: Clock) -> None:
    assert store.claim("digest", timedelta(seconds=10))
    assert not store.claim("digest", timedelta(seconds=10))
    clock.now = 10.0
    assert store.claim("digest", timedelta(seconds=10))


def test_forgets_the_oldest_that_may_lapse_when_there_are_too_many(clock: Clock) -> None:
    store = MemoryStore(clock)
    store.put("for good", b"1", None)
    for number in range(MAX_KEYS + 5):
        store.put(str(number), b"1", timedelta(hours=1))
    assert store.get("for good") == b"1"
    assert store.get("0") is None
    assert store.get(str(MAX_KEYS + 4)) == b"1"


def test_a_report_comes_back_as_it_was(store: MemoryStore | RedisStore) -> None:
    shelf = Shelf(store, lambda: NOON)
    shelf.keep_report("a:b/c", incident())
    assert shelf.report("a:b/c") == Kept(version=1, at=NOON, report=incident())
    assert shelf.report("a") is None


@pytest.mark.parametrize("value", [b"", b"{}", b"\xff", b'{"version": 2, "at": 1, "report": {}}'])
def test_what_another_version_kept_is_nothing(value: bytes) -> None:
    store = MemoryStore()
    store.put("cilium:shop:report", value, None)
    assert Shelf(store, lambda: NOON).report("shop") is None


def test_a_digest_compares_with_its_own_last_issue_first() -> None:
    shelf = Shelf(MemoryStore(), lambda: NOON)
    assert shelf.previous("d1", "shop") is None
    shelf.keep_report("shop", incident())
    assert shelf.previous("d1", "shop") == incident()
    shelf.keep_previous("d1", healthy())
    assert shelf.previous("d1", "shop") == healthy()


def test_redis_away_costs_what_it_keeps_and_never_an_answer(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    redis = FakeRedis(clock)
    shelf = Shelf(RedisStore(redis, (Away,), clock), lambda: NOON)
    redis.away = True
    shelf.keep_report("shop", incident())
    assert shelf.report("shop") is None
    assert shelf.first("delivery")
    assert not shelf.first("delivery")  # told apart in this process all the same
    with pytest.raises(StoreError):
        shelf.claim("digest")
    redis.away = False
    asked = redis.asked
    shelf.keep_report("shop", incident())
    assert redis.asked == asked  # it is left alone for a while: nobody waits for it again and again
    clock.now = 6.0
    shelf.keep_report("shop", incident())
    assert shelf.report("shop") is not None
    assert "Away" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_delivery_is_new_once_across_replicas() -> None:
    store = MemoryStore()
    one, other = Shelf(store, lambda: NOON), Shelf(store, lambda: NOON)
    assert one.first("1.2.3")
    assert not other.first("1.2.3")
    assert other.first("")
    assert other.first("")


def test_a_redis_that_is_not_there_is_a_store_error_within_the_second() -> None:
    pytest.importorskip("redis")
    from bot.settings import Secret
    from bot.store_redis import connect

    store = connect(Secret("redis://:hunter2@127.0.0.1:1/0"))
    with pytest.raises(StoreError) as raised:
        store.get("a")
    assert "hunter2" not in str(raised.value)
    store.close()
