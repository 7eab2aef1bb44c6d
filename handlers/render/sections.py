"""Paints a page as sections of escaped mrkdwn, which every Slack client and every workspace draws."""

from collections.abc import Iterable, Sequence

from handlers.render.chart import chart_items
from handlers.render.escape import is_id, is_plain_url, mrkdwn, mrkdwn_block, mrkdwn_code
from handlers.render.limits import numbers as n
from handlers.render.message import Block, cut_escaped
from handlers.render.page import Bullets, Chart, Command, Item, Line, Page, Piece, Style, Words
from handlers.render.rich import buttons, grid_lines, small
from handlers.render.words import link_label

IDS = {Style.PERSON: "@", Style.CHANNEL: "#", Style.GROUP: "!subteam^"}
TOO_LONG = "The command is too long to show here: see the JSON report."


def plain_blocks(page: Page) -> list[Block]:
    """The page as sections; none longer than Slack takes."""
    first = f"{page.mark.sign} *{page.mark.word}:* {mrkdwn(page.headline)}"
    blocks = [section(first), *([small(page.origin)] if page.origin else [])]
    for part in page.sections:
        heading = [f"*{mrkdwn(part.heading)}*"] if part.heading else []
        texts = [*heading, *(text for item in part.items for text in _texts(item))]
        blocks += [section(chunk) for chunk in chunks(texts)]
    return [*blocks, *buttons(page.buttons, page.menu)]


def section(text: str) -> Block:
    """One section; verbatim, so that Slack looks for no names or addresses in it, and not folded."""
    shown = {"type": "mrkdwn", "text": cut_escaped(text, n.MAX_SECTION_CHARS), "verbatim": True}
    return {"type": "section", "text": shown, "expand": True}


def chunks(texts: Iterable[str]) -> list[str]:
    """The texts joined by line breaks into as few pieces as fit into sections."""
    found: list[str] = []
    for text in texts:
        if found and len(found[-1]) + 1 + len(text) <= n.MAX_SECTION_CHARS:
            found[-1] += "\n" + text
        else:
            found.append(text)
    return found


def _texts(item: Item) -> Sequence[str]:
    if isinstance(item, Words):
        return (("\n" if item.apart else "") + _line(item.line),)
    if isinstance(item, Command):
        block = mrkdwn_block(item.text)
        return (block if len(block) <= n.MAX_SECTION_CHARS else TOO_LONG,)
    if isinstance(item, Chart):
        return [text for shown in chart_items(item) for text in _texts(shown)]
    lines = item.lines if isinstance(item, Bullets) else grid_lines(item)
    return [f"• {_line(line)}" for line in lines]


def _line(line: Line) -> str:
    return cut_escaped("".join(map(_piece, line)), n.MAX_SECTION_CHARS - 2)


def _piece(piece: Piece) -> str:
    if piece.style is Style.STRONG:
        core = piece.text.strip()
        return piece.text.replace(core, f"*{mrkdwn(core)}*", 1) if core else piece.text
    if piece.style is Style.NAME:
        return mrkdwn_code(piece.text)
    if piece.style is Style.LINK and is_plain_url(piece.text):
        return f"<{mrkdwn(piece.text)}|{link_label(piece.text)}>"
    return mrkdwn_id(piece) or mrkdwn(piece.text)


def mrkdwn_id(piece: Piece) -> str:
    """A person or a channel as mrkdwn has them; "" for anything else."""
    sign = IDS.get(piece.style, "")
    return f"<{sign}{piece.text}>" if sign and is_id(piece.text) else ""
