"""What the stand-in accepts by any of its doors is within Slack's limits; so is all that the bot says."""

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.book import WORDS
from bot.standin.acks import answered, sent
from bot.standin.carriers import Ack
from bot.standin.inputs import elements
from bot.standin.methods import METHODS
from bot.standin.office import Office, View, new_office
from bot.standin.refusals import Refused
from bot.standin.scopes import ALL
from bot.standin.stage import Stage, recordings, stage
from bot.standin.standin import CHANNEL, USER
from bot.standin.workspace import BOT, Block, Channel, Message, User
from handlers.render.limits import message_faults, view_faults

RECORDINGS = Path(__file__).parents[2] / "recordings"
ASKED = {
    "node": "node ip-10-0-0-6",
    "why": "why shop/api",
    "limits": "limits t3.small",
    "check": "check again",
}
LENGTHS = (0, 1, 24, 25, 75, 76, 150, 151, 255, 256, 2_000, 2_001, 3_000, 3_001)

sizes = st.sampled_from(LENGTHS).map("x".__mul__)
texts = st.builds(
    lambda kind, text: {"type": kind, "text": text}, st.sampled_from(("plain_text", "mrkdwn")), sizes
)
options = st.builds(lambda text, value: {"text": text, "value": value}, texts, sizes)
inside = st.builds(
    lambda kind, text, id, value, options: {
        "type": kind,
        "text": text,
        "action_id": id,
        "value": value,
        "options": options,
    },
    st.sampled_from(("button", "static_select", "overflow", "radio_buttons", "plain_text_input", "hologram")),
    texts,
    sizes | st.sampled_from("ab"),
    sizes,
    st.lists(options, max_size=6),
)
blocks = st.one_of(
    st.builds(lambda text: {"type": "section", "text": text}, texts),
    st.builds(lambda text: {"type": "header", "text": text}, texts),
    st.builds(lambda found: {"type": "actions", "elements": found}, st.lists(inside, max_size=3)),
    st.builds(lambda text, one: {"type": "input", "label": text, "element": one}, texts, inside),
    st.sampled_from(({"type": "divider"}, {"type": "hologram"}, {})),
)
several = st.lists(blocks, max_size=5) | st.integers(48, 102).map(lambda n: [{"type": "divider"}] * n)
views = st.builds(
    lambda kind, title, found: {"type": kind, "title": title, "submit": title, "blocks": found},
    st.sampled_from(("modal", "home")),
    texts,
    several,
)


def office() -> Office:
    """One with a channel, a person, and nothing that is limited."""
    made = new_office(lambda: 1_800_000_000.0, ALL)
    made.limits.on = False
    made.workspace.add_user(User(id=USER, name="oncall"))
    made.workspace.add_channel(Channel(id=CHANNEL, name="ops", members=frozenset((USER, BOT))))
    return made


@given(sizes, several)
def test_no_message_is_taken_that_breaks_a_limit(text: str, found: list[Block]) -> None:
    here = office()
    body = {"channel": CHANNEL, "user": USER, "text": text, "blocks": found}
    for method in ("chat.postMessage", "chat.postEphemeral"):
        with suppress(Refused):
            METHODS[method](here, body)
    ts = METHODS["chat.postMessage"](here, {"channel": CHANNEL, "text": "x"})["ts"]
    with suppress(Refused):
        METHODS["chat.update"](here, {**body, "ts": ts})
    with suppress(Refused):
        path = here.callbacks.response_path(CHANNEL, USER)
        here.callbacks.respond(path.rpartition("/")[2], body)
    asked = {"command": "/cilium", "channel_id": CHANNEL, "user_id": USER, "text": ""}
    answered(here.workspace, asked, Ack(0.0, {"text": text, "blocks": found}), "1.0")
    for message in here.workspace.messages(CHANNEL):
        if message.user == BOT:
            assert message_faults(message.blocks, message.text) == ()


@given(views)
def test_no_view_is_taken_that_breaks_a_limit(view: Block) -> None:
    here = office()
    for method in ("views.open", "views.push", "views.publish"):
        with suppress(Refused):
            trigger = here.callbacks.trigger(USER)
            METHODS[method](here, {"trigger_id": trigger, "user_id": USER, "view": view})
    stood = View("V1", USER, "1", {"type": "modal"})
    sent(here, stood, Ack(0.0, {"response_action": "push", "view": view}))
    assert [fault for stands in here.views.values() for fault in view_faults(stands.content)] == []


@pytest.fixture(scope="module", params=["phase1_native", "healthy_eni_prefixes"])
def theatre(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with stage(recordings([RECORDINGS / str(request.param)])) as theatre:
        theatre.standin.limits.on = False
        yield theatre


def unseen(message: Message) -> None:
    """Progress is looked at afterwards, in the calls."""


def said(theatre: Stage) -> Iterator[Message]:
    """All that was said by the bot anywhere, as it stands and as it stood."""
    for method in ("chat.postMessage", "chat.postEphemeral", "chat.update", "response_url"):
        for call in theatre.standin.calls(method):
            blocks = call.arguments.get("blocks")
            found = tuple(blocks) if isinstance(blocks, list) else ()
            text = str(call.arguments.get("text"))
            yield Message(channel=CHANNEL, ts="0", user=BOT, text=text, blocks=found)
    yield from (m for m in theatre.standin.messages() if m.by_bot and not m.files)  # a file says nothing


def test_everything_the_bot_says_in_a_run_is_within_limits(theatre: Stage) -> None:
    clicked: set[str] = set()
    for word in WORDS:
        answer = theatre.ask(ASKED.get(word.word, word.word), unseen)
        buttons = {
            str(element["action_id"]): message
            for message in answer
            for _, element in elements(message.blocks)
            if element.get("type") == "button" and element["action_id"] not in clicked
        }
        clicked |= set(buttons)
        for action, message in buttons.items():
            with suppress(LookupError):  # an earlier click changed the message
                theatre.follow(partial(theatre.standin.click, message, action), unseen)
    refused = [(call.method, call.error) for call in theatre.standin.office.calls if call.error]
    assert [error for error in refused if error[1] != "ratelimited"] == []
    faults = [(message.text, message_faults(message.blocks, message.text)) for message in said(theatre)]
    assert len(faults) > len(WORDS)
    assert [fault for fault in faults if fault[1]] == []
    views = theatre.standin.office.views.values()
    assert [fault for view in views for fault in view_faults(view.content)] == []
    assert json.dumps([dict(view.content) for view in views])
