"""A stand-in for Slack, listening, and the SDK's own client for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from slack_sdk import WebClient

from bot.standin.office import BOT_TOKEN
from bot.standin.scopes import ALL
from bot.standin.standin import Standin

Answer = tuple[int, str, str]


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[Standin]:
    with Standin(clock=clock, ack_s=2.0, retry_pauses_s=(0.0, 0.0, 0.0), scopes=ALL) as standin:
        yield standin


@pytest.fixture
def web(slack: Standin) -> WebClient:
    client = WebClient(BOT_TOKEN, base_url=slack.api_url, retry_handlers=[], headers={})
    client.proxy = None
    return client


@contextmanager
def app(*answers: Answer) -> Iterator[tuple[str, list[tuple[dict[str, str], str]]]]:
    """An app that answers so, the last for good; its address, and what it got."""
    left, got = list(answers), list[tuple[dict[str, str], str]]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status, content, said = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("Content-Type", content)
            if status == 500:
                self.send_header("X-Slack-No-Retry", said or "0")
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Not logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/slack/events", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
