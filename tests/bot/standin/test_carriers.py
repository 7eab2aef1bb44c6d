import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote_plus

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from bot.standin.carriers import signed
from bot.standin.office import SIGNING_SECRET, View
from bot.standin.standin import CHANNEL, USER, Standin

Answer = tuple[int, str, str]


class StandinsClock(Clock):
    """The stand-in's time: a verifier's own default is one object for the whole process."""

    def now(self) -> float:
        return 1_800_000_000.0


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


def test_signs_as_slack_does() -> None:
    body = (
        b"token=x&team_id=T0001&command=%2Fcilium&text=check+%3C%23C123%7Cops%3E"
        b"&user_id=U123&channel_id=C123&trigger_id=1.2.abc"
    )
    headers = signed("unit-test-signing-secret", body, 1_700_000_000)
    signature = "v0=4a947e78a2fa2e0799da4acdbeaa2fce26d98e89e7fc59d57a36b656f4c03414"
    assert headers["X-Slack-Signature"] == signature


def test_a_command_is_a_signed_form(slack: Standin) -> None:
    with app((200, "application/json", '{"text":"hi"}')) as (url, got):
        slack.deliver_to(url)
        invocation = slack.command(USER, CHANNEL, "why pod <a>")
    [(headers, body)] = got
    verifier = SignatureVerifier(SIGNING_SECRET, StandinsClock())
    assert verifier.is_valid_request(body, headers)
    assert parse_qs(body)["text"] == ["why pod <a>"]
    assert invocation.body == {"text": "hi"}
    assert [m.text for m in slack.messages()] == ["hi"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((404, "text/plain", ""), "dispatch_failed"),
        ((500, "text/plain", ""), "dispatch_failed"),
        ((200, "text/plain", ""), None),
        ((200, "text/plain", "words"), None),
        ((200, "application/json", "{broken"), None),
    ],
)
def test_takes_any_200_for_an_ack(slack: Standin, answer: Answer, error: str | None) -> None:
    with app(answer) as (url, _):
        slack.deliver_to(url)
        assert slack.command(USER, CHANNEL, "status").error == error


def test_an_app_that_is_away_fails_the_command(slack: Standin) -> None:
    with app((200, "text/plain", "")) as (url, _):
        slack.deliver_to(url)
    assert slack.command(USER, CHANNEL, "status").error == "dispatch_failed"


def test_an_event_is_json_and_tried_again(slack: Standin) -> None:
    with app((404, "text/plain", ""), (200, "text/plain", "")) as (url, got):
        slack.deliver_to(url)
        attempts = slack.event({"type": "app_mention", "text": "hi"})
    assert [attempt.error for attempt in attempts] == ["http_error", None]
    assert json.loads(got[0][1])["event"] == {"type": "app_mention", "text": "hi"}
    assert got[0][1] == got[1][1]
    assert "x-slack-retry-num" not in got[0][0]
    assert got[1][0]["x-slack-retry-num"] == "1"


def test_an_app_can_decline_to_get_it_again(slack: Standin) -> None:
    with app((500, "text/plain", "1")) as (url, got):
        slack.deliver_to(url)
        slack.event({"type": "app_mention", "text": "hi"})
    assert len(got) == 1


def test_an_interaction_is_a_form_with_one_field(slack: Standin) -> None:
    modal = View("V1", USER, "1", {"type": "modal", "blocks": []})
    with app((200, "application/json", '{"response_action":"clear"}')) as (url, got):
        slack.deliver_to(url)
        invocation = slack.submit(modal, {"b": {"a": {"value": "x"}}})
    assert invocation.body == {"response_action": "clear"}
    payload = json.loads(unquote_plus(got[0][1].removeprefix("payload=")))
    assert payload["view"]["state"]["values"] == {"b": {"a": {"value": "x"}}}
