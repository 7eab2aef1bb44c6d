"""The store in a real Redis: what it keeps, and what becomes of questions while it is in trouble."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from bot.app import Bot, vitals_of
from bot.settings import Secret
from bot.store_redis import LEFT_ALONE_S, RedisStore, connect
from handlers.dispatch import command_answer
from handlers.store import Drawer, StoreError
from tests.bot.fakes import FakeSlack, HandSweep, command, serving
from tests.bot.redis_server import RedisServer, redis_server
from tests.handlers.render.samples import incident

LONG = timedelta(minutes=5)


@dataclass(frozen=True)
class Count:
    number: int


COUNTS = Drawer(Count, keep=LONG)


class Clock:
    """Seconds that pass when the test says so, besides those that pass by themselves."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead

    def forgive(self) -> None:
        self.ahead += 60 * LEFT_ALONE_S


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as running:
        yield running


@contextmanager
def connected(server: RedisServer, clock: Callable[[], float] | None = None) -> Iterator[RedisStore]:
    store = connect(Secret(server.url), *([clock] if clock else []))
    try:
        yield store
    finally:
        store.close()


def test_keeps_values_for_as_long_as_told(server: RedisServer) -> None:
    with connected(server) as store:
        store.put("a", b"\x00\xff", LONG)
        store.put("b", b"", None)
        assert (store.get("a"), store.get("b"), store.get("c")) == (b"\x00\xff", b"", None)
        with server.client() as client:
            assert 0 < client.pttl("a") <= 300_000
            assert client.pttl("b") == -1


def test_only_the_first_of_many_claims(server: RedisServer) -> None:
    with connected(server) as one, connected(server) as other, ThreadPoolExecutor(8) as threads:
        won = list(threads.map(lambda n: (one, other)[n % 2].claim("digest", LONG), range(40)))
        assert sum(won) == 1
        with server.client() as client:
            assert 0 < client.pttl("digest") <= 300_000


def test_swaps_only_what_is_as_it_was_seen(server: RedisServer) -> None:
    with connected(server) as store:
        assert store.swap("a", None, b"1", LONG)
        assert not store.swap("a", None, b"2", LONG)
        assert not store.swap("a", b"2", b"3", LONG)
        assert store.swap("a", b"1", b"", None)
        assert store.swap("a", b"", b"\xff", LONG)
        assert store.get("a") == b"\xff"
        assert store.swap("a", b"\xff", None, None)
        assert store.get("a") is None


def test_changes_of_two_replicas_at_once_are_all_there(server: RedisServer) -> None:
    def more(kept: Count | None) -> Count:
        return Count((kept.number if kept else 0) + 1)

    with connected(server) as one, connected(server) as other, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: COUNTS.change((one, other)[n % 2], "count", more), range(60)))
        assert COUNTS.get(other, "count") == Count(60)


def test_a_stream_keeps_about_the_newest(server: RedisServer) -> None:
    with connected(server) as store:
        assert store.tail("log", 5) == ()
        for number in range(400):
            store.append("log", b"%d" % number, 100)
        assert store.tail("log", 2) == (b"398", b"399")
        assert 100 <= len(store.tail("log", 1_000)) <= 300  # whole nodes of 100 entries are trimmed


def test_speaks_tls_with_a_password(tmp_path: Path) -> None:
    with redis_server(tmp_path, password="hunter2", tls=True) as server, connected(server) as store:
        store.put("a", b"1", LONG)
        assert store.get("a") == b"1"


def test_refuses_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    with redis_server(tmp_path, tls=True) as server:
        store = connect(Secret(server.url.partition("?")[0]))
        with pytest.raises(StoreError, match="Redis: ConnectionError"):
            store.get("a")
        store.close()


def test_a_wrong_password_is_told_without_it(tmp_path: Path) -> None:
    with redis_server(tmp_path, password="hunter2") as server:
        store = connect(Secret(server.url.replace("hunter2", "hunter3")))
        with pytest.raises(StoreError) as raised:
            store.get("a")
        store.close()
    assert "password is wrong" in str(raised.value)
    assert "hunter" not in str(raised.value)


def test_a_restart_is_survived_without_one_of_ours(server: RedisServer) -> None:
    with connected(server) as store:
        store.put("a", b"1", LONG)
        server.stop()
        with pytest.raises(StoreError):
            store.get("a")
        assert vitals_of(store).store_fault
        server.start()
        store.put("a", b"2", LONG)  # at once: whoever is refused loses no time
        assert store.get("a") == b"2"
        assert not vitals_of(store).store_fault


def test_a_restart_between_two_questions_is_not_noticed(server: RedisServer) -> None:
    with connected(server) as store:
        assert store.get("a") is None
        server.stop()
        server.start()
        assert store.claim("b", LONG)
        server.stop()
        server.start()
        store.put("a", b"1", LONG)


def test_a_redis_that_hangs_is_left_alone_until_it_answers(server: RedisServer) -> None:
    clock = Clock()
    with connected(server, clock) as store:
        store.put("a", b"1", LONG)
        server.pause()
        with pytest.raises(StoreError, match="no answer in time"):
            store.get("a")
        with pytest.raises(StoreError, match="left alone"):
            store.get("a")
        server.resume()
        clock.forgive()
        assert store.get("a") == b"1"


class Losing:
    """A client that loses the next answer, after the server has done what was asked."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self.loses = True

    def get(self, name: str) -> str | bytes | None:
        return self.client.get(name)

    def set(self, name: str, value: bytes, *, nx: bool = False, px: int | None = None) -> object:
        return self.lost(self.client.set(name, value, nx=nx, px=px))

    def execute_command(self, *args: str | bytes | int) -> object:
        return self.lost(self.client.execute_command(*args))  # type: ignore[no-untyped-call] # as it is

    def close(self) -> None:
        self.client.close()

    def lost(self, answer: object) -> object:
        if self.loses:
            self.loses = False
            raise redis.ConnectionError
        return answer


def test_a_claim_whose_answer_was_lost_is_known_again(server: RedisServer) -> None:
    store = RedisStore(Losing(server.client()), (redis.RedisError,))
    with connected(server) as other:
        assert store.claim("a", LONG)
        assert not other.claim("a", LONG)
        assert not store.claim("a", LONG)
    store.close()


def test_a_change_whose_answer_was_lost_is_not_made_twice(server: RedisServer) -> None:
    client = Losing(server.client())
    store = RedisStore(client, (redis.RedisError,))
    with pytest.raises(StoreError):
        store.append("log", b"1", 10)
    assert store.tail("log", 10) == (b"1",)
    client.loses = True
    with pytest.raises(StoreError):
        store.swap("a", None, b"1", LONG)
    assert store.get("a") == b"1"
    store.close()


def test_a_full_redis_still_answers_and_is_told(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--maxmemory-policy", "noeviction") as server, connected(server) as store:
        store.put("a", b"1", LONG)
        with server.client() as client:
            client.config_set("maxmemory", "1")
        for change in (
            lambda: store.put("b", b"1", LONG),
            lambda: store.claim("c", LONG),
            lambda: store.swap("a", b"1", b"2", LONG),
            lambda: store.append("log", b"1", 10),
        ):
            with pytest.raises(StoreError, match="full"):
                change()
        assert store.get("a") == b"1"
        assert "full" in vitals_of(store).store_fault
        with server.client() as client:
            client.config_set("maxmemory", "0")
        store.put("b", b"1", LONG)
        assert store.claim("c", LONG)


def test_a_fail_over_is_followed(tmp_path: Path) -> None:
    """What was the primary takes no writes; the same address then leads to one that does."""
    with redis_server(tmp_path) as server, connected(server) as store, server.client() as client:
        store.put("a", b"1", LONG)
        client.execute_command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(StoreError, match="takes no writes"):
            store.put("a", b"2", LONG)
        with pytest.raises(StoreError, match="takes no writes"):
            store.swap("a", b"1", b"2", LONG)
        idle = {entry["addr"] for entry in client.client_list()} - {client.client_info()["addr"]}
        assert not idle  # nobody holds on to it
        assert store.get("a") == b"1"
        client.execute_command("REPLICAOF", "NO", "ONE")
        assert store.swap("a", b"1", b"2", LONG)


def test_commands_are_answered_through_it_all(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    sweep = HandSweep(incident())
    with connected(server, clock) as store, serving(("shop", sweep), store=store) as (bot, slack):
        ask(slack, bot, 1)
        server.pause()
        ask(slack, bot, 2)
        server.resume()
        clock.forgive()
        server.stop()
        ask(slack, bot, 3)
        assert bot.desk.vitals().store_fault
        server.start()
        ask(slack, bot, 4)
        assert not bot.desk.vitals().store_fault
        assert store.get("cilium:shop:report") is not None  # kept anew
    assert "deliveries are told apart in this process only" in caplog.text
    assert "Traceback" not in caplog.text


def ask(slack: FakeSlack, bot: Bot, number: int) -> None:
    """Type a command; return once it is answered."""
    before = len(slack.bodies("chat.postMessage"))
    command_answer(command(slack, trigger=f"{number}.{number}"), bot.pool, bot.desk)
    slack.wait_for(lambda calls: sum(method == "chat.postMessage" for method, _ in calls) > before)
