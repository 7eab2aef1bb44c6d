import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient

from bot.standin.hands import Invocation
from bot.standin.inputs import Unfilled
from bot.standin.office import View
from bot.standin.standin import CHANNEL, USER, Standin
from bot.standin.workspace import Message
from tests.bot.standin.conftest import app

Json = dict[str, object]
Payloads = list[Json]


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


OPTIONS = [{"text": words(name), "value": name} for name in ("dev", "prod")]
MENU: Json = {"type": "static_select", "action_id": "cluster", "options": OPTIONS}
DIALOG: Json = {
    "type": "modal",
    "callback_id": "digest",
    "private_metadata": "C0OPS",
    "title": words("Digest"),
    "submit": words("Save"),
    "blocks": [
        {
            "type": "input",
            "block_id": "when",
            "label": words("When"),
            "element": {"type": "plain_text_input", "action_id": "cron", "max_length": 20},
        },
        {"type": "input", "block_id": "what", "label": words("Cluster"), "element": MENU, "optional": True},
        {"type": "section", "text": words("x"), "accessory": {"type": "datepicker", "action_id": "day"}},
    ],
}


@contextmanager
def heard(slack: Standin, *answers: Json | None) -> Iterator[Payloads]:
    """An app that acks so, the last for good, and what it heard."""
    given = [(200, "application/json", json.dumps(answer) if answer else "") for answer in answers or (None,)]
    heard: Payloads = []
    with app(*given) as (url, got):
        slack.deliver_to(url)
        try:
            yield heard
        finally:
            for headers, body in got:
                is_event = headers["content-type"].startswith("application/json")
                heard.append(json.loads(body if is_event else parse_qs(body)["payload"][0]))


def opened(slack: Standin, web: WebClient, view: Json | None = None) -> View:
    web.views_open(trigger_id=slack.office.callbacks.trigger(USER), view=view or DIALOG)
    return slack.wait_modal()


def posted(slack: Standin, web: WebClient, *elements: Json, thread_ts: str | None = None) -> Message:
    block = {"type": "actions", "block_id": "row", "elements": list(elements)}
    ts = web.chat_postMessage(channel=CHANNEL, text="x", blocks=[block], thread_ts=thread_ts)["ts"]
    return next(message for message in slack.messages() if message.ts == ts)


def dig(payload: Json, *path: str | int) -> object:
    found: object = payload
    for step in path:
        found = found[step]  # type: ignore[index] # JSON
    return found


@pytest.mark.parametrize(
    ("element", "value", "told"),
    [
        (MENU, "prod", {"selected_option": OPTIONS[1]}),
        (MENU | {"type": "overflow"}, "dev", {"selected_option": OPTIONS[0]}),
        (MENU | {"type": "checkboxes"}, ["dev", "prod"], {"selected_options": OPTIONS}),
        ({"type": "datepicker", "action_id": "cluster"}, "2026-11-23", {"selected_date": "2026-11-23"}),
        ({"type": "timepicker", "action_id": "cluster"}, "09:00", {"selected_time": "09:00"}),
        ({"type": "users_select", "action_id": "cluster"}, USER, {"selected_user": USER}),
        (
            {"type": "conversations_select", "action_id": "cluster"},
            CHANNEL,
            {"selected_conversation": CHANNEL},
        ),
    ],
    ids=lambda value: value.get("type") if isinstance(value, dict) else None,
)
def test_a_choice_says_what_was_chosen(
    slack: Standin, web: WebClient, element: Json, value: object, told: Json
) -> None:
    parent = posted(slack, web, MENU).ts
    message = posted(slack, web, element, thread_ts=parent)
    with heard(slack) as payloads:
        assert slack.choose(message, "cluster", value).error is None
    [payload] = payloads
    action = dig(payload, "actions", 0)
    assert isinstance(action, dict)
    assert told.items() <= action.items()
    assert (action["block_id"], action["type"]) == ("row", element["type"])
    assert dig(payload, "container", "thread_ts") == parent


def test_nothing_can_be_chosen_that_is_not_offered(slack: Standin, web: WebClient) -> None:
    with pytest.raises(LookupError, match="no option"):
        slack.choose(posted(slack, web, MENU), "cluster", "test")


def test_a_shortcut_carries_its_message(slack: Standin) -> None:
    alert = [{"title": "KubePodNotReady", "text": "pod shop/web-1"}]
    message = slack.say("", app="B0ALERTS", attachments=alert)
    with heard(slack) as payloads:
        assert slack.shortcut(message, "diagnose_message").error is None
    [payload] = payloads
    assert (payload["type"], payload["callback_id"]) == ("message_action", "diagnose_message")
    assert dig(payload, "message", "attachments") == alert
    assert dig(payload, "message", "bot_id") == "B0ALERTS"
    assert dig(payload, "channel", "id") == CHANNEL
    assert {"trigger_id", "response_url", "message_ts"} <= set(payload)


def test_a_global_shortcut_knows_no_channel(slack: Standin) -> None:
    with heard(slack) as payloads:
        slack.global_shortcut("run_check")
    assert payloads[0]["type"] == "shortcut"
    assert not {"channel", "response_url"} & set(payloads[0])


def test_what_only_one_person_sees_has_no_shortcuts(slack: Standin, web: WebClient) -> None:
    web.chat_postEphemeral(channel=CHANNEL, user=USER, text="psst")
    with pytest.raises(LookupError, match="no shortcuts"):
        slack.shortcut(slack.messages()[0], "diagnose_message")


def test_a_sent_dialog_closes_and_says_all_its_state(slack: Standin, web: WebClient) -> None:
    view = opened(slack, web)
    with heard(slack) as payloads:
        slack.choose(view, "day", "2026-11-23")
        assert slack.submit(view, {"cron": "0 9 * * 1-5"}).error is None
    assert slack.modal() is None
    assert payloads[0]["type"] == "block_actions"
    assert dig(payloads[0], "container") == {"type": "view", "view_id": view.id}
    assert "response_url" not in payloads[0]
    sent = payloads[1]
    assert (dig(sent, "view", "callback_id"), dig(sent, "view", "private_metadata")) == ("digest", "C0OPS")
    assert dig(sent, "view", "state", "values") == {
        "when": {"cron": {"type": "plain_text_input", "value": "0 9 * * 1-5"}},
        "what": {"cluster": {"type": "static_select", "selected_option": None}},
        "b2": {"day": {"type": "datepicker", "selected_date": "2026-11-23"}},
    }


@pytest.mark.parametrize("values", [{}, {"cron": ""}, {"cron": "x" * 21}], ids=["none", "empty", "long"])
def test_the_client_does_not_send_what_is_incomplete(
    slack: Standin, web: WebClient, values: dict[str, object]
) -> None:
    view = opened(slack, web)
    with heard(slack) as payloads, pytest.raises(Unfilled):
        slack.submit(view, values)
    assert payloads == []


NEXT = {**DIALOG, "title": words("Preview"), "blocks": [{"type": "divider"}]}


@pytest.mark.parametrize(
    ("answer", "error", "faults", "shown"),
    [
        (None, None, {}, None),
        ({"response_action": "clear"}, None, {}, None),
        ({"response_action": "errors", "errors": {"when": "No time"}}, None, {"when": "No time"}, "Digest"),
        ({"response_action": "errors", "errors": {"day": "No input"}}, "invalid_arguments", {}, "Digest"),
        ({"response_action": "errors", "errors": {}}, "invalid_arguments", {}, "Digest"),
        ({"response_action": "update", "view": NEXT}, None, {}, "Preview"),
        ({"response_action": "push", "view": NEXT}, None, {}, "Preview"),
        ({"response_action": "update", "view": {"type": "modal"}}, "invalid_arguments", {}, "Digest"),
        ({"response_action": "dance"}, "invalid_arguments", {}, "Digest"),
    ],
)
def test_a_dialogs_ack_takes_effect(
    slack: Standin,
    web: WebClient,
    answer: Json | None,
    error: str | None,
    faults: dict[str, str],
    shown: str | None,
) -> None:
    view = opened(slack, web)
    with heard(slack, answer):
        became: Invocation = slack.submit(view, {"cron": "daily"})
    assert (became.error, dict(became.faults)) == (error, faults)
    stands = slack.modal()
    assert (stands and dig(dict(stands.content), "title", "text")) == shown


def test_a_dialog_stays_when_nobody_acks(slack: Standin, web: WebClient) -> None:
    view = opened(slack, web)
    assert slack.submit(view, {"cron": "daily"}).error == "dispatch_failed"
    assert slack.modal() == view


@pytest.mark.parametrize("asked", [True, False])
def test_tells_of_a_closed_dialog_when_asked_to(slack: Standin, web: WebClient, asked: bool) -> None:
    view = opened(slack, web, {**DIALOG, "notify_on_close": asked})
    with heard(slack) as payloads:
        slack.close(view)
    assert [payload["type"] for payload in payloads] == (["view_closed"] if asked else [])
    with pytest.raises(LookupError, match="closed"):
        slack.submit(view, {"cron": "daily"})


def test_asks_the_app_for_a_menus_options(slack: Standin, web: WebClient) -> None:
    menu: Json = {"type": "external_select", "action_id": "pod", "min_query_length": 2}
    message = posted(slack, web, menu)
    with heard(slack, {"options": OPTIONS}) as payloads:
        assert slack.suggest(message, "pod", "de").options == tuple(OPTIONS)
        with pytest.raises(LookupError, match="2 characters"):
            slack.suggest(message, "pod", "d")
    assert (payloads[0]["type"], payloads[0]["value"]) == ("block_suggestion", "de")


def test_refuses_options_that_slack_would_not_show(slack: Standin, web: WebClient) -> None:
    message = posted(slack, web, {"type": "external_select", "action_id": "pod"})
    with heard(slack, {"options": OPTIONS * 51}):
        assert slack.suggest(message, "pod", "web").error == "invalid_blocks"


def test_the_home_tab_is_told_of_and_shows_what_is_published(slack: Standin, web: WebClient) -> None:
    with heard(slack) as payloads:
        slack.open_home()
        assert slack.home() is None
        web.views_publish(user_id=USER, view={"type": "home", "blocks": [{"type": "divider"}]})
        slack.open_home()
    first, second = payloads
    assert dig(first, "event", "tab") == "home"
    assert "view" not in dict(first["event"].items() if isinstance(first["event"], dict) else ())
    assert dig(second, "event", "view", "type") == "home"


Talk = Callable[[Standin], Message]


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        (lambda slack: slack.say("hi"), []),
        (lambda slack: slack.say("<@U0CILIUM> status"), ["app_mention"]),
        (lambda slack: slack.direct("status"), ["message"]),
    ],
    ids=["talk", "mention", "direct"],
)
def test_the_bot_hears_what_is_said_to_it(slack: Standin, talk: Talk, told: list[str]) -> None:
    with heard(slack) as payloads:
        message = talk(slack)
    assert [dig(payload, "event", "type") for payload in payloads] == told
    assert all(dig(payload, "event", "ts") == message.ts for payload in payloads)
