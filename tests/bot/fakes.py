"""What stands at the bot's edges in tests: Slack's Web API and response URLs on loopback, a sweep by hand."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

from bot.app import Bot, build_app, utc_now
from bot.clusters import Cluster
from bot.settings import Digest, Secret, SlackSettings
from bot.store import MemoryStore
from checks.collect.gather import Progress
from checks.report import Report
from handlers.store import Store
from tests.handlers.render.samples import incident

SECRET = "a-secret-that-signs"
TOKEN = "xoxb-111-222-a-token-of-the-tests"
WAIT_S = 10.0

Answer = tuple[int, dict[str, object], dict[str, str]]


class FakeSlack(ThreadingHTTPServer):
    """Takes every call, keeps it, and answers ok unless it was told otherwise."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.answers: dict[str, list[Answer]] = {}
        self.changed = threading.Condition()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def refuse(self, method: str, error: str, times: int = 1, **headers: str) -> None:
        """Answer the next calls of a method (or "respond") with an error."""
        status = 429 if error == "ratelimited" else 404 if method == "respond" else 200
        answer = (status, {"ok": False, "error": error}, headers)
        self.answers.setdefault(method, []).extend([answer] * times)

    def take(self, path: str, body: dict[str, object]) -> Answer:
        method = path.removeprefix("/api").lstrip("/").split("/")[0]
        with self.changed:
            self.calls.append((method, body))
            number = len(self.calls)
            self.changed.notify_all()
            if self.answers.get(method):
                return self.answers[method].pop(0)
        ok: dict[str, object] = {
            "ok": True,
            "ts": f"170000000{number}.000100",
            "channel": body.get("channel", ""),
        }
        return 200, ok, {}

    def wait_for(self, wanted: Callable[[list[tuple[str, dict[str, object]]]], bool]) -> None:
        """Return once the calls are as wanted; fail after a while."""
        with self.changed:
            assert self.changed.wait_for(lambda: wanted(self.calls), WAIT_S), [m for m, _ in self.calls]

    def bodies(self, method: str) -> list[dict[str, object]]:
        with self.changed:
            return [body for called, body in self.calls if called == method]


class _Handler(BaseHTTPRequestHandler):
    server: FakeSlack

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        status, body, headers = self.server.take(self.path, json.loads(raw) if raw else {})
        answer = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


class HandSweep:
    """A cluster whose sweeps end when the test says so."""

    def __init__(self, report: Report | None = None) -> None:
        self.report = report or incident()
        self.started = 0
        self.error: Exception | None = None
        self.progress: Progress | None = None
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()

    def __call__(self, progress: Progress | None) -> Report:
        self.started += 1
        self.progress = progress
        self.begun.release()
        assert self.go.wait(WAIT_S)
        if self.error is not None:
            raise self.error
        return self.report


@contextmanager
def serving(
    *sweeps: tuple[str, HandSweep],
    store: Store | None = None,
    every_s: float = 0.0,
    now: Callable[[], datetime] = utc_now,
    digests: Sequence[Digest] = (),
) -> Iterator[tuple[Bot, FakeSlack]]:
    """A bot for these clusters that talks to a fake Slack."""
    slack = FakeSlack()
    threading.Thread(target=slack.serve_forever, args=(0.02,), daemon=True).start()
    settings = SlackSettings(
        bot_token=Secret(TOKEN),
        app_token=None,
        signing_secret=Secret(SECRET),
        api_url=f"{slack.url}/api/",
        http_port=0,
    )
    clusters = [Cluster(name, sweep) for name, sweep in sweeps]
    bot = build_app(settings, clusters, store or MemoryStore(), every_s=every_s, now=now, digests=digests)
    try:
        yield bot, slack
    finally:
        for _, sweep in sweeps:
            sweep.go.set()
        bot.stop(grace_s=WAIT_S)
        slack.shutdown()
        slack.server_close()


def command(slack: FakeSlack, text: str = "status", *, trigger: str = "1.1", **more: str) -> dict[str, str]:
    """A slash command's fields."""
    return {
        "command": "/cilium",
        "text": text,
        "user_id": "U0ASKED",
        "channel_id": "C0CHANNEL",
        "team_id": "T0TEAM",
        "trigger_id": trigger,
        "response_url": f"{slack.url}/respond/1",
        **more,
    }


def signed(body: str, *, at: int | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers of a request that Slack signed."""
    stamp = str(int(time.time()) if at is None else at)
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


def form(fields: dict[str, str]) -> str:
    """The body of a signed command."""
    return urlencode(fields)
