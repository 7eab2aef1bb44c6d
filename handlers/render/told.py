"""A page as text alone: what screen readers and notifications say, and what an old client shows."""

from collections.abc import Iterator, Sequence

from handlers.render.escape import mrkdwn
from handlers.render.limits.numbers import MAX_TEXT_CHARS
from handlers.render.message import cut_escaped
from handlers.render.page import Bullets, Chart, Grid, Item, Line, Page, Section, Words
from handlers.render.sections import mrkdwn_id

MAX_LINE_CHARS = 600
ROOM_FOR_THE_REST = 40


def told(page: Page) -> str:
    """The page's lines, escaped, as many as Slack takes; commands are left to the blocks."""
    first = _cut(f"{page.mark.word}: {page.headline}")
    last = _cut(page.origin)
    room = MAX_TEXT_CHARS - len(first) - len(last) - ROOM_FOR_THE_REST
    lines = list(_lines(page.sections))
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    rest = [f"and {left} more lines"] if left else []
    return cut_escaped("\n".join((first, *kept, *rest, last)).strip(), MAX_TEXT_CHARS)


def _lines(sections: Sequence[Section]) -> Iterator[str]:
    for section in sections:
        if section.heading:
            yield _cut(section.heading)
        for item in section.items:
            yield from (cut_escaped(text, MAX_LINE_CHARS) for text in _texts(item))


def _texts(item: Item) -> Iterator[str]:
    """Its lines, escaped."""
    if isinstance(item, Words):
        yield _plain(item.line)
    elif isinstance(item, Bullets):
        yield from (f"• {_plain(line)}" for line in item.lines)
    elif isinstance(item, Grid):
        for row in item.rows:
            cells = (f"{c.lower()} {v}" for c, v in zip(item.columns[1:], row[1:], strict=True))
            yield mrkdwn(f"• {row[0]}: {', '.join(cells)}")
    elif isinstance(item, Chart):
        yield mrkdwn(f"{item.title}:")
        yield from (mrkdwn(f"• {curve.label}: {curve.words}") for curve in item.curves)


def _plain(line: Line) -> str:
    return "".join(mrkdwn_id(piece) or mrkdwn(piece.text) for piece in line)


def _cut(text: str) -> str:
    return cut_escaped(mrkdwn(text), MAX_LINE_CHARS)
