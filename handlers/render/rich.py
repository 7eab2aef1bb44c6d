"""Paints a page as rich blocks: literal text, code that can be copied, one native table.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block: a text element is taken as it stands, so
nothing in it can become a mention, a link or an emoji.
"""

from collections.abc import Iterable, Sequence

from handlers.render.chart import chart_block, chart_items
from handlers.render.escape import clean, is_id, is_plain_url, literal
from handlers.render.limits import numbers as n
from handlers.render.message import Block
from handlers.render.page import (
    Bullets,
    Button,
    Chart,
    Command,
    Grid,
    Item,
    Line,
    Menu,
    Page,
    Piece,
    Section,
    Style,
    Words,
)
from handlers.render.words import link_label

MAX_UNWRAPPED_CHARS = 24  # of a cell: names on a phone break at every hyphen otherwise
IDS = {Style.PERSON: "user", Style.CHANNEL: "channel", Style.GROUP: "usergroup"}
STYLES = {Style.STRONG: {"bold": True}, Style.NAME: {"code": True}}


def rich_blocks(page: Page) -> list[Block]:
    """The page as rich text blocks, with its first grid as a table and its first charts drawn."""
    first: list[object] = [
        {"type": "emoji", "name": page.mark.emoji},
        text(f" {page.mark.word}: {page.headline}", {"bold": True}),
    ]
    blocks = [rich_text(({"type": "rich_text_section", "elements": first},))]
    blocks += [small(page.origin)] if page.origin else []  # Slack refuses an empty text
    tables = charts = 0
    for section in page.sections:
        blocks.append({"type": "divider"})
        for run in _runs(section):
            if isinstance(run, Grid):
                tables += 1
                blocks.append(_table(run) if tables <= n.MAX_TABLES else rich_text((_rows(run),)))
            elif isinstance(run, Chart):
                drawn = chart_block(run) if charts < n.MAX_CHARTS else None
                charts += drawn is not None
                lines = _runs(Section(chart_items(run)))
                blocks += [drawn] if drawn else [rich_text(one) for one in lines if isinstance(one, list)]
            else:
                blocks.append(rich_text(run))
    return [*blocks, *buttons(page.buttons, page.menu)]


def rich_text(elements: Iterable[object]) -> Block:
    """One rich text block."""
    return {"type": "rich_text", "elements": list(elements)}


def text(words: str, style: dict[str, bool] | None = None) -> dict[str, object]:
    """One literal piece."""
    piece: dict[str, object] = {"type": "text", "text": literal(words)}
    return piece | {"style": style} if style else piece


def small(words: str) -> Block:
    """Small print, literal."""
    shown = {"type": "plain_text", "text": literal(words), "emoji": False}
    return {"type": "context", "elements": [shown]}


def buttons(given: Sequence[Button], menu: Menu | None = None) -> list[Block]:
    """A row of buttons; one whose value Slack would refuse is left out, since it could not be cut."""
    row: list[Block] = [
        {
            "type": "button",
            "action_id": button.action,
            "text": {
                "type": "plain_text",
                "text": clean(button.label, n.MAX_BUTTON_TEXT_CHARS),
                "emoji": False,
            },
            "value": button.value,
        }
        for button in given
        if button.value.strip() and len(button.value) <= n.MAX_BUTTON_VALUE_CHARS
    ]
    options = [
        {"text": {"type": "plain_text", "text": label, "emoji": False}, "value": value}
        for label, value in (menu.lines if menu else ())
        if len(value) <= n.MAX_OPTION_VALUE_CHARS
    ]
    if menu is not None and options:
        row.append({"type": "overflow", "action_id": menu.action, "options": options})
    return [{"type": "actions", "elements": row}] if row else []


def _runs(section: Section) -> Iterable[Grid | Chart | list[object]]:
    """The section's items as runs of rich text elements between its grids and charts."""
    run: list[object] = []
    lines: list[Line] = [(Piece(section.heading, Style.STRONG),)] if section.heading else []
    for item in section.items:
        if isinstance(item, Words):
            apart = (Piece("\n"),) if item.apart and lines else ()
            lines.append((*apart, *item.line))
            continue
        if lines:
            run.append(_paragraphs(lines))
            lines = []
        if isinstance(item, (Grid, Chart)):
            if run:
                yield run
            yield item
            run = []
        else:
            run.append(_element(item))
    if lines:
        run.append(_paragraphs(lines))
    if run:
        yield run


def _paragraphs(lines: Sequence[Line]) -> dict[str, object]:
    """Lines in one section, a break between them: clients differ in how they part two sections."""
    elements: list[object] = []
    for line in lines:
        if elements:
            elements.append({"type": "text", "text": "\n"})
        elements.extend(_pieces(line))
    return {"type": "rich_text_section", "elements": elements}


def _element(item: Item) -> dict[str, object]:
    if isinstance(item, Command):
        return {"type": "rich_text_preformatted", "elements": [text(item.text)]}
    lines = item.lines if isinstance(item, Bullets) else ()
    return _list(lines)


def _list(lines: Iterable[Line]) -> dict[str, object]:
    items = [{"type": "rich_text_section", "elements": _pieces(line)} for line in lines]
    return {"type": "rich_text_list", "style": "bullet", "elements": items}


def _pieces(line: Line) -> list[dict[str, object]]:
    return [_piece(piece) for piece in line if piece.text]  # Slack refuses an empty piece


def _piece(piece: Piece) -> dict[str, object]:
    if piece.style is Style.LINK and is_plain_url(piece.text):
        return {"type": "link", "url": piece.text, "text": link_label(piece.text)}
    if piece.style in IDS and is_id(piece.text):
        kind = IDS[piece.style]
        return {"type": kind, f"{kind}_id": piece.text}
    return text(piece.text, STYLES.get(piece.style))


def _table(grid: Grid) -> Block:
    rows = [
        [{"type": "raw_text", "text": literal(cell)} for cell in row] for row in (grid.columns, *grid.rows)
    ]
    settings = [
        {
            "align": "right" if index in grid.numeric else "left",
            "is_wrapped": any(len(row[index]) > MAX_UNWRAPPED_CHARS for row in grid.rows),
        }
        for index in range(len(grid.columns))
    ]
    return {"type": "table", "rows": rows, "column_settings": settings}


def _rows(grid: Grid) -> dict[str, object]:
    return _list(grid_lines(grid))


def grid_lines(grid: Grid) -> list[Line]:
    """A grid's rows as lines, for media without tables: the first cell, then the others by their columns."""
    return [
        (
            Piece(row[0], Style.NAME),
            Piece(
                ": " + ", ".join(f"{c.lower()} {v}" for c, v in zip(grid.columns[1:], row[1:], strict=True))
            ),
        )
        for row in grid.rows
    ]
