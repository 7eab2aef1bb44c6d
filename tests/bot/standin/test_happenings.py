import json
from dataclasses import replace

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.standin.office import BOT_TOKEN
from bot.standin.standin import CHANNEL, USER, Standin
from handlers.scopes import SCOPES
from tests.bot.standin.conftest import app


def refused(web: WebClient, method: str, **arguments: object) -> dict[str, object]:
    with pytest.raises(SlackApiError) as error:
        web.api_call(method, json=arguments)
    found = error.value.response.data
    assert isinstance(found, dict)
    return found


def test_a_method_without_its_scope_is_told_which(slack: Standin, web: WebClient) -> None:
    slack.office.scopes = frozenset(("commands", "im:write"))
    told = refused(web, "chat.postMessage", channel=CHANNEL, text="x")
    assert told == {
        "ok": False,
        "error": "missing_scope",
        "needed": "chat:write",
        "provided": "commands,im:write",
    }
    assert web.conversations_open(users=USER)["ok"]


def test_reading_a_channel_needs_the_scope_of_its_kind(slack: Standin, web: WebClient) -> None:
    slack.office.scopes = frozenset(("channels:read",))
    assert web.conversations_info(channel=CHANNEL)["channel"]["is_member"] is True
    known = slack.workspace.channel(CHANNEL)
    assert known is not None
    slack.add_channel(replace(known, private=True))
    with pytest.raises(SlackApiError, match="groups:read"):
        web.conversations_info(channel=CHANNEL)


def test_every_answer_names_the_tokens_scopes(slack: Standin, web: WebClient) -> None:
    slack.office.scopes = frozenset(("commands", "chat:write"))
    headers = {name.lower(): value for name, value in web.auth_test().headers.items()}
    assert headers["x-oauth-scopes"] == "chat:write,commands"


def test_has_the_scopes_of_the_manifest_unless_given_others() -> None:
    with Standin() as fresh:
        assert fresh.office.scopes == frozenset(SCOPES)


def test_an_event_without_its_scope_is_not_delivered(slack: Standin) -> None:
    with app((200, "text/plain", "")) as (url, got):
        slack.deliver_to(url)
        slack.office.scopes -= {"channels:read"}
        slack.rename("other")
        slack.say("<@U0CILIUM> hi")
    assert [json.loads(body)["event"]["type"] for _, body in got] == ["app_mention"]


def test_tells_of_what_happens_to_channels(slack: Standin, web: WebClient) -> None:
    with app((200, "text/plain", "")) as (url, got):
        slack.deliver_to(url)
        slack.archive()
        assert refused(web, "chat.postMessage", channel=CHANNEL, text="x")["error"] == "is_archived"
        slack.unarchive()
        slack.rename("ops-eu")
        ts = web.chat_postMessage(channel=CHANNEL, text="kept")["ts"]
        slack.change_id("C0NEW")
        assert refused(web, "chat.update", channel=CHANNEL, ts=ts, text="x")["error"] == "channel_not_found"
        web.chat_update(channel="C0NEW", ts=ts, text="moved")
        slack.kick("C0NEW")
        assert (
            refused(web, "chat.postEphemeral", channel="C0NEW", user=USER, text="x")["error"]
            == "not_in_channel"
        )
    events = [json.loads(body)["event"] for _, body in got]
    assert [event["type"] for event in events] == [
        "channel_archive",
        "channel_unarchive",
        "channel_rename",
        "channel_id_changed",
        "channel_left",
    ]
    assert (events[3]["old_channel_id"], events[3]["new_channel_id"]) == (CHANNEL, "C0NEW")


def test_a_private_channel_without_the_bot_is_none(slack: Standin, web: WebClient) -> None:
    known = slack.workspace.channel(CHANNEL)
    assert known is not None
    slack.add_channel(replace(known, private=True))
    slack.kick()
    assert refused(web, "chat.postMessage", channel=CHANNEL, text="x")["error"] == "channel_not_found"


@pytest.mark.parametrize("ending", ["revoke", "uninstall"])
def test_a_dead_token_is_refused_everywhere(slack: Standin, web: WebClient, ending: str) -> None:
    getattr(slack, ending)()
    word = {"revoke": "token_revoked", "uninstall": "account_inactive"}[ending]
    assert refused(web, "auth.test")["error"] == word
    assert refused(web, "no.such.method")["error"] == word
    slack.install_again()
    assert WebClient(BOT_TOKEN, base_url=slack.api_url, headers={}).auth_test()["ok"]
