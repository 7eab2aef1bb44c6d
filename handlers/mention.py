"""The same words after a mention of the bot, in a channel or a thread, and in direct messages to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from handlers.question import TOKEN, Place, Question, asked

DIRECT = "im"
BARE = ""
"""No command goes before the words here: in a thread Slack takes none."""
PUNCTUATION = "?!.,:;"  # people write to it as to somebody: "why?"


class _Authorization(msgspec.Struct, frozen=True):
    user_id: str | None = None


class _Event(msgspec.Struct, frozen=True):
    type: str = ""
    subtype: str | None = None
    text: str | None = None
    user: str | None = None
    bot_id: str | None = None
    channel: str = ""
    channel_type: str | None = None
    ts: str = ""
    thread_ts: str | None = None


class EventPayload(msgspec.Struct, frozen=True):
    """The fields of an event that the bot reads.

    https://docs.slack.dev/reference/events/app_mention and https://docs.slack.dev/reference/events/message.im
    """

    event: _Event = _Event()
    event_id: str = ""
    team_id: str = ""
    authorizations: tuple[_Authorization, ...] = ()


# Bolt's threads meet here: msgspec's first use of a struct is not safe beside another, so it is now.
msgspec.json.Decoder(EventPayload)


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said to the bot; ``deliveries`` are the names under which it may come again."""

    question: Question
    deliveries: tuple[str, ...]


def heard(body: Mapping[str, object]) -> Said | None:
    """What was asked; None for what is not said to the bot, is an edit, or comes from a bot.

    A mention in a channel is answered in a thread under it, in a thread there; a direct message where it is.
    One message may come under several event ids, so that its channel and time stamp name it as well.
    https://github.com/slackapi/node-slack-sdk/issues/2141
    """
    payload = msgspec.convert(body, EventPayload)
    event = payload.event
    mention = event.type == "app_mention"
    if event.subtype or event.bot_id or not event.user or not (mention or event.channel_type == DIRECT):
        return None
    me = payload.authorizations[0].user_id if payload.authorizations else None
    if event.user == me:
        return None
    place = Place(
        channel=event.channel,
        user=event.user,
        response_url="",
        thread_ts=event.thread_ts or (event.ts if mention else "") or None,
    )
    deliveries = [f"message/{payload.team_id}/{event.channel}/{event.ts}"]
    deliveries += [f"event/{payload.event_id}"] if payload.event_id else []
    question = asked(after_mention(event.text or "", me), BARE, place, "")
    return Said(replace(question, word=question.word.rstrip(PUNCTUATION)), tuple(deliveries))


def after_mention(text: str, me: str | None) -> str:
    """What follows the first mention of the bot (of anybody, where it does not know its own id)."""
    for token in TOKEN.finditer(text):
        target = token[1].partition("|")[0]
        if target == f"@{me}" or (me is None and target.startswith("@")):
            return text[token.end() :].lstrip(" ,:;-")
    return text
