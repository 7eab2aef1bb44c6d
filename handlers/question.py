"""What a person asked, read from text of any kind; nothing here raises for what somebody may type."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from handlers.render.escape import EMPTY, clean

MAX_TEXT_CHARS = 1_000  # the longest sensible question is a line; Slack lets people paste far more
MAX_WORDS = 20
COMMAND = "/cilium"

TOKEN = re.compile(r"<([^<>]*)>")
QUOTES = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "\u00a0": " "}
)
LONG_DASH = re.compile(r"(?<!\S)[\u2012-\u2015\u2212]+(?=\w)")  # phones turn -- into one long dash
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))


class CommandPayload(msgspec.Struct, frozen=True):
    """The fields of a slash command that the bot reads.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """

    command: str = COMMAND
    text: str = ""
    user_id: str = ""
    channel_id: str = ""
    trigger_id: str = ""
    response_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an answer goes.

    ``message_ts`` is the bot's own message that the answer replaces, or None for a new one. ``quiet`` means
    that only ``user`` sees it. ``response_url`` is a credential for half an hour and is never logged.
    ``thread_ts`` is the first message of the thread it belongs to, or None; ``broadcast`` shows the answer in
    the channel as well.
    """

    channel: str
    user: str
    response_url: str
    quiet: bool = False
    message_ts: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One command: its first word in lower case ("" when there is none), the others, and where to answer.

    ``delivery`` names the delivery by Slack, to tell a repeated one; "" when Slack gave no name. ``fresh``
    asks for a new sweep, however young the last report is.
    """

    command: str
    word: str
    others: tuple[str, ...]
    place: Place
    delivery: str
    fresh: bool = False


# Bolt's threads meet here: msgspec's first use of a struct is not safe beside another, so it is now.
msgspec.json.Decoder(CommandPayload)


def parse(payload: Mapping[str, object]) -> Question:
    """The question in a command's payload. Raises msgspec.ValidationError for what Slack never sends."""
    fields = msgspec.convert(payload, CommandPayload)
    place = Place(channel=fields.channel_id, user=fields.user_id, response_url=fields.response_url)
    return asked(fields.text, fields.command, place, fields.trigger_id)


def asked(text: str, command: str, place: Place, delivery: str) -> Question:
    """The question in what somebody typed; ``--quiet`` anywhere in it is for the place."""
    words = split(text)
    plain = [word for word in words if word.lower() != "--quiet"]
    return Question(
        command=command,
        word=plain[0].lower() if plain else "",
        others=tuple(plain[1:]),
        place=replace(place, quiet=len(plain) < len(words)),
        delivery=delivery,
    )


def split(text: str) -> list[str]:
    """The words of a command, freed from what Slack and phone keyboards make of them."""
    text = TOKEN.sub(_untoken, text[:MAX_TEXT_CHARS])
    text = html.unescape(text) if "&" in text else text
    text = LONG_DASH.sub("--", text.translate(QUOTES)).translate(DASHES)
    shown = clean(text, MAX_TEXT_CHARS)
    words = (word.strip("\"'`") for word in shown.split(" ") if shown != EMPTY)
    return [word for word in words if word][:MAX_WORDS]


def _untoken(match: re.Match[str]) -> str:
    """``<http://api.example.com|api.example.com>`` is what was typed: its label, or the address."""
    target, _, label = match[1].partition("|")
    if target.startswith(("@", "#", "!")):
        return target
    return label or target.removeprefix("http://").removeprefix("https://").removeprefix("mailto:")
