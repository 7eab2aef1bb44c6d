"""The rules of tables: so many rows and columns, and no empty cell."""

from handlers.render.limits import numbers as n
from handlers.render.limits.elements import Thing, check_rich_text
from handlers.render.limits.walk import Walk


def check_table(walk: Walk, block: Thing, at: str) -> None:
    """One table in a message, of at most 100 rows, 20 columns and 10,000 characters."""
    walk.once_more("table", n.MAX_TABLES, at)
    walk.items(block, "column_settings", at, n.MAX_TABLE_COLUMNS, least=0, needed=False)
    before = walk.chars
    _rows(walk, block, at, n.MAX_TABLE_ROWS)
    if walk.chars - before > n.MAX_TABLE_CHARS:
        walk.fault(at, f"a table holds at most {n.MAX_TABLE_CHARS} characters")


def check_data_table(walk: Walk, block: Thing, at: str) -> None:
    """A header and its rows, all of one length, and a caption."""
    walk.string(block, "caption", at, n.MAX_TEXT_OBJECT_CHARS, shown=True)
    walk.number(block, "page_size", at, n.MAX_PAGE_SIZE)
    before = walk.chars
    rows = _rows(walk, block, at, n.MAX_DATA_TABLE_ROWS)
    if len({len(row) for row in rows}) > 1:
        walk.fault(f"{at}/rows", "rows must be equally long")
    for index, cell in enumerate(rows[0] if rows else ()):
        if cell.get("type") == "rich_text":
            walk.fault(f"{at}/rows/0/{index}", "a header cell must not be rich_text")
    if walk.chars - before > n.MAX_DATA_TABLE_CHARS:
        walk.fault(at, f"a data table holds at most {n.MAX_DATA_TABLE_CHARS} characters")


def _rows(walk: Walk, block: Thing, at: str, most: int) -> list[list[Thing]]:
    rows = block.get("rows")
    if not isinstance(rows, (list, tuple)) or not rows:
        walk.fault(f"{at}/rows", "must be a list of rows")
        return []
    if len(rows) > most:
        walk.fault(f"{at}/rows", f"must have at most {most} rows")
    found: list[list[Thing]] = []
    for index, row in enumerate(rows):
        cells = walk.items({str(index): row}, str(index), f"{at}/rows", n.MAX_TABLE_COLUMNS)
        for where, cell in cells:
            _cell(walk, cell, where)
        found.append([cell for _, cell in cells])
    return found


def _cell(walk: Walk, cell: Thing, at: str) -> None:
    kind = cell.get("type")
    if kind == "raw_text":
        walk.string(cell, "text", at, n.MAX_TEXT_OBJECT_CHARS, shown=True)
    elif kind == "rich_text":
        check_rich_text(walk, cell, at)
    elif kind == "raw_number":
        value = cell.get("value")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            walk.fault(f"{at}/value", "must be a number")
        walk.string(cell, "text", at, n.MAX_TEXT_OBJECT_CHARS, needed=False, shown=True)
    else:
        walk.fault(f"{at}/type", f"{kind!r} is not a cell")
