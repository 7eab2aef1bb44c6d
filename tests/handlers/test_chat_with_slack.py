"""Everything of Chat against the stand-in, over the SDK's own client."""

import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import pytest

from bot.slack import responder, web_client
from bot.standin.standin import CHANNEL, USER, Standin
from bot.standin.workspace import Channel, User
from handlers.budget import Budget
from handlers.chat import Chat, Person, View
from handlers.doctor import slack_of
from handlers.outcome import Problem
from handlers.question import Place
from handlers.render.message import Message
from handlers.revoked import EVENTS
from handlers.scopes import SCOPES

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Digest"},
    "blocks": [{"type": "divider"}],
}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}
HERE = Place(channel=CHANNEL, user="", response_url="")
PNG = b"\x89PNG\r\n"


@pytest.fixture
def slack() -> Iterator[Standin]:
    with Standin(retry_pauses_s=()) as standin:  # nobody listens to events here
        yield standin


@pytest.fixture
def chat(slack: Standin) -> Iterator[Chat]:
    settings, stopping = slack.settings(), Event()

    def wait(seconds: float) -> None:
        stopping.wait(seconds)

    chat = Chat(
        web_client(settings),
        responder(settings),
        edits=Budget(time.monotonic),
        wait=wait,
    )
    yield chat
    stopping.set()


def test_edits_and_links_to_what_it_posted(slack: Standin, chat: Chat) -> None:
    posted = chat.at(HERE).finish(Message("before"))
    assert chat.edit(posted.channel, posted.ts, Message("after")).how == "edit"
    [message] = slack.messages()
    assert (message.text, message.ts) == ("after", posted.ts)
    assert chat.permalink(posted.channel, posted.ts).endswith(f"p{posted.ts.replace('.', '')}")
    assert chat.permalink(posted.channel, "1.2") == ""
    assert chat.edit(posted.channel, "1.2", Message("x")).problem is Problem.GONE


def test_shares_a_file_in_a_thread_with_words_for_it(slack: Standin, chat: Chat) -> None:
    parent = chat.at(HERE).finish(Message("parent")).ts
    assert chat.upload(CHANNEL, parent, "trend.png", PNG, title="Trend", alt="Free addresses fall")
    message = slack.messages()[-1]
    upload = slack.office.uploads[message.files[0]]
    assert (message.thread_ts, upload.name, upload.title) == (parent, "trend.png", "Trend")
    assert (upload.content, upload.alt) == (PNG, "Free addresses fall")
    slack.kick()
    outcome = chat.upload(CHANNEL, None, "trend.png", PNG, title="Trend", alt="x")
    assert (outcome.problem, outcome.code) == (Problem.CHANNEL, "not_in_channel")


def test_opens_and_changes_a_dialog(slack: Standin, chat: Chat) -> None:
    trigger = slack.office.callbacks.trigger(USER)
    view = chat.open_view(trigger, MODAL)
    assert view is not None
    changed = chat.update_view(view, MODAL | {"private_metadata": "2"})
    assert changed is not None
    assert chat.update_view(view, MODAL) is None, "the hash is an old one"
    assert chat.update_view(View(view.id, ""), MODAL) is not None
    assert chat.open_view(trigger, MODAL) is None, "the trigger is spent"


def test_publishes_a_home_and_writes_to_a_person(slack: Standin, chat: Chat) -> None:
    assert chat.publish_home(USER, HOME)
    assert slack.home() is not None
    assert not chat.publish_home("U0NOBODY", HOME)
    channel = chat.dm(USER)
    assert chat.at(Place(channel=channel, user=USER, response_url="")).finish(Message("psst"))
    assert [message.text for message in slack.messages(channel)] == ["psst"]
    assert chat.dm("U0NOBODY") == ""


def test_knows_people(slack: Standin, chat: Chat) -> None:
    slack.add_user(User(id="U0GUEST", name="guest", is_restricted=True, tz="Europe/Berlin"))
    assert chat.person("U0GUEST") == Person(zone="Europe/Berlin", team="T0STANDIN", guest=True)
    assert chat.person("U0NOBODY") is None


@pytest.mark.parametrize("private", [False, True])
def test_a_dead_channel_is_told(slack: Standin, chat: Chat, private: bool) -> None:
    known = slack.workspace.channel(CHANNEL)
    assert known is not None
    slack.add_channel(replace(known, private=private))
    posted = chat.at(HERE).finish(Message("x"))
    slack.archive()
    assert chat.at(HERE).finish(Message("x")).problem is Problem.CHANNEL
    assert chat.edit(CHANNEL, posted.ts, Message("x")).problem is Problem.CHANNEL
    slack.unarchive()
    slack.change_id("C0NEW")
    assert chat.at(HERE).finish(Message("x")).code == "channel_not_found"


def test_a_public_channel_needs_no_invitation(slack: Standin, chat: Chat) -> None:
    slack.add_channel(Channel(id="C0OTHER", name="other", members=frozenset((USER,))))
    assert chat.at(Place(channel="C0OTHER", user="", response_url="")).finish(Message("x"))


def test_a_revoked_token_and_a_missing_scope_are_told(slack: Standin, chat: Chat) -> None:
    slack.office.scopes -= {"chat:write"}
    outcome = chat.at(HERE).finish(Message("x"))
    assert (outcome.problem, outcome.needed) == (Problem.SCOPE, "chat:write")
    slack.revoke()
    assert chat.at(HERE).finish(Message("x")).problem is Problem.TOKEN
    assert chat.fault == "token_revoked"


def test_the_end_of_the_token_is_listened_to() -> None:
    assert {event.kind for event in EVENTS} == {"tokens_revoked", "app_uninstalled"}


def test_doctor_names_the_scopes_that_the_token_lacks(slack: Standin, chat: Chat) -> None:
    assert slack_of(chat.web).missing == ()
    slack.office.scopes -= {"usergroups:read", "files:write"}
    assert slack_of(chat.web).missing == tuple(
        (scope, SCOPES[scope]) for scope in ("files:write", "usergroups:read")
    )
    slack.revoke()
    assert slack_of(chat.web).fault == "token_revoked"
