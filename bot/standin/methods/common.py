"""What several families of methods need."""

from collections.abc import Callable

from bot.standin.office import Office
from bot.standin.refusals import Refused
from bot.standin.values import Arguments, needed
from bot.standin.workspace import BOT, BOT_ID, TEAM, Channel, Message

Answer = dict[str, object]
Method = Callable[[Office, Arguments], Answer]


def known(office: Office, arguments: Arguments) -> Channel:
    """The channel that is meant; a person's id means the direct message. Raises Refused.

    A private channel without the bot is as good as none.
    """
    name = needed(arguments, "channel")
    channel = office.workspace.channel(name)
    if channel is None and (user := office.workspace.user(name)) is not None and user.id != BOT:
        channel = office.workspace.direct(name)
    if channel is None or (channel.private and BOT not in channel.members):
        raise Refused("channel_not_found")
    return channel


def joined(office: Office, arguments: Arguments) -> Channel:
    """The same, where the bot must be a member."""
    channel = known(office, arguments)
    if BOT not in channel.members:
        raise Refused("not_in_channel")
    return channel


def standing(office: Office, channel: Channel, ts: str) -> Message:
    """A message that everybody sees. Raises Refused: an ephemeral one cannot be reached by its time stamp."""
    message = office.workspace.message(channel.id, ts)
    if message is None or message.only_for is not None:
        raise Refused("message_not_found")
    return message


def shown(message: Message) -> Answer:
    """A message as JSON."""
    body: Answer = {
        "type": "message",
        "team": TEAM,
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
    }
    if message.by_bot or message.app:
        body["bot_id"] = message.app or BOT_ID
    if message.app:
        body["subtype"] = "bot_message"
        del body["user"]  # an app's webhook is nobody
    if message.broadcast:
        body["subtype"] = "thread_broadcast"
    if message.attachments:
        body["attachments"] = list(message.attachments)
    if message.blocks:
        body["blocks"] = list(message.blocks)
    if message.thread_ts:
        body["thread_ts"] = message.thread_ts
    if message.reactions:
        names = dict.fromkeys(name for name, _ in message.reactions)
        body["reactions"] = [
            {"name": name, "users": [user for said, user in message.reactions if said == name]}
            for name in names
        ]
    if message.files:
        body["files"] = [{"id": file} for file in message.files]
    return body
