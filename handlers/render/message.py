"""A Slack message in three forms, each plainer than the one before: rich, sections, text."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.render.escape import CUT

Block = dict[str, object]


@dataclass(frozen=True, slots=True)
class Message:
    """What is given to Slack. ``text`` is escaped and says all that matters: screen readers read it alone.

    ``plain`` are blocks that every client draws, for when Slack refuses ``blocks``.
    """

    text: str
    blocks: Sequence[Block] = ()
    plain: Sequence[Block] = ()


def plainer(message: Message) -> Message | None:
    """The next plainer form of a message that Slack refused; None when it was text alone."""
    if message.plain:
        return Message(message.text, message.plain)
    return Message(message.text) if message.blocks else None


def cut_escaped(text: str, most: int) -> str:
    """At most ``most`` characters of escaped text, with no entity, name or link cut in two."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    for first, last in ("&;", "<>"):
        start = kept.rfind(first)
        if start >= 0 and last not in kept[start:]:
            kept = kept[:start]
    return kept.rstrip() + CUT
