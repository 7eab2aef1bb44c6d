"""What an ack makes visible: the answer that it carries, or what Slack says when there is none.

https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from collections.abc import Mapping
from typing import cast

from bot.standin.carriers import Ack
from bot.standin.refusals import Refused, check_message
from bot.standin.values import Arguments, blocks_of, text_of
from bot.standin.workspace import BOT, SLACKBOT, Message, Workspace


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
