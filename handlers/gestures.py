"""What people do besides typing: clicks, dialogs, shortcuts and events, decoded from what Slack sends.

Everything here went through somebody's client: a value may name what there is no longer, or never was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from handlers.question import Place

MAX_VALUE_CHARS = 3_000  # Slack's own limit is 2,000 for a button and 3,000 for a text input


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked:
    """A button pressed or an option chosen. ``action`` is what stands before the colon of its action_id.

    ``place`` is the message it was in, to be edited; in a dialog or the Home tab ``place.channel`` is "" and
    ``view`` its id. ``trigger`` opens a dialog for three seconds, once; it is a credential and never logged.
    """

    action: str
    value: str
    place: Place
    trigger: str
    delivery: str
    view: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A dialog sent: what was entered by action_id ("" for nothing), and what the bot had put into it."""

    callback: str
    place: Place
    values: Mapping[str, str]
    private: str
    trigger: str
    delivery: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A shortcut on a message; ``place`` is that message's thread. ``message`` is as Slack shows it."""

    callback: str
    place: Place
    message: Mapping[str, object] = field(repr=False)
    trigger: str
    delivery: str


class _Named(msgspec.Struct, frozen=True):
    id: str = ""


class _Container(msgspec.Struct, frozen=True):
    message_ts: str = ""
    channel_id: str = ""
    thread_ts: str = ""
    is_ephemeral: bool = False
    view_id: str = ""


class _Option(msgspec.Struct, frozen=True):
    value: str = ""


class _Element(msgspec.Struct, frozen=True):
    """A button as it was pressed, or any input's state; each kind fills one of the values."""

    action_id: str = ""
    action_ts: str = ""
    value: str | None = None
    selected_option: _Option | None = None
    selected_options: tuple[_Option, ...] = ()
    selected_date: str | None = None
    selected_time: str | None = None
    selected_date_time: int | None = None
    selected_conversation: str | None = None
    selected_channel: str | None = None
    selected_user: str | None = None

    def entered(self) -> str:
        """What was entered or chosen; several options line by line."""
        if self.selected_options:
            return "\n".join(option.value for option in self.selected_options)[:MAX_VALUE_CHARS]
        chosen = self.selected_option.value if self.selected_option else None
        moment = None if self.selected_date_time is None else str(self.selected_date_time)
        kinds = (
            self.value,
            chosen,
            self.selected_date,
            self.selected_time,
            moment,
            self.selected_conversation,
            self.selected_channel,
            self.selected_user,
        )
        return next((kind for kind in kinds if kind), "")[:MAX_VALUE_CHARS]


class _State(msgspec.Struct, frozen=True):
    values: dict[str, dict[str, _Element]] = {}


class _View(msgspec.Struct, frozen=True):
    id: str = ""
    hash: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    state: _State = _State()


class _Message(msgspec.Struct, frozen=True):
    ts: str = ""
    thread_ts: str = ""


class GesturePayload(msgspec.Struct, frozen=True):
    """The fields of an interaction that the bot reads, whatever its kind.

    https://docs.slack.dev/reference/interaction-payloads
    """

    user: _Named = _Named()
    channel: _Named | None = None
    container: _Container = _Container()
    actions: tuple[_Element, ...] = ()
    view: _View | None = None
    message: _Message | None = None
    response_url: str = ""
    trigger_id: str = ""
    callback_id: str = ""
    action_ts: str = ""


# Bolt's threads meet here: msgspec's first use of a struct is not safe beside another, so it is now.
msgspec.json.Decoder(GesturePayload)


def clicked(body: Mapping[str, object]) -> Clicked:
    """The click in a payload. Raises msgspec.ValidationError for what Slack never sends."""
    payload = msgspec.convert(body, GesturePayload)
    element = payload.actions[0] if payload.actions else _Element()
    container = payload.container
    channel = (payload.channel.id if payload.channel else "") or container.channel_id
    place = Place(
        channel=channel,
        user=payload.user.id,
        response_url=payload.response_url,
        quiet=container.is_ephemeral,
        message_ts=container.message_ts or None,
        thread_ts=container.thread_ts or None,
    )
    where = f"{channel}/{container.message_ts or container.view_id}"
    return Clicked(
        action=element.action_id.partition(":")[0],
        value=element.entered(),
        place=place,
        trigger=payload.trigger_id,
        delivery=f"{where}/{element.action_id}/{element.action_ts}/{payload.user.id}",
        view=container.view_id or (payload.view.id if payload.view else ""),
    )


def submitted(body: Mapping[str, object]) -> Submitted:
    """The dialog in a payload. Raises msgspec.ValidationError for what Slack never sends."""
    payload = msgspec.convert(body, GesturePayload)
    view = payload.view or _View()
    return Submitted(
        callback=view.callback_id,
        place=Place(channel="", user=payload.user.id, response_url=""),
        values={id: it.entered() for block in view.state.values.values() for id, it in block.items()},
        private=view.private_metadata,
        trigger=payload.trigger_id,
        delivery=f"view/{view.id}/{view.hash}",
    )


def picked(body: Mapping[str, object]) -> Picked:
    """The shortcut in a payload. Raises msgspec.ValidationError for what Slack never sends."""
    payload = msgspec.convert(body, GesturePayload)
    message = payload.message or _Message()
    channel = payload.channel.id if payload.channel else ""
    shown = body.get("message")
    return Picked(
        callback=payload.callback_id,
        place=Place(
            channel=channel,
            user=payload.user.id,
            response_url=payload.response_url,
            thread_ts=message.thread_ts or message.ts or None,
        ),
        message=shown if isinstance(shown, Mapping) else {},
        trigger=payload.trigger_id,
        delivery=f"{channel}/{message.ts}/{payload.callback_id}/{payload.action_ts}/{payload.user.id}",
    )
