import json
from collections.abc import Mapping

import pytest
from slack_sdk.webhook import WebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.standin import payloads
from bot.standin.inputs import elements
from bot.standin.refusals import Mood
from bot.standin.standin import CHANNEL, USER, Standin
from bot.standin.workspace import BOT, Message
from tests.bot.standin.conftest import Clock

BUTTON = {"type": "button", "action_id": "again", "text": {"type": "plain_text", "text": "Again"}}
MINUTE = 60.0


@pytest.fixture
def of_a_command(slack: Standin) -> str:
    """The response_url of a command."""
    slack.limits.on = False
    return str(payloads.command(slack.office, USER, CHANNEL, "status", "/cilium")["response_url"])


def clicked(slack: Standin) -> tuple[Message, str]:
    """A message with a button, and the response_url of a click on it."""
    blocks = ({"type": "actions", "elements": [BUTTON]},)
    posted = Message(channel=CHANNEL, ts=slack.workspace.stamp(), user=BOT, text="old", blocks=blocks)
    message = slack.workspace.put(posted)
    [(block, element)] = elements(message.blocks)
    return message, str(payloads.act(slack.office, message, block, element, USER, {})["response_url"])


def post(url: str, **body: object) -> WebhookResponse:
    client = WebhookClient(url, retry_handlers=[])
    client.proxy = None
    return client.send_dict(body)


def shown(slack: Standin) -> list[tuple[str, str | None]]:
    return [(message.text, message.only_for) for message in slack.messages()]


def test_answers_one_person_unless_told_otherwise(slack: Standin, of_a_command: str) -> None:
    assert post(of_a_command, text="you").body == "ok"
    post(of_a_command, text="all", response_type="in_channel")
    assert shown(slack) == [("you", USER), ("all", None)]


def test_replaces_its_own_answer_and_nothing_else(slack: Standin, of_a_command: str) -> None:
    slack.workspace.put(Message(channel=CHANNEL, ts=slack.workspace.stamp(), user=USER, text="typed"))
    post(of_a_command, text="one", replace_original=True)
    post(of_a_command, text="two", replace_original=True)
    assert shown(slack) == [("typed", None), ("two", USER)]
    assert post(of_a_command, delete_original=True).status_code == 400


def test_serves_five_times(of_a_command: str) -> None:
    assert [post(of_a_command, text="x").status_code for _ in range(6)] == [200] * 5 + [404]


def test_serves_for_half_an_hour(clock: Clock, of_a_command: str) -> None:
    clock.now += 30 * MINUTE - 1
    assert post(of_a_command, text="x").status_code == 200
    clock.now += 2
    late = post(of_a_command, text="x")
    assert (late.status_code, json.loads(late.body)["error"]) == (404, "expired_url")


@pytest.mark.parametrize(
    ("body", "word"),
    [({"text": ""}, "no_text"), ({"text": "x", "blocks": [{"type": "hologram"}]}, "invalid_blocks")],
)
def test_refuses_what_a_post_would(
    slack: Standin, of_a_command: str, body: Mapping[str, object], word: str
) -> None:
    answer = post(of_a_command, **body)
    assert (answer.status_code, json.loads(answer.body)["error"]) == (400, word)
    assert post(of_a_command, text="x").status_code == 200, "a refusal uses nothing up"


def test_a_click_may_replace_or_remove_its_message(slack: Standin) -> None:
    message, url = clicked(slack)
    post(url, text="new", replace_original=True)
    assert [m.text for m in slack.messages()] == ["new"]
    assert slack.messages()[0].ts == message.ts
    post(url, delete_original=True)
    assert slack.messages() == ()


def test_can_answer_into_a_thread(slack: Standin) -> None:
    message, url = clicked(slack)
    post(url, text="deep", response_type="in_channel", thread_ts=message.ts)
    assert slack.messages()[-1].thread_ts == message.ts


def test_an_unknown_url_is_not_found(slack: Standin) -> None:
    assert post(f"{slack.office.base}/response/none", text="x").status_code == 404


def test_can_be_limited_and_go_wrong(slack: Standin, of_a_command: str) -> None:
    slack.moods.add("response_url", Mood("limit", number=3))
    limited = post(of_a_command, text="x")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "3")
    assert [call.error for call in slack.calls("response_url")] == ["ratelimited"]


def test_there_is_nothing_to_click_in_a_plain_message(slack: Standin) -> None:
    message = slack.workspace.put(Message(channel=CHANNEL, ts="1.000001", user=BOT, text="x"))
    with pytest.raises(LookupError, match="nothing to click"):
        slack.click(message, "again")
