"""A replica is replaced while people type: every command is acked, and answered by one of the two."""

import io
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot import doors
from bot.app import build_app
from bot.clusters import Cluster, recorded
from bot.serve import run
from bot.settings import Access, RunSettings
from bot.standin import frames
from bot.standin.standin import CHANNEL, USER, Invocation, Standin
from bot.store import MemoryStore
from handlers.store import Store
from tests.bot.fakes import WAIT_S, HandSweep

RECORDINGS = Path(__file__).parents[1] / "recordings"


class Shared(MemoryStore):
    """A store of several replicas."""

    shared = True


class Replica:
    """`cilium-bot run` without the process; it can be told to end."""

    def __init__(self, standin: Standin, cluster: Cluster, store: Store) -> None:
        settings = RunSettings(
            slack=standin.settings(),
            access=Access(),
            recording=None,
            redis_url=None,
            digests=(),
            metrics_port=None,
        )
        self.stop = threading.Event()
        self.thread = threading.Thread(
            target=run, args=(settings, (cluster,), store, self.stop), kwargs={"every_s": 0.05}
        )
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


@contextmanager
def replicas(standin: Standin, clusters: Sequence[Cluster]) -> Iterator[list[Replica]]:
    """One replica after the other, so that each has its socket."""
    store, started = Shared(), []
    try:
        for number, cluster in enumerate(clusters, 1):
            started.append(Replica(standin, cluster, store))
            assert standin.wait_connected(number, WAIT_S)
        yield started
    finally:
        for replica in started:
            replica.end()


def answers(standin: Standin) -> int:
    return sum(message.by_bot and message.text.startswith("Healthy:") for message in standin.messages())


def test_a_rolling_update_loses_no_command() -> None:
    cluster = recorded(RECORDINGS / "healthy_eni")
    asked: list[Invocation] = []
    enough, over = threading.Semaphore(0), threading.Event()

    def type_on(standin: Standin) -> None:
        while not over.is_set():
            asked.append(standin.command(USER, CHANNEL, "status"))
            enough.release()

    with Standin() as standin, replicas(standin, [cluster, cluster]) as [old, _]:
        standin.limits.on = False
        typing = threading.Thread(target=type_on, args=(standin,))
        typing.start()
        for _ in range(10):
            assert enough.acquire(timeout=WAIT_S)
        old.end()  # commands go on coming while it does
        for _ in range(10):
            assert enough.acquire(timeout=WAIT_S)
        over.set()
        typing.join(WAIT_S)
        assert standin.wait_for(lambda: answers(standin) == len(asked), WAIT_S), len(asked)
        # What Slack sent before it heard our farewell is answered, but its ack has no way back any more.
        assert sum(one.error is not None for one in asked) <= 1


def test_what_cannot_be_finished_says_so_in_its_message() -> None:
    hand = HandSweep()
    hand.go.clear()
    with Standin() as standin:
        bot = build_app(standin.settings(), [Cluster("shop", hand)], MemoryStore(), every_s=0.05)
        door = doors.SocketDoor(bot, standin.settings())
        door.open(threading.Event())
        assert standin.wait_connected()
        assert standin.command(USER, CHANNEL, "status").error is None
        assert hand.begun.acquire(timeout=WAIT_S)
        door.close()
        bot.stop(grace_s=0.4)
        told = standin.wait_message(lambda message: "restarted" in message.text)
        assert "interrupted" in told.text
        hand.go.set()


def test_what_was_read_and_not_begun_is_acked_before_the_socket_closes() -> None:
    """The client drops its queue when it is closed; ours is empty by then, and Slack hears a farewell."""
    with Standin() as standin:
        bot = build_app(standin.settings(), [Cluster("shop", HandSweep())], MemoryStore(), every_s=0.05)
        door = doors.SocketDoor(bot, standin.settings())
        door.open(threading.Event())
        assert standin.wait_connected()
        assert door.handler is not None
        payload = {**standin.command(USER, CHANNEL, "help").payload, "trigger_id": "9.9"}
        late = {"type": "slash_commands", "envelope_id": "late", "payload": payload}
        for _ in range(20):
            door.handler.client.enqueue_message(json.dumps(late))
        door.close()
        assert door.handler.client.message_queue.empty()
        assert not door.is_open()
        assert standin.wait_for(lambda: standin.sockets.connected == 0, WAIT_S)
        bot.stop(WAIT_S)


def test_the_farewell_is_a_close_frame_that_says_going_away() -> None:
    message = frames.Reader(io.BytesIO(doors.GOING_AWAY).read).next()
    assert message.opcode == frames.CLOSE
    assert message.data == (1001).to_bytes(2, "big")
