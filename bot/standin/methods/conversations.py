"""conversations.*, and reactions.*: messages in, what is known of channels, and small signs."""

from collections.abc import Sequence
from dataclasses import replace

from bot.standin.methods.common import Answer, Method, joined, known, shown, standing
from bot.standin.office import Office
from bot.standin.refusals import Refused
from bot.standin.values import Arguments, needed, number, text_of
from bot.standin.workspace import BOT, Channel, Message

MAX_PAGE = 999


def opened(office: Office, arguments: Arguments) -> Answer:
    """conversations.open, with one person."""
    user = needed(arguments, "users")
    if office.workspace.user(user) is None:
        raise Refused("user_not_found")
    return {"ok": True, "channel": {"id": office.workspace.direct(user).id}}


def info(office: Office, arguments: Arguments) -> Answer:
    """conversations.info."""
    return {"ok": True, "channel": _described(known(office, arguments))}


def members(office: Office, arguments: Arguments) -> Answer:
    """conversations.members: of a public channel without being one."""
    found = sorted(known(office, arguments).members)
    return {"ok": True, "members": found, "response_metadata": {"next_cursor": ""}}


def history(office: Office, arguments: Arguments) -> Answer:
    """conversations.history: newest first, without replies, with cursors."""
    channel = joined(office, arguments)
    found = [m for m in _public(office, channel) if m.thread_ts in (None, m.ts) or m.broadcast]
    return _page(found[::-1], arguments)


def replies(office: Office, arguments: Arguments) -> Answer:
    """conversations.replies: the parent and its replies, oldest first."""
    channel = joined(office, arguments)
    parent = needed(arguments, "ts")
    found = [m for m in _public(office, channel) if parent in (m.ts, m.thread_ts)]
    if not found:
        raise Refused("thread_not_found")
    return _page(found, arguments)


def react(office: Office, arguments: Arguments) -> Answer:
    """reactions.add."""
    message, sign = _signed(office, arguments)
    if sign in message.reactions:
        raise Refused("already_reacted")
    office.workspace.put(replace(message, reactions=(*message.reactions, sign)))
    return {"ok": True}


def unreact(office: Office, arguments: Arguments) -> Answer:
    """reactions.remove."""
    message, sign = _signed(office, arguments)
    if sign not in message.reactions:
        raise Refused("no_reaction")
    office.workspace.put(replace(message, reactions=tuple(s for s in message.reactions if s != sign)))
    return {"ok": True}


def _signed(office: Office, arguments: Arguments) -> tuple[Message, tuple[str, str]]:
    channel = joined(office, arguments)
    message = standing(office, channel, needed(arguments, "timestamp"))
    return message, (needed(arguments, "name").strip(":"), BOT)


def _public(office: Office, channel: Channel) -> list[Message]:
    return [message for message in office.workspace.messages(channel.id) if message.only_for is None]


def _page(found: Sequence[Message], arguments: Arguments) -> Answer:
    start = number(arguments, "cursor", 0)
    oldest, latest = text_of(arguments, "oldest"), text_of(arguments, "latest")
    within = [m for m in found if (not oldest or m.ts > oldest) and (not latest or m.ts < latest)]
    size = min(max(number(arguments, "limit", 100), 1), MAX_PAGE)
    more = start + size < len(within)
    return {
        "ok": True,
        "messages": [shown(message) for message in within[start : start + size]],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + size) if more else ""},
    }


def _described(channel: Channel) -> Answer:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.person is not None,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": BOT in channel.members,
        "is_ext_shared": False,
    }


METHODS: dict[str, Method] = {
    "conversations.open": opened,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.history": history,
    "conversations.replies": replies,
    "reactions.add": react,
    "reactions.remove": unreact,
}
