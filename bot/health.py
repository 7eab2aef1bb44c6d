"""/healthz and /readyz: whether the bot can do its work, not merely whether its process lives; /metrics."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

logger = logging.getLogger(__name__)

AWAY_S = 300.0  # a socket's client connects anew by itself; it needs seconds where Slack is reached
ASK_S = 60.0

Ask = Callable[[], Mapping[str, bool]]
"""What is looked at, by name, and whether it is well."""


class Absence:
    """Whether Slack's socket stays away although Slack is there, which a new start may mend."""

    def __init__(
        self,
        is_open: Callable[[], bool],
        reached: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``reached`` asks Slack whether it is there, for as long as that takes; it is asked beside."""
        self._is_open = is_open
        self._reached = reached
        self._clock = clock
        self._since: float | None = None
        self._asked_at = float("-inf")
        self._hopeless = False

    def is_over(self) -> bool:
        """Whether the socket is open, or away for no more than AWAY_S, or Slack is not reached at all."""
        now = self._clock()
        if self._is_open():
            self._since, self._hopeless = None, False
        elif self._since is None:
            self._since = now
        elif now - self._since > AWAY_S and now - self._asked_at > ASK_S:
            self._asked_at = now
            Thread(target=self._ask, name="reached", daemon=True).start()
        return not self._hopeless

    def _ask(self) -> None:
        self._hopeless = self._reached() and not self._is_open()


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page that is no question of health."""

    content_type: str
    page: Callable[[], bytes]


class HealthServer(ThreadingHTTPServer):
    """Answers 200 when everything asked about is well, else 503; the body names each."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, *, alive: Ask, ready: Ask, metrics: TextPage, host: str = "") -> None:
        """Bind the port; 0 lets the system choose. Raises OSError."""
        self.pages: Mapping[str, Ask | TextPage] = {
            "/healthz": alive,
            "/readyz": ready,
            "/metrics": metrics,
        }
        self._thread = Thread(target=self.serve_forever, args=(0.1,), name="health", daemon=True)
        super().__init__((host, port), _Handler)

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def handle_error(self, request: object, address: object) -> None:
        """Log what broke a page: by itself the server would print it past what hides credentials."""
        logger.exception("a page could not be served")

    def stop(self) -> None:
        """Stop serving."""
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: HealthServer
    timeout = 5.0
    server_version = "cilium-bot"
    sys_version = ""

    def do_GET(self) -> None:
        """One of the pages, or 404."""
        page = self.server.pages.get(self.path.partition("?")[0])
        if isinstance(page, TextPage):
            return self._send(200, page.content_type, page.page())
        parts = {} if page is None else page()
        status = 404 if page is None else 200 if all(parts.values()) else 503
        self._send(status, "application/json", json.dumps(parts).encode() + b"\n")

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Probes are not logged."""
