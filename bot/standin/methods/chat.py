"""chat.*: messages out."""

from bot.standin.methods.common import Answer, Method, known, shown, standing
from bot.standin.office import Office
from bot.standin.refusals import Refused, check_message
from bot.standin.scopes import PUBLIC_POSTS
from bot.standin.values import Arguments, blocks_of, flag, needed, text_of
from bot.standin.workspace import BOT, Channel, Message


def post(office: Office, arguments: Arguments) -> Answer:
    """chat.postMessage."""
    channel = known(office, arguments)
    if BOT not in channel.members and PUBLIC_POSTS not in office.scopes:
        raise Refused("not_in_channel")
    if channel.archived:
        raise Refused("is_archived")
    posted = office.workspace.put(_new(office, channel, arguments))
    return {"ok": True, "channel": channel.id, "ts": posted.ts, "message": shown(posted)}


def whisper(office: Office, arguments: Arguments) -> Answer:
    """chat.postEphemeral."""
    channel = known(office, arguments)
    user = needed(arguments, "user")
    if channel.archived:
        raise Refused("is_archived")
    if BOT not in channel.members:
        raise Refused("not_in_channel")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    posted = office.workspace.put(_new(office, channel, arguments, only_for=user))
    return {"ok": True, "message_ts": posted.ts}


def update(office: Office, arguments: Arguments) -> Answer:
    """chat.update: the bot's own messages only; text without blocks takes the blocks away."""
    channel = known(office, arguments)
    if channel.archived:
        raise Refused("is_inactive")
    message = standing(office, channel, needed(arguments, "ts"))
    if not message.by_bot:
        raise Refused("cant_update_message")
    text, blocks = text_of(arguments, "text"), blocks_of(arguments)
    check_message(text, blocks)
    edited = office.workspace.edit(message, text, blocks)
    return {"ok": True, "channel": channel.id, "ts": edited.ts, "text": text, "message": shown(edited)}


def link(office: Office, arguments: Arguments) -> Answer:
    """chat.getPermalink."""
    channel = known(office, arguments)
    message = standing(office, channel, needed(arguments, "message_ts"))
    path = f"archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts not in (None, message.ts):
        path += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"ok": True, "channel": channel.id, "permalink": f"{office.base}/{path}"}


def delete(office: Office, arguments: Arguments) -> Answer:
    """chat.delete."""
    channel = known(office, arguments)
    message = standing(office, channel, needed(arguments, "ts"))
    if not message.by_bot:
        raise Refused("cant_delete_message")
    office.workspace.remove(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def _new(office: Office, channel: Channel, arguments: Arguments, only_for: str | None = None) -> Message:
    text, blocks = text_of(arguments, "text"), blocks_of(arguments)
    thread = text_of(arguments, "thread_ts") or None
    check_message(text, blocks)
    if thread is not None and office.workspace.message(channel.id, thread) is None:
        raise Refused("thread_not_found")
    office.limits.post(channel.id)
    return Message(
        channel=channel.id,
        ts=office.workspace.stamp(),
        user=BOT,
        text=text,
        blocks=blocks,
        thread_ts=thread,
        broadcast=thread is not None and flag(arguments, "reply_broadcast"),
        only_for=only_for,
    )


METHODS: dict[str, Method] = {
    "chat.postMessage": post,
    "chat.postEphemeral": whisper,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": link,
}
