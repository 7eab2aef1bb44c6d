import json
from urllib.parse import parse_qs, unquote_plus

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from bot.standin.carriers import signed
from bot.standin.office import SIGNING_SECRET, View
from bot.standin.standin import CHANNEL, USER, Standin
from tests.bot.standin.conftest import Answer, app


class StandinsClock(Clock):
    """The stand-in's time: a verifier's own default is one object for the whole process."""

    def now(self) -> float:
        return 1_800_000_000.0


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
    field = {"type": "plain_text_input", "action_id": "a"}
    blocks = [{"type": "input", "block_id": "b", "element": field}]
    modal = View("V1", USER, "1", {"type": "modal", "blocks": blocks})
    slack.office.views["V1"] = modal
    with app((200, "application/json", '{"response_action":"clear"}')) as (url, got):
        slack.deliver_to(url)
        invocation = slack.submit(modal, {"a": "x"})
    assert invocation.body == {"response_action": "clear"}
    payload = json.loads(unquote_plus(got[0][1].removeprefix("payload=")))
    assert payload["view"]["state"]["values"] == {"b": {"a": {"type": "plain_text_input", "value": "x"}}}
