"""The *Check again* button: its message shows a new sweep, and becomes the same answer anew."""

from collections.abc import Mapping

import msgspec

from handlers.command import Desk, Task
from handlers.question import COMMAND, Place, Question
from handlers.render.message import Message
from handlers.render.status import CHECK_AGAIN

ACTION_ID = CHECK_AGAIN


class _Named(msgspec.Struct, frozen=True):
    id: str = ""


class _Container(msgspec.Struct, frozen=True):
    message_ts: str = ""
    channel_id: str = ""
    thread_ts: str = ""
    is_ephemeral: bool = False


class _Clicked(msgspec.Struct, frozen=True):
    action_id: str = ""
    value: str = ""
    action_ts: str = ""


class ClickPayload(msgspec.Struct, frozen=True):
    """The fields of a click that the bot reads.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """

    user: _Named = _Named()
    channel: _Named = _Named()
    container: _Container = _Container()
    actions: tuple[_Clicked, ...] = ()
    response_url: str = ""


# Bolt's threads meet here: msgspec's first use of a struct is not safe beside another, so it is now.
msgspec.json.Decoder(ClickPayload)


def begin(body: Mapping[str, object], desk: Desk) -> tuple[Task | Message, Place]:
    """The task that sweeps anew for a click, and where it was clicked.

    The button's value went through the client: it may name a word or a cluster that there is no longer, and
    then the first cluster's status stands in. Raises msgspec.ValidationError for what Slack never sends.
    """
    click = msgspec.convert(body, ClickPayload)
    action = next((a for a in click.actions if a.action_id == ACTION_ID), _Clicked())
    channel = click.channel.id or click.container.channel_id
    place = Place(
        channel=channel,
        user=click.user.id,
        response_url=click.response_url,
        quiet=click.container.is_ephemeral,
        message_ts=click.container.message_ts or None,
        thread_ts=click.container.thread_ts or None,
    )
    delivery = f"{channel}/{click.container.message_ts}/{action.action_id}/{action.action_ts}/{click.user.id}"
    cluster, said, *named = *action.value.split("\n"), ""
    names = desk.sweeps.names
    known = cluster if cluster in names else names[0]
    word = next((word for word in desk.words if word.word == said and word.again), desk.words[0])
    question = Question(
        command=COMMAND,
        word=word.word,
        others=(*(one for one in named if one), known),
        place=place,
        delivery=delivery,
        fresh=True,
    )
    return word.begin(question, desk), place
