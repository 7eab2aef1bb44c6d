"""Signed HTTP: a small server in front of Bolt, with its own pool, so that 64 commands at once are 64 acks.

Bolt's development server has one thread, and Flask's one for each connection without any limit; a request
here takes a worker for the millisecond that its ack takes, and no connection is kept.
"""

import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from slack_bolt import App, BoltRequest, BoltResponse

from bot import logs
from bot.work import Acks, start_all

logger = logging.getLogger(__name__)

PATH = "/slack/events"
WORKERS = 32
MAX_BODY_BYTES = 1_000_000
MAX_STAMP_CHARS = 20
MALFORMED = (ValueError, TypeError, AttributeError, RecursionError)
"""What Bolt raises for a body that is no text, no JSON or no object: it reads it before the signature."""
READ_S = 5.0  # Slack gives us three seconds; who sends more slowly is not Slack


class SlackServer(HTTPServer):
    """Serves Bolt on one path."""

    request_queue_size = 256  # a burst waits in the kernel instead of being refused
    allow_reuse_address = True

    def __init__(self, app: App, acks: Acks, port: int, host: str = "") -> None:
        """Bind the port; 0 lets the system choose. Raises OSError."""
        self.app = app
        self._acks = acks
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="http")
        self._thread = Thread(target=self.serve_forever, args=(0.1,), name="http", daemon=True)
        super().__init__((host, port), _Handler)

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve in a thread of its own."""
        start_all(self._workers, WORKERS)
        self._thread.start()

    def stop(self) -> None:
        """Accept nothing more; what was accepted is answered."""
        self.shutdown()
        self._thread.join()
        self._workers.shutdown(wait=True)
        self.server_close()

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], address: object) -> None:
        """Hand a connection to a worker."""
        self._workers.submit(self._serve_one, request, address)

    def _serve_one(self, request: socket.socket | tuple[bytes, socket.socket], address: object) -> None:
        try:
            with self._acks, logs.request():
                self.finish_request(request, address)
        except OSError:  # they went away
            logger.info("a connection broke")
        finally:
            self.shutdown_request(request)


class _Handler(BaseHTTPRequestHandler):
    server: SlackServer
    timeout = READ_S
    protocol_version = "HTTP/1.1"
    server_version = "cilium-bot"
    sys_version = ""

    def do_POST(self) -> None:
        """Give a request from Slack to Bolt."""
        self.close_connection = True
        length = self.headers.get("Content-Length", "")
        if self.path.partition("?")[0] != PATH:
            self._answer(BoltResponse(status=404, body="not found"))
        elif not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self._answer(BoltResponse(status=413, body="too large, or of no known length"))
        elif not self._may_be_signed():
            self._answer(BoltResponse(status=401, body={"error": "invalid request"}))
        else:
            self._dispatch(self.rfile.read(int(length)))

    def _may_be_signed(self) -> bool:
        """Whether Bolt can tell: it would fail on other headers instead of refusing them."""
        stamp = self.headers.get("X-Slack-Request-Timestamp", "")
        signature = self.headers.get("X-Slack-Signature", "")
        return stamp.isdecimal() and len(stamp) <= MAX_STAMP_CHARS and signature.isascii()

    def _dispatch(self, raw: bytes) -> None:
        try:
            request = BoltRequest(
                body=raw.decode(), headers={name: [value] for name, value in self.headers.items()}
            )
        except MALFORMED:
            self._answer(BoltResponse(status=400, body="not what Slack sends"))
            return
        self._answer(self.server.app.dispatch(request))

    def _answer(self, response: BoltResponse) -> None:
        body = (response.body or "").encode()
        self.send_response(response.status)
        for name, values in response.headers.items():
            if name.lower() not in ("content-length", "connection"):
                for value in values:
                    self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged one by one."""
