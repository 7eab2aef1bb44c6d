"""The *Check again* button: the message it stands under shows a new sweep, and becomes its report."""

from collections.abc import Mapping
from functools import partial

import msgspec

from handlers.command import Desk, Task
from handlers.question import Place
from handlers.status import follow

ACTION_ID = "check_again"


class _Named(msgspec.Struct, frozen=True):
    id: str = ""


class _Container(msgspec.Struct, frozen=True):
    message_ts: str = ""
    channel_id: str = ""
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


def begin(body: Mapping[str, object], desk: Desk) -> tuple[Task, Place]:
    """The task that sweeps anew for a click, and where it was clicked.

    Raises msgspec.ValidationError for what Slack never sends.
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
    )
    delivery = f"{channel}/{click.container.message_ts}/{action.action_id}/{action.action_ts}/{click.user.id}"
    return partial(_again, place, action.value, delivery, desk), place


def _again(place: Place, cluster: str, delivery: str, desk: Desk) -> None:
    """Sweep anew, unless this very click was delivered before.

    The button's value went through the client and may name a cluster that is no longer looked at.
    """
    if not desk.deliveries.first(delivery):
        return
    known = cluster if cluster in desk.sweeps.names else desk.sweeps.names[0]
    follow(desk.sweeps.join(known), place, known, desk)
