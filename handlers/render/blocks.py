"""Slack messages: the report, the progress of a sweep, an error. Plain dicts within Slack's limits."""

from collections.abc import Callable, Sequence
from datetime import datetime

from checks.report import Report
from handlers.render.detail import BRIEF, CHAT, Detail
from handlers.render.escape import clean, mrkdwn
from handlers.render.limits import message_faults
from handlers.render.limits.numbers import MAX_TEXT_CHARS
from handlers.render.message import Block, Message, cut_escaped, plainer
from handlers.render.page import Button, Page
from handlers.render.rich import buttons, rich_blocks, rich_text, small, text
from handlers.render.sections import chunks, plain_blocks, section
from handlers.render.spoken import spoken
from handlers.render.status import CHECK_AGAIN, status_page

__all__ = ["Block", "Message", "blocks", "error_blocks", "plainer", "progress_blocks", "progress_line"]

MAX_PROGRESS_LINES = 8
MAX_LINE_CHARS = 120


def blocks(report: Report, *, now: datetime, age_s: float | None = None) -> Message:
    """The report as a message: the most detail that fits. ``age_s`` is told when the answer was kept."""
    told = spoken(report, now=now, age_s=age_s)
    return fitted(told, lambda detail: status_page(report, detail, now=now, age_s=age_s), BRIEF)


def fitted(told: str, page: Callable[[Detail], Page], ladder: Sequence[Detail] = CHAT) -> Message:
    """The page at the most detail that Slack takes, in both forms; if none, the text alone in blocks."""
    return Message(
        told,
        _first_that_fits(told, page, ladder, rich_blocks),
        _first_that_fits(told, page, ladder, plain_blocks),
    )


def _first_that_fits(
    told: str,
    page: Callable[[Detail], Page],
    ladder: Sequence[Detail],
    paint: Callable[[Page], list[Block]],
) -> list[Block]:
    last: Page | None = None
    for detail in ladder:
        laid_out = page(detail)
        painted = paint(laid_out)
        if not message_faults(painted, told):
            return painted
        last = laid_out
    under = buttons(last.buttons, last.menu) if last is not None else []
    return [*(section(chunk) for chunk in chunks(told.split("\n"))), *under]


def progress_line(part: str, ok: bool, seconds: float) -> str:
    """One source that has ended: ``pods ✓ 0.4 s`` or ``subnets – not read``."""
    shown = clean(part.replace("_", " "), MAX_LINE_CHARS)
    return f"{shown} ✓ {max(seconds, 0):.1f} s" if ok else f"{shown} – not read"


def progress_blocks(lines: Sequence[str], *, cluster: str = "", total: int | None = None) -> Message:
    """A running sweep: how many sources have ended, and the last of them."""
    of = f" of {total}" if total else ""
    whose = f" {clean(cluster, MAX_LINE_CHARS)}" if cluster else ""
    first = f"Checking{whose}: {len(lines)}{of} {'source' if len(lines) == 1 and not of else 'sources'} read"
    shown = [clean(line, MAX_LINE_CHARS) for line in lines[-MAX_PROGRESS_LINES:]]
    emoji = {"type": "emoji", "name": "hourglass_flowing_sand"}
    head = rich_text(({"type": "rich_text_section", "elements": [emoji, text(f" {first}", {"bold": True})]},))
    told = mrkdwn(first)
    plain = [section(f"⏳ *{told}*")]
    if not shown:
        return Message(told, [head], plain)
    tail = small("\n".join(shown))
    return Message(told, [head, tail], [*plain, tail])


def error_blocks(
    title: str, detail: str = "", *, reference: str | None = None, cluster: str | None = None
) -> Message:
    """Something that went wrong, what would help, and the reference under which the log has it."""
    first = clean(title, 300)
    more = [clean(detail, 1_000)] if detail else []
    if reference:
        more.append(f"Reference: {clean(reference, MAX_LINE_CHARS)}")
    pieces = [{"type": "emoji", "name": "no_entry_sign"}, text(f" {first}", {"bold": True})]
    pieces += [text(f"\n{line}") for line in more]
    again = buttons((Button("Check again", CHECK_AGAIN, cluster),)) if cluster else []
    told = cut_escaped(mrkdwn("\n".join((first, *more))), MAX_TEXT_CHARS)
    rich = rich_text(({"type": "rich_text_section", "elements": pieces},))
    plain = [section(chunk) for chunk in chunks(f"⛔ {told}".split("\n"))]
    return Message(told, [rich, *again], [*plain, *again])
