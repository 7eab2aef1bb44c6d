"""Socket Mode: connections that the app opened, each payload to any one of them, acks back.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import json
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedIOBase
from itertools import count
from threading import Condition, Lock

from bot.standin import frames
from bot.standin.workspace import APP

MAX_CONNECTIONS = 10
CONNECTION_S = 3600


@dataclass(slots=True)
class Connection:
    """One open socket. ``leaving`` gets nothing new: the app was told to open another one."""

    number: int
    sock: socket.socket
    leaving: bool = False
    pongs: int = 0
    _lock: Lock = field(default_factory=Lock)

    def send(self, data: bytes) -> bool:
        """Whether it could be sent."""
        try:
            with self._lock:
                self.sock.sendall(data)
        except OSError:
            return False
        return True

    def say(self, message: dict[str, object]) -> bool:
        """Send JSON."""
        return self.send(frames.encode(frames.TEXT, json.dumps(message).encode()))


@dataclass(slots=True)
class Envelope:
    """A payload under way; ``answer`` is the ack's payload once ``acked``."""

    id: str
    acked: bool = False
    answer: object = None


class Sockets:
    """The connections of one app."""

    def __init__(self, changed: Condition) -> None:
        """``changed`` is notified of every connection and every ack."""
        self._changed = changed
        self._tickets: set[str] = set()
        self._open: list[Connection] = []
        self._envelopes: dict[str, Envelope] = {}
        self._numbers = count(1)
        self._turn = count()

    @property
    def connected(self) -> int:
        """How many connections take payloads."""
        return sum(not connection.leaving for connection in tuple(self._open))

    def ticket(self) -> str:
        """What a new connection identifies itself with, once."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    def admit(self, ticket: str) -> bool:
        """Whether the ticket is good; it is then spent."""
        with self._changed:
            good = ticket in self._tickets
            self._tickets.discard(ticket)
        return good

    def serve(self, sock: socket.socket, stream: BufferedIOBase) -> None:
        """Serve a connection after its handshake, in this thread, until it ends."""
        connection = Connection(next(self._numbers), sock)
        with self._changed:  # counted before it is greeted: whoever was greeted may be sent to
            welcome = len(self._open) < MAX_CONNECTIONS
            if welcome:
                connection.say(self._hello())
                self._open.append(connection)
                self._changed.notify_all()
        if not welcome:
            connection.say(_disconnect("too_many_websockets"))
            connection.send(frames.encode_close())
            return
        try:
            self._listen(connection, frames.Reader(stream.read))
        finally:
            self._change(lambda: self._open.remove(connection))

    def send(self, kind: str, payload: object, *, answers: bool, attempt: int = 0) -> Envelope | None:
        """Give an envelope to any one connection; None when there is none. ``attempt`` counts from 0."""
        envelope = Envelope(secrets.token_hex(16))
        message: dict[str, object] = {
            "type": kind,
            "envelope_id": envelope.id,
            "payload": payload,
            "accepts_response_payload": answers,
        }
        if kind == "events_api":
            message |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        with self._changed:
            self._envelopes[envelope.id] = envelope
            ready = [connection for connection in self._open if not connection.leaving]
        for _ in ready:
            if ready[next(self._turn) % len(ready)].say(message):
                return envelope
        return None

    def wait(self, envelope: Envelope, seconds: float) -> bool:
        """Whether the ack came in time. What comes later counts no more."""
        with self._changed:
            self._changed.wait_for(lambda: envelope.acked, seconds)
            self._envelopes.pop(envelope.id, None)
            return envelope.acked

    def disconnect(self, reason: str) -> None:
        """Tell every connection to go: warning, refresh_requested or link_disabled."""
        with self._changed:
            told = tuple(self._open)
            for connection in told:
                connection.leaving = reason != "warning"
        for connection in told:
            connection.say(_disconnect(reason))
            if reason == "link_disabled":
                connection.send(frames.encode_close())

    @property
    def pongs(self) -> int:
        """How many pings were answered by the connections that are open."""
        return sum(connection.pongs for connection in tuple(self._open))

    def ping(self) -> None:
        """Ping every connection."""
        for connection in tuple(self._open):
            connection.send(frames.encode(frames.PING, b"standin"))

    def cut(self) -> None:
        """End every connection without a word, as a network does."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _listen(self, connection: Connection, reader: frames.Reader) -> None:
        while True:
            try:
                message = reader.next()
            except (EOFError, OSError, ValueError):  # ValueError: the stream was closed under us
                return
            except frames.FrameError as error:
                connection.send(frames.encode_close(error.code, str(error)))
                return
            if message.opcode == frames.CLOSE:
                connection.send(frames.encode(frames.CLOSE, message.data[:2]))
                return
            self._take(connection, message)

    def _take(self, connection: Connection, message: frames.Message) -> None:
        if message.opcode == frames.PING:
            connection.send(frames.encode(frames.PONG, message.data))
        elif message.opcode == frames.PONG:
            self._change(lambda: setattr(connection, "pongs", connection.pongs + 1))
        elif message.opcode == frames.TEXT:
            with suppress(ValueError, RecursionError):  # what is no ack is passed over
                self._ack(json.loads(message.data))

    def _ack(self, said: object) -> None:
        if not isinstance(said, dict):
            return
        with self._changed:
            envelope = self._envelopes.get(str(said.get("envelope_id")))
            if envelope is not None and not envelope.acked:
                envelope.answer = said.get("payload")
                envelope.acked = True
                self._changed.notify_all()

    def _hello(self) -> dict[str, object]:
        return {
            "type": "hello",
            "num_connections": len(self._open) + 1,
            "connection_info": {"app_id": APP},
            "debug_info": {"host": "standin", "approximate_connection_time": CONNECTION_S},
        }

    def _change(self, change: Callable[[], None]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()


def _disconnect(reason: str) -> dict[str, object]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "standin"}}
