"""The report as GitHub-flavoured Markdown, for a ticket."""

from collections.abc import Sequence

from checks.report import Report
from handlers.render import escape
from handlers.render.chart import chart_items
from handlers.render.detail import FULL
from handlers.render.page import Bullets, Chart, Command, Grid, Item, Line, Page, Piece, Style, Words
from handlers.render.status import status_page


def render(report: Report) -> str:
    """A heading, the causes, the figures, what was not checked; nothing in it becomes markup or a mention."""
    return render_page(status_page(report, FULL))


def render_page(page: Page) -> str:
    """Any page in the same way."""
    first = f"## {page.mark.sign} {page.mark.word}: {escape.markdown(page.headline)}"
    parts = [first, escape.markdown(page.origin)]
    for section in page.sections:
        if section.heading:
            parts.append(f"### {escape.markdown(section.heading)}")
        parts += [_item(item) for item in section.items]
    return "\n\n".join(parts)


def _item(item: Item) -> str:
    if isinstance(item, Words):
        return _line(item.line)
    if isinstance(item, Bullets):
        return "\n".join(f"- {_line(line)}" for line in item.lines)
    if isinstance(item, Command):
        return escape.markdown_block(item.text)
    if isinstance(item, Chart):
        return "\n\n".join(map(_item, chart_items(item)))
    return _table(item)


def _line(line: Line) -> str:
    return "".join(map(_piece, line))


def _piece(piece: Piece) -> str:
    if piece.style is Style.STRONG:
        core = piece.text.strip()
        return piece.text.replace(core, f"**{escape.markdown(core)}**", 1) if core else piece.text
    if piece.style is Style.NAME:
        return escape.markdown_code(piece.text)
    if piece.style is Style.LINK and escape.is_plain_url(piece.text):
        return f"<{piece.text}>"
    return escape.markdown(piece.text)


def _table(grid: Grid) -> str:
    marks = ["---:" if index in grid.numeric else "---" for index in range(len(grid.columns))]
    rows = [_row(grid.columns), _row(marks)]
    for row in grid.rows:
        first = escape.markdown_code(row[0]).replace("|", "\\|")  # a row is parted before its code is read
        rows.append(_row((first, *map(escape.markdown, row[1:]))))
    return "\n".join(rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
