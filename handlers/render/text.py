"""The report for a terminal: readable at 80 columns and in a pipe, with commands that can be pasted."""

from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from checks.report import Report, Verdict
from handlers.render.chart import chart_items
from handlers.render.page import Bullets, Chart, Command, Grid, Item, Line, Page, Section, Style, Words
from handlers.render.status import status_page
from handlers.render.words import VERDICTS

MIN_WIDTH = 20
COLOURS = {
    VERDICTS[Verdict.HEALTHY].sign: "bold green",
    VERDICTS[Verdict.DEGRADED].sign: "bold yellow",
    VERDICTS[Verdict.CRITICAL].sign: "bold red",
    VERDICTS[Verdict.UNKNOWN].sign: "bold magenta",
}
STYLES = {Style.STRONG: "bold", Style.NAME: "cyan", Style.LINK: "underline"}
BULLET = "- "


def render(report: Report, *, width: int = 80, colour: bool = False) -> str:
    """The report with no line longer than ``width`` but for commands, and no line break at its end."""
    return render_page(status_page(report), width=width, colour=colour)


def render_page(page: Page, *, width: int = 80, colour: bool = False) -> str:
    """Any page in the same way."""
    out = StringIO()
    console = Console(
        file=out,
        width=max(width, MIN_WIDTH),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    _page(console, page, COLOURS.get(page.mark.sign, "bold"))
    lines = out.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def _page(console: Console, page: Page, colour: str) -> None:
    first = Text(f"{page.mark.word.upper()}: ", colour)
    console.print(first.append(page.headline, "bold"), overflow="fold")
    if page.origin:
        console.print(Text(page.origin, "dim"), overflow="fold")
    for section in page.sections:
        console.print()
        _section(console, section)


def _section(console: Console, section: Section) -> None:
    if section.heading:
        console.print(Text(section.heading, "bold underline"), overflow="fold")
    before: Item | None = None
    for item in section.items:
        # a command stands free, so that it can be taken alone
        apart = isinstance(item, Words) and item.apart and before is not None
        if isinstance(before, Command) or apart:
            console.print()
        if isinstance(item, Command):
            console.print()
            console.print(Segments([Segment(f"{item.text}\n")]), soft_wrap=True)  # Text would expand tabs
        else:
            _item(console, item)
        before = item


def _item(console: Console, item: Item) -> None:
    if isinstance(item, Words):
        console.print(_line(item.line), overflow="fold")
    elif isinstance(item, Bullets):
        for line in item.lines:
            _bullet(console, line)
    elif isinstance(item, Grid):
        console.print(_table(item))
    elif isinstance(item, Chart):
        for shown in chart_items(item):
            _item(console, shown)


def _bullet(console: Console, line: Line) -> None:
    """A line with its second and further rows under its first word."""
    grid = Table.grid()
    grid.add_column(width=len(BULLET), no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(BULLET, _line(line))
    console.print(Padding(grid, 0))


def _line(line: Line) -> Text:
    return Text.assemble(*((piece.text, STYLES.get(piece.style, "")) for piece in line))


def _table(grid: Grid) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(grid.columns):
        numeric = index in grid.numeric
        table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=False)
    for row in grid.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
