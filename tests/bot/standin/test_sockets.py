import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import websocket
from slack_sdk import WebClient

from bot.standin.carriers import Ack
from bot.standin.office import APP_TOKEN
from bot.standin.standin import CHANNEL, USER, Invocation, Standin


def link(slack: Standin) -> websocket.WebSocket:
    """Another implementation of the protocol than the SDK's, connected and greeted."""
    before = slack.sockets.connected
    web = WebClient(APP_TOKEN, base_url=slack.api_url, headers={})
    web.proxy = None
    line = websocket.create_connection(web.apps_connections_open(app_token=APP_TOKEN)["url"], timeout=5)
    assert json.loads(line.recv())["type"] == "hello"
    assert slack.wait_for(lambda: slack.sockets.connected > before)  # the greeting may come first
    return line


def envelope(line: websocket.WebSocket) -> dict[str, object]:
    message = json.loads(line.recv())
    assert isinstance(message, dict)
    return message


def ack(line: websocket.WebSocket, message: dict[str, object], payload: object = None) -> None:
    line.send(json.dumps({"envelope_id": message["envelope_id"], "payload": payload}))


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4)


def test_brings_a_command_and_takes_its_ack(slack: Standin, pool: ThreadPoolExecutor) -> None:
    with closing(link(slack)) as line, pool:
        under_way = pool.submit(slack.command, USER, CHANNEL, "status")
        message = envelope(line)
        assert (message["type"], message["accepts_response_payload"]) == ("slash_commands", True)
        payload = message["payload"]
        assert isinstance(payload, dict)
        assert (payload["command"], payload["text"], payload["user_id"]) == ("/cilium", "status", USER)
        assert "thread_ts" not in payload
        ack(line, message, {"response_type": "in_channel", "text": "coming"})
        assert under_way.result().error is None
    assert [(m.user, m.text, m.only_for) for m in slack.messages()] == [
        (USER, "/cilium status", None),
        ("U0CILIUM", "coming", None),
    ]


def test_an_ack_alone_shows_nothing_and_text_is_for_one(slack: Standin, pool: ThreadPoolExecutor) -> None:
    with closing(link(slack)) as line, pool:
        for body in (None, {"text": "only you"}):
            under_way = pool.submit(slack.command, USER, CHANNEL, "status")
            ack(line, envelope(line), body)
            assert under_way.result().error is None
    assert [(m.text, m.only_for) for m in slack.messages()] == [("only you", USER)]


def test_the_person_is_told_when_no_ack_comes(slack: Standin) -> None:
    slack.ack_s = 0.05
    with closing(link(slack)):
        invocation = slack.command(USER, CHANNEL, "status")
    assert invocation.error == "operation_timeout"
    assert [(m.text, m.only_for) for m in slack.messages()] == [
        ("/cilium failed with the error “operation_timeout”", USER)
    ]


def test_the_person_is_told_when_nobody_listens(slack: Standin) -> None:
    assert slack.command(USER, CHANNEL, "status").error == "dispatch_failed"


def test_refuses_an_ack_whose_message_slack_would_refuse(slack: Standin, pool: ThreadPoolExecutor) -> None:
    with closing(link(slack)) as line, pool:
        under_way = pool.submit(slack.command, USER, CHANNEL, "status")
        ack(line, envelope(line), {"text": "x", "blocks": [{"type": "hologram"}]})
        assert under_way.result().error == "invalid_blocks"


def test_each_payload_goes_to_one_connection(slack: Standin, pool: ThreadPoolExecutor) -> None:
    with closing(link(slack)) as one, closing(link(slack)) as other, pool:
        for line in (one, other):
            under_way = pool.submit(slack.command, USER, CHANNEL, "status")
            ack(line, envelope(line))
            assert under_way.result().error is None


def test_a_connection_told_to_leave_gets_nothing_more(slack: Standin, pool: ThreadPoolExecutor) -> None:
    with closing(link(slack)) as old, closing(link(slack)) as new, pool:
        slack.sockets.disconnect("warning")
        assert [envelope(line)["reason"] for line in (old, new)] == ["warning", "warning"]
        slack.sockets.disconnect("refresh_requested")
        assert [envelope(line)["reason"] for line in (old, new)] == ["refresh_requested"] * 2
        assert slack.sockets.connected == 0
        with closing(link(slack)) as fresh:
            under_way = pool.submit(slack.command, USER, CHANNEL, "status")
            ack(fresh, envelope(fresh))
            assert under_way.result().error is None


def test_a_disabled_link_is_closed(slack: Standin) -> None:
    with closing(link(slack)) as line:
        slack.sockets.disconnect("link_disabled")
        assert envelope(line)["reason"] == "link_disabled"
        assert line.recv_data()[0] == websocket.ABNF.OPCODE_CLOSE
        line.shutdown()  # type: ignore[no-untyped-call] # close() does nothing after a close from our side
    assert slack.wait_for(lambda: slack.sockets.connected == 0)


def test_an_eleventh_connection_is_too_many(slack: Standin) -> None:
    lines = [link(slack) for _ in range(10)]
    assert slack.wait_connected(10)
    web = WebClient(APP_TOKEN, base_url=slack.api_url, headers={})
    url = web.apps_connections_open(app_token=APP_TOKEN)["url"]
    with closing(websocket.create_connection(url, timeout=5)) as line:
        assert envelope(line)["reason"] == "too_many_websockets"
        line.shutdown()  # type: ignore[no-untyped-call] # as above
    for each in lines:
        each.close()


def test_a_ticket_serves_once(slack: Standin) -> None:
    ticket = slack.sockets.ticket()
    url = f"{slack.office.base.replace('http', 'ws')}/link/?ticket={ticket}"
    websocket.create_connection(url, timeout=5).close()
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(url, timeout=5)


def test_answers_pings_and_sends_its_own(slack: Standin, pool: ThreadPoolExecutor) -> None:
    with closing(link(slack)) as line, pool:
        line.ping("hello")
        seen = {line.recv_data(control_frame=True) for _ in range(3)}
        assert (websocket.ABNF.OPCODE_PONG, b"hello") in seen
        assert slack.wait_for(lambda: slack.sockets.pongs > 0)


def test_an_event_comes_again_until_it_is_acked(slack: Standin, pool: ThreadPoolExecutor) -> None:
    slack.ack_s = 0.2
    with closing(link(slack)) as line, pool:
        under_way = pool.submit(slack.event, {"type": "app_mention", "text": "hi"})
        first, second = envelope(line), envelope(line)
        assert (first["retry_attempt"], second["retry_attempt"], second["retry_reason"]) == (0, 1, "timeout")
        assert first["payload"] == second["payload"]
        assert first["envelope_id"] != second["envelope_id"]
        ack(line, second)
        assert [attempt.error for attempt in under_way.result()] == ["timeout", None]


def test_an_event_is_given_up_after_three_more_attempts(slack: Standin) -> None:
    attempts = slack.event({"type": "app_mention", "text": "hi"})
    assert attempts == (Ack(0.0, error="connection_failed"),) * 4


def test_the_same_command_can_come_twice(slack: Standin, pool: ThreadPoolExecutor) -> None:
    with closing(link(slack)) as line, pool:
        once = pool.submit(slack.command, USER, CHANNEL, "status")
        first = envelope(line)
        ack(line, first)
        invocation: Invocation = once.result()
        again = pool.submit(slack.command_again, invocation)
        second = envelope(line)
        ack(line, second)
        assert again.result().error is None
        assert first["payload"] == second["payload"]
