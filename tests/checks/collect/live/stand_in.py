"""A stand-in for a Kubernetes API server: paged lists, answers of any kind, exec over a WebSocket."""

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Behaviour = Callable[["Handler"], None]


@dataclass
class Cluster:
    """What the stand-in serves, and what it was asked.

    ``scripts`` come first: each question to a path takes the next behaviour, the last one stays.
    ``lists`` are paged by limit and continue; ``objects`` are answered as they are.
    """

    lists: dict[str, Sequence[object]] = field(default_factory=dict)
    objects: dict[str, object] = field(default_factory=dict)
    scripts: dict[str, list[Behaviour]] = field(default_factory=dict)
    execs: dict[str, list[bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    base: str = ""

    def targets(self, path: str) -> list[str]:
        """The questions that went to one path, with their queries."""
        return [target for target in self.asked if urlsplit(target).path == path]


class Handler(BaseHTTPRequestHandler):
    """Answers one connection's questions."""

    protocol_version = "HTTP/1.1"
    cluster: Cluster

    def do_GET(self) -> None:
        cluster, url = self.cluster, urlsplit(self.path)
        cluster.asked.append(self.path)
        cluster.tokens.append(self.headers.get("Authorization"))
        if script := cluster.scripts.get(url.path):
            (script.pop(0) if len(script) > 1 else script[0])(self)
        elif url.path in cluster.execs:
            self.websocket(cluster.execs[url.path])
        elif url.path in cluster.lists:
            self.say(200, self.page(cluster.lists[url.path], parse_qs(url.query)))
        elif url.path in cluster.objects:
            self.say(200, cluster.objects[url.path])
        else:
            refuse(404, "NotFound")(self)

    def page(self, items: Sequence[object], query: dict[str, list[str]]) -> object:
        """A page as the API server makes one: metadata before the items."""
        limit = int(query.get("limit", ["0"])[0]) or len(items)
        start = int(query.get("continue", ["0"])[0] or 0)
        metadata: dict[str, object] = {"resourceVersion": "7"}
        if start + limit < len(items):
            metadata |= {
                "continue": str(start + limit),
                "remainingItemCount": len(items) - start - limit,
            }
        kind = getattr(self, "kind", "PodList")
        return {
            "kind": kind,
            "apiVersion": "v1",
            "metadata": metadata,
            "items": items[start : start + limit],
        }

    def say(self, status: int, body: object, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def websocket(self, frames: Sequence[bytes]) -> None:
        """Accept the upgrade, send the frames (channel byte first), then close."""
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept)
        self.send_header("Sec-WebSocket-Protocol", self.headers["Sec-WebSocket-Protocol"].split(",")[0])
        self.end_headers()
        for content in frames:
            self.wfile.write(b"\x82" + _length(len(content)) + content)
        self.wfile.write(b"\x88\x02\x03\xe8")
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def _length(size: int) -> bytes:
    if size < 126:
        return bytes([size])
    return b"\x7e" + size.to_bytes(2, "big") if size < 65536 else b"\x7f" + size.to_bytes(8, "big")


def refuse(status: int, reason: str, **headers: str) -> Behaviour:
    """Answer with a Status, as the API server does."""
    body = {
        "kind": "Status",
        "status": "Failure",
        "reason": reason,
        "code": status,
        "message": "secret words",
    }
    return lambda handler: handler.say(status, body, **headers)


def answer(body: object, status: int = 200) -> Behaviour:
    """Answer with this body, whatever it is."""
    return lambda handler: handler.say(status, body)


def normally(handler: Handler) -> None:
    """Answer from the lists and objects."""
    url = urlsplit(handler.path)
    if url.path in handler.cluster.lists:
        handler.say(200, handler.page(handler.cluster.lists[url.path], parse_qs(url.query)))
    else:
        handler.say(200, handler.cluster.objects[url.path])


def hang(handler: Handler) -> None:
    """Answer nothing until the test is over."""
    handler.cluster.over.wait(10)
    handler.close_connection = True


def drop(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def half(handler: Handler) -> None:
    """Announce more than is sent, then close."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"kind":"PodList","items":[{')
    handler.close_connection = True


def trickle(handler: Handler) -> None:
    """Send an endless answer, a byte at a time, as long as anybody listens."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not handler.cluster.over.wait(0.02):
        try:
            handler.wfile.write(b" ")
        except OSError:
            return
    handler.close_connection = True


def chunked(body: bytes, size: int, *, whole: bool = True) -> Behaviour:
    """Answer in chunks; without the last one when it is not to be whole."""

    def behave(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(body), size):
            part = body[start : start + size]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        if whole:
            handler.wfile.write(b"0\r\n\r\n")
        else:
            handler.close_connection = True

    return behave


def no_http(handler: Handler) -> None:
    """Answer with bytes that are no HTTP."""
    handler.wfile.write(b"220 mail ready\r\n")
    handler.close_connection = True


@contextmanager
def serving(cluster: Cluster | None = None) -> Iterator[Cluster]:
    """Serve a cluster on a free port of loopback; ``base`` is its address."""
    served = cluster or Cluster()
    handler = type("Bound", (Handler,), {"cluster": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    served.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
