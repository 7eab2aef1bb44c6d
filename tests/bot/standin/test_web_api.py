import json
from dataclasses import replace

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.standin.office import APP_TOKEN
from bot.standin.refusals import Mood
from bot.standin.server import READS
from bot.standin.standin import CHANNEL, USER, Standin
from bot.standin.workspace import BOT, Channel, User, Version
from tests.bot.standin.conftest import Clock

DIVIDER = {"type": "divider"}


def refusal(web: WebClient, method: str, **arguments: object) -> str:
    read = method in READS
    with pytest.raises(SlackApiError) as refused:
        web.api_call(method, params=arguments if read else None, json=None if read else arguments)
    return str(refused.value.response["error"])


def test_says_who_the_token_is(web: WebClient) -> None:
    assert web.auth_test()["user_id"] == BOT


@pytest.mark.parametrize(
    ("token", "word"),
    [("", "not_authed"), ("xoxb-other", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")],
)
def test_refuses_tokens_as_slack_does(slack: Standin, token: str, word: str) -> None:
    web = WebClient(token or None, base_url=slack.api_url, headers={})
    assert refusal(web, "chat.postMessage", channel=CHANNEL, text="hi") == word


def test_opens_sockets_only_for_app_tokens(web: WebClient) -> None:
    assert refusal(web, "apps.connections.open") == "not_allowed_token_type"


def test_takes_json_and_forms(slack: Standin, web: WebClient) -> None:
    web.api_call("chat.postMessage", json={"channel": CHANNEL, "text": "as JSON", "blocks": [DIVIDER]})
    form = {"channel": CHANNEL, "text": "as a form", "blocks": json.dumps([DIVIDER])}
    web.api_call("chat.postMessage", data=form)
    assert [(m.text, m.blocks) for m in slack.messages()] == [
        ("as JSON", (DIVIDER,)),
        ("as a form", (DIVIDER,)),
    ]


def test_edits_in_place_and_keeps_the_history(slack: Standin, web: WebClient) -> None:
    ts = web.chat_postMessage(channel=CHANNEL, text="one", blocks=[DIVIDER])["ts"]
    web.chat_update(channel=CHANNEL, ts=ts, text="two")
    [message] = slack.messages()
    assert (message.text, message.blocks, message.before) == ("two", (), (Version("one", (DIVIDER,)),))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 4_001}, "msg_too_long"),
        ({"text": "x", "blocks": "no list"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [DIVIDER] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "hologram"}]}, "invalid_blocks"),
        (
            {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]},
            "invalid_blocks",
        ),
        ({"text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ({"text": ["x"]}, "invalid_arguments"),
    ],
)
def test_refuses_messages_that_slack_refuses(
    slack: Standin, web: WebClient, arguments: dict[str, object], word: str
) -> None:
    assert refusal(web, "chat.postMessage", channel=CHANNEL, **arguments) == word
    assert slack.messages() == ()


def test_names_the_place_of_a_fault(web: WebClient) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}
    with pytest.raises(SlackApiError) as refused:
        web.chat_postMessage(channel=CHANNEL, text="x", blocks=[long])
    [told] = refused.value.response["response_metadata"]["messages"]
    assert told == "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"


def test_refuses_channels_by_what_the_bot_may_see(slack: Standin, web: WebClient) -> None:
    slack.add_channel(Channel(id="C0OTHER", name="other", members=frozenset((USER,))))
    slack.add_channel(Channel(id="C0SECRET", name="secret", members=frozenset((USER,)), private=True))
    assert refusal(web, "chat.postMessage", channel="C0NONE", text="x") == "channel_not_found"
    assert refusal(web, "chat.postMessage", channel="C0SECRET", text="x") == "channel_not_found"
    assert refusal(web, "conversations.history", channel="C0OTHER") == "not_in_channel"
    web.chat_postMessage(channel="C0OTHER", text="public")
    slack.office.scopes -= {"chat:write.public"}
    assert refusal(web, "chat.postMessage", channel="C0OTHER", text="x") == "not_in_channel"


def test_an_archived_channel_takes_nothing(slack: Standin, web: WebClient) -> None:
    ts = web.chat_postMessage(channel=CHANNEL, text="one")["ts"]
    channel = slack.workspace.channel(CHANNEL)
    assert channel is not None
    slack.add_channel(replace(channel, archived=True))
    assert refusal(web, "chat.postMessage", channel=CHANNEL, text="x") == "is_archived"
    assert refusal(web, "chat.update", channel=CHANNEL, ts=ts, text="x") == "is_inactive"


def test_ephemeral_messages_are_for_one_and_cannot_be_edited(slack: Standin, web: WebClient) -> None:
    slack.add_user(User(id="U0OTHER", name="other"))
    ts = web.chat_postEphemeral(channel=CHANNEL, user=USER, text="psst")["message_ts"]
    assert [m.text for m in slack.messages(seen_by=USER)] == ["psst"]
    assert slack.messages(seen_by="U0OTHER") == ()
    assert refusal(web, "chat.update", channel=CHANNEL, ts=ts, text="x") == "message_not_found"
    assert web.conversations_history(channel=CHANNEL)["messages"] == []
    assert (
        refusal(web, "chat.postEphemeral", channel=CHANNEL, user="U0OTHER", text="x") == "user_not_in_channel"
    )


def test_only_the_bots_own_messages_can_be_touched(slack: Standin, web: WebClient) -> None:
    mine = web.chat_postMessage(channel=CHANNEL, text="mine")["ts"]
    [message] = slack.messages()
    theirs = slack.workspace.put(replace(message, ts=slack.workspace.stamp(), user=USER))
    assert refusal(web, "chat.update", channel=CHANNEL, ts=theirs.ts, text="x") == "cant_update_message"
    assert refusal(web, "chat.delete", channel=CHANNEL, ts=theirs.ts) == "cant_delete_message"
    web.chat_delete(channel=CHANNEL, ts=mine)
    assert slack.messages() == (theirs,)


def test_posting_to_a_person_opens_their_direct_message(slack: Standin, web: WebClient) -> None:
    channel = web.chat_postMessage(channel=USER, text="hi")["channel"]
    assert channel == web.conversations_open(users=USER)["channel"]["id"]
    assert [m.text for m in slack.messages(channel)] == ["hi"]


def test_pages_history_and_reads_threads(web: WebClient, slack: Standin) -> None:
    slack.limits.on = False
    first = web.chat_postMessage(channel=CHANNEL, text="0")["ts"]
    for number in range(1, 5):
        web.chat_postMessage(channel=CHANNEL, text=str(number))
    web.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=first)
    page = web.conversations_history(channel=CHANNEL, limit=3)
    rest = web.conversations_history(
        channel=CHANNEL, limit=3, cursor=page["response_metadata"]["next_cursor"]
    )
    assert [m["text"] for m in (*page["messages"], *rest["messages"])] == ["4", "3", "2", "1", "0"]
    assert [m["text"] for m in web.conversations_replies(channel=CHANNEL, ts=first)["messages"]] == [
        "0",
        "reply",
    ]


def test_a_reply_can_be_shown_in_the_channel_too(web: WebClient) -> None:
    parent = web.chat_postMessage(channel=CHANNEL, text="parent")["ts"]
    web.chat_postMessage(channel=CHANNEL, text="quiet", thread_ts=parent)
    web.chat_postMessage(channel=CHANNEL, text="loud", thread_ts=parent, reply_broadcast=True)
    shown = web.conversations_history(channel=CHANNEL)["messages"]
    assert [(m["text"], m.get("subtype")) for m in shown] == [("loud", "thread_broadcast"), ("parent", None)]


def test_limits_posts_by_channel_and_says_when(clock: Clock, slack: Standin, web: WebClient) -> None:
    for _ in range(5):
        web.chat_postMessage(channel=CHANNEL, text="x")
    with pytest.raises(SlackApiError) as refused:
        web.chat_postMessage(channel=CHANNEL, text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"
    clock.now += 1
    web.chat_postMessage(channel=CHANNEL, text="x")
    slack.limits.on = False
    for _ in range(20):
        web.chat_postMessage(channel=CHANNEL, text="x")


def test_limits_edits_for_the_whole_workspace(web: WebClient) -> None:
    ts = web.chat_postMessage(channel=CHANNEL, text="0")["ts"]
    for number in range(50):
        web.chat_update(channel=CHANNEL, ts=ts, text=str(number))
    assert refusal(web, "chat.update", channel=CHANNEL, ts=ts, text="x") == "ratelimited"


def test_goes_wrong_when_told_to_and_only_then(slack: Standin, web: WebClient) -> None:
    slack.refuse("chat.postMessage", "fatal_error")
    slack.moods.add("chat.postMessage", Mood("limit", number=7))
    slack.moods.add("chat.postMessage", Mood("page", number=503))
    assert refusal(web, "chat.postMessage", channel=CHANNEL, text="x") == "fatal_error"
    assert refusal(web, "chat.postMessage", channel=CHANNEL, text="x") == "ratelimited"
    assert "non-JSON" in refusal(web, "chat.postMessage", channel=CHANNEL, text="x")
    assert slack.messages() == ()
    web.chat_postMessage(channel=CHANNEL, text="x")
    assert [call.error for call in slack.calls("chat.postMessage")] == [
        "fatal_error",
        "ratelimited",
        "page",
        None,
    ]


def test_an_answer_can_be_lost_before_or_after_the_post(slack: Standin, web: WebClient) -> None:
    slack.moods.add("chat.postMessage", Mood("drop"))
    slack.moods.add("chat.postMessage", Mood("lose"))
    for number in ("dropped", "lost"):
        with pytest.raises(OSError):  # noqa: PT011 # whichever the system makes of it
            web.chat_postMessage(channel=CHANNEL, text=number)
    assert [m.text for m in slack.messages()] == ["lost"]


def test_reactions_are_counted_once(slack: Standin, web: WebClient) -> None:
    ts = web.chat_postMessage(channel=CHANNEL, text="x")["ts"]
    web.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    assert refusal(web, "reactions.add", channel=CHANNEL, timestamp=ts, name="eyes") == "already_reacted"
    assert slack.messages()[0].reactions == (("eyes", BOT),)
    web.reactions_remove(channel=CHANNEL, timestamp=ts, name="eyes")
    assert refusal(web, "reactions.remove", channel=CHANNEL, timestamp=ts, name="eyes") == "no_reaction"


def test_files_go_up_in_three_steps(slack: Standin, web: WebClient) -> None:
    web.files_upload_v2(
        content="a,b\n1,2\n", filename="pods.csv", channel=CHANNEL, initial_comment="all pods"
    )
    [message] = slack.messages()
    upload = slack.office.uploads[message.files[0]]
    assert (message.text, upload.content, upload.title) == ("all pods", b"a,b\n1,2\n", "pods.csv")
    assert refusal(web, "files.getUploadURLExternal", filename="x", length=0) == "invalid_arguments"


def test_knows_people_and_groups(slack: Standin, web: WebClient) -> None:
    slack.add_user(User(id="U0GUEST", name="guest", is_restricted=True, tz="Europe/Berlin"))
    slack.office.groups["S0ONCALL"] = (USER,)
    assert web.users_info(user="U0GUEST")["user"]["is_restricted"] is True
    assert web.usergroups_users_list(usergroup="S0ONCALL")["users"] == [USER]
    assert refusal(web, "users.info", user="U0NOBODY") == "user_not_found"
    assert refusal(web, "no.such.method") == "unknown_method"


def test_methods_that_read_take_no_json(web: WebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        web.api_call("users.info", json={"user": USER})
    assert refused.value.response["error"] == "invalid_arguments"
    assert web.users_info(user=USER)["user"]["id"] == USER


def test_links_to_messages_and_tells_who_is_where(slack: Standin, web: WebClient) -> None:
    parent = web.chat_postMessage(channel=CHANNEL, text="parent")["ts"]
    reply = web.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=parent)["ts"]
    link = web.chat_getPermalink(channel=CHANNEL, message_ts=reply)["permalink"]
    assert link.endswith(f"/{CHANNEL}/p{reply.replace('.', '')}?thread_ts={parent}&cid={CHANNEL}")
    assert refusal(web, "chat.getPermalink", channel=CHANNEL, message_ts="1.2") == "message_not_found"
    assert web.conversations_members(channel=CHANNEL)["members"] == sorted((USER, BOT))
    assert web.bots_info(bot="B0CILIUM")["bot"]["user_id"] == BOT
    slack.office.groups["S0ONCALL"] = (USER,)
    [group] = web.usergroups_list(include_users=True)["usergroups"]
    assert (group["id"], group["users"]) == ("S0ONCALL", [USER])


def test_a_dialog_with_inputs_needs_a_button_that_sends_it(slack: Standin, web: WebClient) -> None:
    field = {"type": "plain_text_input", "action_id": "a"}
    label = {"type": "plain_text", "text": "Cron"}
    view: dict[str, object] = {
        "type": "modal",
        "title": label,
        "blocks": [{"type": "input", "label": label, "element": field}],
    }
    trigger = slack.office.callbacks.trigger(USER)
    assert refusal(web, "views.open", trigger_id=trigger, view=view) == "invalid_arguments"
    trigger = slack.office.callbacks.trigger(USER)
    assert web.views_open(trigger_id=trigger, view=view | {"submit": label})["view"]["id"]


def test_validates_blocks_without_posting(slack: Standin, web: WebClient) -> None:
    assert web.api_call("blocks.validate", json={"blocks": [DIVIDER]})["ok"]
    assert refusal(web, "blocks.validate", blocks=[{"type": "hologram"}]) == "invalid_blocks"
    assert slack.messages() == ()


def test_views_need_a_fresh_trigger_and_the_latest_hash(clock: Clock, slack: Standin, web: WebClient) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Values"}, "blocks": [DIVIDER]}
    trigger = slack.office.callbacks.trigger(USER)
    stood = web.views_open(trigger_id=trigger, view=view)["view"]
    assert refusal(web, "views.open", trigger_id=trigger, view=view) == "exchanged_trigger_id"
    late = slack.office.callbacks.trigger(USER)
    clock.now += 3.1
    assert refusal(web, "views.open", trigger_id=late, view=view) == "expired_trigger_id"
    web.views_update(view_id=stood["id"], hash=stood["hash"], view=view)
    assert refusal(web, "views.update", view_id=stood["id"], hash=stood["hash"], view=view) == "hash_conflict"
    home = {"type": "home", "blocks": [DIVIDER]}
    assert web.views_publish(user_id=USER, view=home)["view"]["type"] == "home"
