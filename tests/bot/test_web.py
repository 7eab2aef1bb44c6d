import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.web import MAX_BODY_BYTES, SlackServer
from tests.bot.fakes import FakeSlack, HandSweep, command, form, serving, signed


@contextmanager
def listening(sweep: HandSweep) -> Iterator[tuple[SlackServer, FakeSlack]]:
    with serving(("shop", sweep)) as (bot, slack):
        server = SlackServer(bot.app, bot.acks, 0, "127.0.0.1")
        server.start()
        try:
            yield server, slack
        finally:
            server.stop()


def post(server: SlackServer, body: str | bytes, headers: dict[str, str], path: str = "/slack/events") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def test_acks_64_signed_commands_at_once_while_the_sweep_still_runs() -> None:
    sweep = HandSweep()
    sweep.go.clear()
    with listening(sweep) as (server, slack):
        statuses: list[int] = []
        start = threading.Barrier(64)

        def one(number: int) -> None:
            body = form(command(slack, trigger=f"5.{number}"))
            start.wait()
            statuses.append(post(server, body, signed(body)))

        threads = [threading.Thread(target=one, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [200] * 64
        sweep.go.set()
        slack.wait_for(lambda calls: sum(sweep.report.headline in str(b["text"]) for _, b in calls) == 64)
    assert sweep.started == 1


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 404),
        ("/slack/events", {}, 401),
        ("/slack/events", {"X-Slack-Request-Timestamp": "soon"}, 401),
        ("/slack/events", {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=1"}, 401),
        ("/slack/events", {"X-Slack-Request-Timestamp": "9" * 5_000, "X-Slack-Signature": "v0=1"}, 401),
    ],
)
def test_refuses_what_slack_did_not_sign(path: str, headers: dict[str, str], status: int) -> None:
    with listening(HandSweep()) as (server, _):
        assert post(server, "text=status", headers, path) == status


def test_refuses_a_body_that_is_too_large_without_reading_it() -> None:
    with listening(HandSweep()) as (server, _):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.putrequest("POST", "/slack/events")
        connection.putheader("Content-Length", str(MAX_BODY_BYTES + 1))
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


def test_refuses_a_signature_that_no_digest_is() -> None:
    with listening(HandSweep()) as (server, _):
        headers = signed("text=status")
        headers["X-Slack-Signature"] = "v0=\u00e9"
        assert post(server, "text=status", headers) == 401


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"payload=%7Bnot",
        b"payload=null",
        b'{"a":',
        b"{" * 100_000,
        b'{"authorizations": [5]}',
        b'{"user": 5, "team": 5}',
    ],
)
def test_refuses_a_body_that_slack_never_sends(body: bytes) -> None:
    with listening(HandSweep()) as (server, _):
        assert post(server, body, {"X-Slack-Request-Timestamp": "1"}) in (400, 401)


def test_answers_what_it_accepted_before_it_stops() -> None:
    with serving(("shop", HandSweep())) as (bot, slack):
        server = SlackServer(bot.app, bot.acks, 0, "127.0.0.1")
        server.start()
        body = form(command(slack, "help"))
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("POST", "/slack/events", body, signed(body))
        answer = connection.getresponse()
        server.stop()
        assert answer.status == 200
        assert b"/cilium" in answer.read()
        connection.close()
