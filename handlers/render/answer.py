"""Frames a page as an answer: whose report it was made from, how old that is, and a button to look again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from checks.report import Report
from checks.snapshot import Snapshot
from handlers.history.forecast import Outlook
from handlers.render.blocks import fitted
from handlers.render.detail import LISTS, TERMINAL, Detail
from handlers.render.escape import clean, mrkdwn
from handlers.render.limits import message_faults
from handlers.render.limits.numbers import MAX_TEXT_CHARS
from handlers.render.message import Block, Message, cut_escaped
from handlers.render.page import Button, Menu, Page
from handlers.render.rich import small
from handlers.render.status import CHECK_AGAIN
from handlers.render.told import told
from handlers.render.words import VERDICTS, Mark, origin

MAX_PREFACE_CHARS = 600

Lay = Callable[[Detail], Page]
"""Lays one answer out in so much detail; its origin and its buttons are added here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What an answer is made from: a report, what was named after the word, and what the sweep had read.

    ``snapshot`` is None when that is no longer in memory; ``outlooks`` are empty where no history is kept.
    """

    report: Report
    named: tuple[str, ...] = ()
    snapshot: Snapshot | None = None
    outlooks: tuple[Outlook, ...] = ()


PageOf = Callable[[Material], Lay]
"""Makes what is asked ready to be laid out."""


def answer_page(lay: Lay, report: Report, detail: Detail = TERMINAL, *, now: datetime | None = None) -> Page:
    """The whole page, as a terminal shows it."""
    return replace(lay(detail), origin=origin(report, now))


def answer_blocks(
    lay: Lay,
    report: Report,
    again: str,
    *,
    now: datetime,
    age_s: float | None = None,
    menu: Menu | None = None,
) -> Message:
    """The page as a message. ``again`` is what its button asks for; ``age_s`` is told when it was kept."""
    told_origin = origin(report, now, age_s)
    button = Button("Check again", CHECK_AGAIN, again)

    def page(detail: Detail) -> Page:
        return replace(lay(detail), origin=told_origin, buttons=(button,), menu=menu)

    return fitted(told(page(LISTS[0])), page, LISTS)


def prefaced(message: Message, line: str) -> Message:
    """The same with a line in small print under its first two blocks, and after its text's first line.

    Where Slack would not take so much, it is said in the text alone.
    """
    shown = clean(line, MAX_PREFACE_CHARS)
    first, _, rest = message.text.partition("\n")
    told = cut_escaped("\n".join((first, mrkdwn(shown), rest)), MAX_TEXT_CHARS)

    def under(blocks: Sequence[Block]) -> Sequence[Block]:
        longer = [*blocks[:2], small(shown), *blocks[2:]]
        return blocks if message_faults(longer, told) else longer

    return Message(told, under(message.blocks), under(message.plain))


def again_value(cluster: str, word: str, named: Sequence[str]) -> str:
    """What a button carries, a line for each: the cluster, the word, what was named."""
    return "\n".join((cluster, word, *named))


def fine(word: str) -> Mark:
    """The mark of an answer in which nothing is wrong. The headline says so in words."""
    return _as(word, "white_check_mark", "✅")


def wrong(word: str) -> Mark:
    """The mark of an answer in which something is wrong."""
    return _as(word, "warning", "⚠️")


def unknown(word: str) -> Mark:
    """The mark of an answer that could not be given."""
    return _as(word, "grey_question", "❔")


def neutral(word: str) -> Mark:
    """The mark of an answer that judges nothing."""
    return _as(word, "information_source", "ℹ️")


def as_verdict(word: str, report: Report) -> Mark:
    """The mark of the whole report's verdict under another word."""
    mark = VERDICTS[report.verdict]
    return _as(word, mark.emoji, mark.sign)


def _as(word: str, emoji: str, sign: str) -> Mark:
    return Mark(word, emoji, sign)
