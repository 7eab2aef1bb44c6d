"""What an ack makes visible: the answer that it carries, or what Slack says when there is none.

https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from bot.standin.carriers import Ack
from bot.standin.inputs import block_id
from bot.standin.methods.views import MAX_STACK, check_dialog, stack, stand
from bot.standin.office import Office, View
from bot.standin.refusals import Refused, check_message
from bot.standin.values import Arguments, blocks_of, list_of, object_of, text_of
from bot.standin.workspace import BOT, SLACKBOT, Block, Message, Workspace


def answered(workspace: Workspace, payload: Mapping[str, object], ack: Ack, typed: str) -> str | None:
    """Let a command's answer stand in its channel; the error that its person saw instead, if any.

    ``typed`` is the time stamp of the command itself, which everybody sees if its answer is for everybody.
    """
    word, channel, user = (str(payload[name]) for name in ("command", "channel_id", "user_id"))
    body = _body(ack)
    error = failure(ack) or _unacceptable(body)
    if error is not None:
        told = f"{word} failed with the error “{error}”"
        stamp = workspace.stamp()
        workspace.put(Message(channel=channel, ts=stamp, user=SLACKBOT, text=told, only_for=user))
        return error
    everybody = text_of(body, "response_type") == "in_channel"
    if everybody:
        said = f"{word} {payload['text']}".strip()
        workspace.put(Message(channel=channel, ts=typed, user=user, text=said))
    text, blocks = text_of(body, "text"), blocks_of(body)
    if text or blocks:
        seen_by = None if everybody else user
        stamp = workspace.stamp()
        workspace.put(
            Message(channel=channel, ts=stamp, user=BOT, text=text, blocks=blocks, only_for=seen_by)
        )
    return None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a dialog shows after it was sent: the faults by block_id, or what the client says by itself."""

    error: str | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def sent(office: Office, view: View, ack: Ack) -> Sent:
    """Let a dialog's ack take effect: close it, show its faults, or put another view in its place.

    https://docs.slack.dev/surfaces/modals#updating_views. Where the ack is missing or makes no sense, the
    dialog stays and the person reads that there was trouble connecting.
    """
    error = failure(ack)
    if error is not None:
        return Sent(error)
    body = _body(ack)
    try:
        return _act(office, view, text_of(body, "response_action"), body)
    except Refused as refused:
        return Sent(refused.error)


def _act(office: Office, view: View, action: str, body: Arguments) -> Sent:
    if action == "errors":
        return Sent(faults=_faults(view, body))
    if action in ("update", "push"):
        content = object_of(body, "view")
        check_dialog(content)
        if action == "push" and len(stack(office, view.user)) >= MAX_STACK:
            raise Refused("push_limit_reached")
        name = view.id if action == "update" else f"V{office.workspace.stamp().replace('.', '')}"
        stand(office, View(name, view.user, "", content))
        return Sent()
    if action not in ("", "clear"):
        raise Refused("invalid_arguments", told=["[ERROR] unknown response_action"])
    for gone in stack(office, view.user) if action else [view]:
        office.views.pop(gone.id, None)
    office.workspace.wake()
    return Sent()


def _faults(view: View, body: Arguments) -> dict[str, str]:
    """Each must be of an input block that is there, and say something."""
    errors = object_of(body, "errors")
    blocks = view.blocks
    known = {block_id(blocks, n) for n, block in enumerate(blocks) if block.get("type") == "input"}
    if not errors or not set(errors) <= known or not all(isinstance(e, str) and e for e in errors.values()):
        raise Refused("invalid_arguments", told=["[ERROR] errors must name input blocks"])
    return {block: str(said) for block, said in errors.items()}


def offered(ack: Ack) -> tuple[Block, ...]:
    """The options that an app supplied while somebody typed. Raises Refused."""
    body = _body(ack)
    options = list_of(body, "options")
    groups = list_of(body, "option_groups")
    menu: dict[str, object] = {"type": "static_select", "action_id": "x", "options": options}
    if groups:
        menu = {"type": "static_select", "action_id": "x", "option_groups": groups}
    if options or groups:  # none is a fair answer
        check_message("x", [{"type": "actions", "elements": [menu]}])
    return tuple(cast(Block, option) for option in [*options, *groups])


def failure(ack: Ack) -> str | None:
    """What the person sees when there was no ack."""
    if ack.error is None:
        return None
    return "operation_timeout" if ack.error == "timeout" else "dispatch_failed"


def _body(ack: Ack) -> Arguments:
    if isinstance(ack.body, dict):
        return cast(Arguments, ack.body)
    return {"text": ack.body} if isinstance(ack.body, str) else {}


def _unacceptable(body: Arguments) -> str | None:
    """What is wrong with the message that an ack carries."""
    try:
        text, blocks = text_of(body, "text"), blocks_of(body)
        if text or blocks:
            check_message(text, blocks)
    except Refused as error:
        return error.error
    return None
