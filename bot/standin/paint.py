"""Paints Block Kit for a terminal, as far as a terminal goes. Pure: blocks in, rich's renderables out."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.emoji import Emoji
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.standin.workspace import Block, Message
from handlers.render.escape import ANSI, INVISIBLE

MOST_OPTIONS = 8
CODE, LINK, LOUD, SMALL = "cyan", "underline", "reverse", "dim"
MRKDWN = re.compile(
    r"""
      ```\n?(?P<pre>.*?)\n?```
    | `(?P<code>[^`\n]+)`
    | <(?P<token>[^<>\n]+)>
    | (?<!\w)\*(?P<bold>\S|\S[^*\n]*\S)\*(?!\w)
    | (?<!\w)_(?P<italic>\S|\S[^_\n]*\S)_(?!\w)
    | (?<!\w)~(?P<strike>\S|\S[^~\n]*\S)~(?!\w)
    | :(?P<emoji>[a-z0-9_+-]+):
    """,
    re.VERBOSE | re.DOTALL,
)


def paint(message: Message, first_button: int = 1) -> list[RenderableType]:
    """A message, piece by piece; its buttons and menus are numbered from ``first_button`` on."""
    return paint_blocks(message.blocks, first_button) if message.blocks else [mrkdwn(message.text)]


def paint_blocks(blocks: Iterable[Block], first_button: int = 1) -> list[RenderableType]:
    """Blocks, wherever they stand."""
    numbers = iter(range(first_button, first_button + 1_000))
    return [piece for block in blocks for piece in _block(block, numbers)]


def paint_dialog(content: Block, first_button: int = 1) -> list[RenderableType]:
    """A dialog with its title and what sends and closes it."""
    buttons = [_text(content.get(name)).plain for name in ("submit", "close")]
    words = [f"[{word}: {text}]" for word, text in zip(("submit", "close"), buttons, strict=True) if text]
    title = Text(_text(content.get("title")).plain, "bold underline")
    painted = paint_blocks(_things(content, "blocks"), first_button)
    return [title, *painted, Text("  ".join(words or ["[close]"]), "bold")]


def mrkdwn(text: str) -> Text:
    """Slack's own markup."""
    shown = Text()
    end = 0
    for match in MRKDWN.finditer(text):
        shown.append(plain(text[end : match.start()]))
        shown.append_text(_marked(match))
        end = match.end()
    return shown.append(plain(text[end:]))


def plain(text: str) -> str:
    """What is read: entities resolved, and nothing in it that a terminal would obey."""
    visible = ANSI.sub("", html.unescape(text))
    return "".join(c for c in visible if c in "\n\t" or unicodedata.category(c) not in INVISIBLE)


def _marked(match: re.Match[str]) -> Text:
    kind, inside = str(match.lastgroup), match[str(match.lastgroup)]
    if kind == "token":
        return _token(inside)
    if kind == "emoji":
        return Text(_emoji(inside))
    if kind in ("pre", "code"):
        return Text(plain(inside), CODE)
    shown = mrkdwn(inside)
    shown.stylize(kind)
    return shown


def _token(inside: str) -> Text:
    """A link, a date, a mention. What would wake people up is shown so that nobody overlooks it."""
    target, _, label = inside.partition("|")
    if target.startswith("!date^"):
        return Text(plain(label))
    if target.startswith(("@", "#", "!")):
        return Text(plain(label or target.replace("!", "@")), LOUD)
    return Text(plain(f"{label} ({target})" if label and label != target else target), LINK)


def _emoji(name: str) -> str:
    known = Emoji.replace(f":{name}:")
    return plain(known).replace("\N{VARIATION SELECTOR-16}", "")


def _block(block: Block, numbers: Iterator[int]) -> Iterator[RenderableType]:
    kind = str(block.get("type"))
    if kind in ONE_PIECE:
        yield ONE_PIECE[kind](block)
    elif kind == "section":
        yield from _section(block, numbers)
    elif kind == "rich_text":
        for element in _things(block, "elements"):
            yield from _rich(element)
    elif kind == "actions":
        yield _buttons(_things(block, "elements"), numbers)
    elif kind == "input":
        yield from _input(block, numbers)
    else:
        yield Text(plain(f"[{kind}: {block.get('alt_text') or 'not shown in a terminal'}]"), SMALL)


def _small(block: Block) -> Text:
    shown = Text("  ").join(_text(element) for element in _things(block, "elements"))
    shown.stylize(SMALL)
    return shown


def _section(block: Block, numbers: Iterator[int]) -> Iterator[RenderableType]:
    if block.get("text"):
        yield _text(block.get("text"))
    for field in _things(block, "fields"):
        yield _text(field)
    accessory = block.get("accessory")
    if isinstance(accessory, Mapping) and accessory.get("action_id"):
        yield _buttons((accessory,), numbers)


def _input(block: Block, numbers: Iterator[int]) -> Iterator[RenderableType]:
    optional = " (optional)" if block.get("optional") else ""
    yield Text(f"{_text(block.get('label')).plain}{optional}", "bold")
    element = block.get("element")
    if isinstance(element, Mapping):
        yield _buttons((element,), numbers)
    hint = block.get("hint")
    if hint:
        yield Text(_text(hint).plain, SMALL)


def _text(thing: object) -> Text:
    """A text object, or a picture's description."""
    if not isinstance(thing, Mapping):
        return Text()
    words = str(thing.get("text") or thing.get("alt_text") or "")
    return mrkdwn(words) if thing.get("type") == "mrkdwn" else Text(plain(words))


def _rich(element: Block) -> Iterator[RenderableType]:
    kind = element.get("type")
    if kind == "rich_text_preformatted":
        line = _pieces(element)
        line.stylize(CODE)
        line.no_wrap, line.overflow = True, "ignore"  # it is there to be copied
        yield line
    elif kind == "rich_text_list":
        ordered = element.get("style") == "ordered"
        indent = element.get("indent")
        for number, item in enumerate(_things(element, "elements"), start=1):
            row = Table.grid(padding=(0, 1))
            row.add_row(f"{number}." if ordered else "•", _pieces(item))
            yield Padding(row, (0, 0, 0, 2 * (indent if isinstance(indent, int) else 0)))
    elif kind == "rich_text_quote":
        yield Padding(_pieces(element), (0, 0, 0, 2))
    else:
        yield _pieces(element)


def _pieces(element: Block) -> Text:
    shown = Text()
    for piece in _things(element, "elements"):
        shown.append_text(_piece(piece))
    return shown


def _piece(piece: Block) -> Text:
    kind, words = piece.get("type"), str(piece.get("text") or "")
    if kind == "link":
        return _token(f"{piece.get('url')}|{words}")
    if kind == "emoji":
        return Text(_emoji(str(piece.get("name"))))
    if kind in ("user", "channel", "usergroup", "broadcast"):
        named = piece.get("range") or piece.get(f"{kind}_id")
        return Text(plain(f"@{named}"), LOUD)
    if kind == "date":
        return Text(plain(str(piece.get("fallback") or "")))
    style = piece.get("style")
    asked = [str(name) for name, on in style.items() if on] if isinstance(style, Mapping) else []
    return Text(plain(words), " ".join(CODE if name == "code" else name for name in asked))


def _table(block: Block) -> Table:
    rows = [[_cell(cell) for cell in row] for row in _rows(block)]
    settings = _things(block, "column_settings")
    shown = Table(header_style="bold", show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0))
    for number, head in enumerate(rows[0] if rows else ()):
        right = number < len(settings) and settings[number].get("align") == "right"
        shown.add_column(head, justify="right" if right else "left", overflow="fold")
    for row in rows[1:]:
        shown.add_row(*row)
    return shown


def _rows(block: Block) -> Iterable[Sequence[Block]]:
    rows = block.get("rows")
    for row in rows if isinstance(rows, list | tuple) else ():
        yield [cell for cell in row if isinstance(cell, Mapping)]


def _cell(cell: Block) -> Text:
    if cell.get("type") != "rich_text":
        return Text(plain(str(cell.get("text", ""))))
    return Text(" ").join(_pieces(element) for element in _things(cell, "elements"))


def _buttons(elements: Iterable[Block], numbers: Iterator[int]) -> Text:
    shown = [Text(f"[{next(numbers)} {_offered(element)}]", "bold") for element in elements]
    return Text("  ").join(shown)


def _offered(element: Block) -> str:
    """A button's words, or what a menu or a field asks for, its options, and what stands in it."""
    if element.get("type") == "button":
        return _text(element.get("text")).plain
    asked = _text(element.get("placeholder")).plain or str(element.get("type")).replace("_", " ")
    options = [_text(option.get("text")).plain for option in _things(element, "options")]
    rest = f", … {len(options) - MOST_OPTIONS} more" if len(options) > MOST_OPTIONS else ""
    offered = f": {', '.join(options[:MOST_OPTIONS])}{rest}" if options else ""
    standing = element.get("initial_value") or element.get("initial_option")
    value = _text(standing.get("text")).plain if isinstance(standing, Mapping) else standing
    return f"{asked}{offered}{f' = {plain(str(value))}' if value else ''}"


def _things(holder: Block, key: str) -> list[Block]:
    value = holder.get(key)
    return [thing for thing in value if isinstance(thing, Mapping)] if isinstance(value, list | tuple) else []


ONE_PIECE: Mapping[str, Callable[[Block], RenderableType]] = {
    "divider": lambda block: Rule(style=SMALL),
    "header": lambda block: Text(_text(block.get("text")).plain, "bold"),
    "context": _small,
    "table": _table,
    "markdown": lambda block: Text(plain(str(block.get("text", "")))),
}
