from collections.abc import Mapping
from contextlib import suppress
from typing import Any  # payloads are whatever Slack sends

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.gestures import MAX_VALUE_CHARS, clicked, picked, submitted

USER = {"id": "U0ANA", "team_id": "T0"}


def click(element: Mapping[str, object], **more: object) -> dict[str, Any]:
    container = {"type": "message", "message_ts": "17.5", "channel_id": "C0OPS"}
    return {
        "type": "block_actions",
        "user": USER,
        "container": container,
        "channel": {"id": "C0OPS"},
        "response_url": "https://hooks.slack.com/x",
        "trigger_id": "13.37",
        "actions": [{"action_id": "check_again", "action_ts": "18.1", **element}],
        **more,
    }


def test_a_click_is_named_by_what_stands_before_the_colon() -> None:
    found = clicked(click({"action_id": "ack:3:x", "value": "shop"}))
    assert (found.action, found.value, found.trigger) == ("ack", "shop", "13.37")


def test_a_click_is_answered_in_its_own_message() -> None:
    place = clicked(click({"value": "shop"})).place
    assert (place.channel, place.user, place.message_ts, place.thread_ts) == ("C0OPS", "U0ANA", "17.5", None)
    assert not place.quiet


def test_a_click_in_what_only_one_person_sees_stays_there() -> None:
    container = {"message_ts": "17.5", "channel_id": "C0OPS", "is_ephemeral": True, "thread_ts": "3.3"}
    place = clicked(click({"value": "x"}, container=container, channel=None)).place
    assert place.quiet
    assert (place.channel, place.thread_ts) == ("C0OPS", "3.3")


def test_a_click_in_a_dialog_or_home_has_a_view_and_no_channel() -> None:
    found = clicked(
        click({"value": "x"}, container={"type": "view", "view_id": "V1"}, channel=None, view={"id": "V1"})
    )
    assert (found.view, found.place.channel, found.place.message_ts) == ("V1", "", None)


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"value": "shop"}, "shop"),
        ({"selected_option": {"value": "4h", "text": {"text": "4 hours"}}}, "4h"),
        ({"selected_options": [{"value": "a"}, {"value": "b"}]}, "a\nb"),
        ({"selected_date": "2026-11-23"}, "2026-11-23"),
        ({"selected_time": "09:00"}, "09:00"),
        ({"selected_date_time": 0}, "0"),
        ({"selected_conversation": "C01"}, "C01"),
        ({"selected_channel": "C02"}, "C02"),
        ({"selected_user": "U01"}, "U01"),
        ({"value": None, "selected_option": None}, ""),
        ({}, ""),
        ({"value": "x" * 9_000}, "x" * MAX_VALUE_CHARS),
    ],
)
def test_takes_what_each_kind_of_element_holds(element: dict[str, object], value: str) -> None:
    assert clicked(click(element)).value == value


def test_one_click_is_one_delivery_and_two_are_two() -> None:
    one = clicked(click({"value": "x"})).delivery
    assert one == clicked(click({"value": "x"})).delivery
    others = [
        click({"value": "x", "action_ts": "18.2"}),
        click({"value": "x", "action_id": "evidence"}),
        click({"value": "x"}, user={"id": "U0BOB"}),
        click({"value": "x"}, container={"message_ts": "17.6"}),
    ]
    assert one not in {clicked(other).delivery for other in others}


def dialog(**more: object) -> dict[str, Any]:
    view = {
        "id": "V1",
        "hash": "h1",
        "callback_id": "silence",
        "private_metadata": "shop\nx",
        "state": {
            "values": {
                "b1": {"reason": {"type": "plain_text_input", "value": "planned"}},
                "b2": {"until": {"selected_option": {"value": "2d"}}, "owner": {"selected_user": None}},
            }
        },
        **more,
    }
    return {"type": "view_submission", "user": USER, "trigger_id": "1.2", "view": view}


def test_a_dialog_gives_what_was_entered_by_action_id() -> None:
    form = submitted(dialog())
    assert form.callback == "silence"
    assert form.values == {"reason": "planned", "until": "2d", "owner": ""}
    assert (form.private, form.place.user, form.place.channel) == ("shop\nx", "U0ANA", "")


def test_a_dialog_sent_again_is_the_same_delivery_until_it_changed() -> None:
    assert submitted(dialog()).delivery == submitted(dialog()).delivery
    assert submitted(dialog()).delivery != submitted(dialog(hash="h2")).delivery


def shortcut(message: object) -> dict[str, Any]:
    return {
        "type": "message_action",
        "callback_id": "diagnose_message",
        "user": USER,
        "channel": {"id": "C0OPS"},
        "message": message,
        "response_url": "https://hooks.slack.com/x",
        "action_ts": "20.1",
    }


@pytest.mark.parametrize(
    ("message", "thread"),
    [({"ts": "5.5", "text": "x"}, "5.5"), ({"ts": "5.6", "thread_ts": "5.1"}, "5.1"), ({}, None)],
)
def test_a_shortcut_is_answered_in_the_thread_of_its_message(
    message: dict[str, object], thread: str | None
) -> None:
    pick = picked(shortcut(message))
    assert pick.place.thread_ts == thread
    assert pick.message == message


@pytest.mark.parametrize("read", [clicked, submitted, picked])
@pytest.mark.parametrize(
    "body",
    [
        {"user": "U0ANA"},
        {"user": {"id": 3}},
        {"actions": {}, "view": []},
        {"container": "C0OPS"},
        {"view": {"state": {"values": {"b": "x"}}}, "actions": [3], "message": "x"},
    ],
)
def test_what_slack_never_sends_is_one_error(read: Any, body: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(body)


@pytest.mark.parametrize("read", [clicked, submitted, picked])
def test_a_payload_with_nothing_in_it_is_nobodys_gesture(read: Any) -> None:
    assert read({}).place.user == ""


@given(
    st.dictionaries(st.sampled_from(["user", "view", "actions", "channel", "message"]), st.text(max_size=5))
)
def test_raises_nothing_else(body: dict[str, object]) -> None:
    for read in (clicked, submitted, picked):
        with suppress(msgspec.ValidationError):
            read(body)


def test_shows_no_message_of_others_in_a_log() -> None:
    assert "hunter2" not in repr(picked(shortcut({"ts": "5.5", "text": "hunter2"})))
