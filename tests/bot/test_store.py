from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.shelf import Kept, Shelf
from bot.store import MAX_KEYS, MemoryStore
from bot.store_redis import ANSWER_S, LEFT_ALONE_S, RedisStore
from handlers.store import Drawer, StoreError
from tests.handlers.render.samples import incident

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Away(Exception):
    """What the fake client raises."""


class FakeRedis:
    """The commands that are used, with their options, and a switch."""

    def __init__(self, clock: "Clock") -> None:
        self.clock = clock
        self.memory = MemoryStore(clock)
        self.away = False
        self.asked = 0

    def get(self, name: str) -> bytes | None:
        self.asked += 1
        self.answer()
        return self.memory.get(name)

    def set(self, name: str, value: bytes, *, nx: bool = False, px: int | None = None) -> bool | None:
        self.asked += 1
        self.answer()
        if nx and self.memory.get(name) is not None:
            return None
        self.memory.put(name, value, None if px is None else timedelta(milliseconds=px))
        return True

    def execute_command(self, *args: str | bytes | int) -> object:
        self.asked += 1
        self.answer()
        if args[0] == "EVAL":
            key, had, old, has, new, life = args[3:]
            keep = timedelta(milliseconds=int(life)) if life != "" else None
            return int(self.memory.swap(str(key), raw(old) if had else None, raw(new) if has else None, keep))
        if args[0] == "XADD":
            self.memory.append(str(args[1]), raw(args[7]), int(args[4]))
            return b"1-0"
        assert args[0] == "XREVRANGE"
        return [
            (b"1-0", {b"value": value}) for value in reversed(self.memory.tail(str(args[1]), int(args[5])))
        ]

    def answer(self) -> None:
        if self.away:
            self.clock.now += ANSWER_S
            raise Away("redis://:hunter2@redis:6379 does not answer")

    def close(self) -> None:
        pass


def raw(argument: str | bytes | int) -> bytes:
    assert isinstance(argument, bytes)
    return argument


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


def test_swaps_only_what_is_as_it_was_seen(store: MemoryStore | RedisStore, clock: Clock) -> None:
    assert store.swap("a", None, b"1", None)
    assert not store.swap("a", None, b"2", None)
    assert not store.swap("a", b"2", b"3", None)
    assert store.swap("a", b"1", b"", timedelta(seconds=10))
    assert store.swap("a", b"", b"3", timedelta(seconds=10))
    clock.now = 10.0
    assert store.get("a") is None
    assert store.swap("a", None, b"4", None)
    assert store.swap("a", b"4", None, None)
    assert store.get("a") is None


def test_a_stream_keeps_the_newest(store: MemoryStore | RedisStore) -> None:
    assert store.tail("log", 5) == ()
    for number in range(6):
        store.append("log", b"%d" % number, 4)
    assert store.tail("log", 3) == (b"3", b"4", b"5")
    assert store.tail("log", 9) == (b"2", b"3", b"4", b"5")


@dataclass(frozen=True)
class Count:
    number: int


COUNTS = Drawer(Count, keep=timedelta(seconds=10))


def test_changes_by_many_at_once_are_all_there(store: MemoryStore | RedisStore) -> None:
    def more(kept: Count | None) -> Count:
        return Count((kept.number if kept else 0) + 1)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: COUNTS.change(store, "count", more), range(20)))
    assert COUNTS.get(store, "count") == Count(20)
    assert COUNTS.change(store, "count", lambda _: None) is None
    assert store.get("count") is None


@pytest.mark.parametrize(
    "kept",
    [b"", b"[]", b"\xff", b'{"version":2,"value":{"number":1}}', b'{"version":1,"value":{"number":"x"}}'],
)
def test_a_value_of_another_form_counts_as_nothing_and_is_replaced(kept: bytes) -> None:
    store = MemoryStore()
    store.put("count", kept, None)
    assert COUNTS.get(store, "count") is None
    assert COUNTS.change(store, "count", lambda old: Count(7) if old is None else old) == Count(7)


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


def test_redis_away_costs_what_it_keeps_and_never_an_answer(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    redis = FakeRedis(clock)
    shelf = Shelf(RedisStore(redis, (Away,), clock), lambda: NOON)
    redis.away = True
    assert shelf.report("shop") is None
    shelf.keep_report("shop", incident())
    assert shelf.report("shop") == Kept(version=1, at=NOON, report=incident())  # as this process knows it
    assert shelf.first("delivery")
    assert not shelf.first("delivery")  # told apart in this process all the same
    redis.away = False
    asked = redis.asked
    shelf.keep_report("shop", incident())
    assert redis.asked == asked  # it is left alone for a while: nobody waits for it again and again
    clock.now += LEFT_ALONE_S
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
