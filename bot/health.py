"""/healthz and /readyz: whether the bot can do its work, not merely whether its process lives."""

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Ask = Callable[[], Mapping[str, bool]]
"""What is looked at, by name, and whether it is well."""


class HealthServer(ThreadingHTTPServer):
    """Answers 200 when everything asked about is well, else 503; the body names each."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, *, alive: Ask, ready: Ask, host: str = "") -> None:
        """Bind the port; 0 lets the system choose. Raises OSError."""
        self.pages: Mapping[str, Ask] = {"/healthz": alive, "/readyz": ready}
        self._thread = Thread(target=self.serve_forever, args=(0.1,), name="health", daemon=True)
        super().__init__((host, port), _Handler)

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

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
        parts = {} if page is None else page()
        body = json.dumps(parts).encode() + b"\n"
        self.send_response(404 if page is None else 200 if all(parts.values()) else 503)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Probes are not logged."""
