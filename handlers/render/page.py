"""The neutral form of an answer: what is said, before any medium; Slack, terminal and Markdown paint it.

A page is cleaned of what nobody should see, but not escaped: that is the painter's, for its own medium.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from handlers.render.words import Mark


class Style(Enum):
    """How a piece looks. NAME is untrusted and literal: an object's name, a value that was read.

    PERSON, CHANNEL and GROUP are ids of Slack's, shown as names there; a person who is not in a new message's
    audience already is told of it by Slack.
    """

    PLAIN = "plain"
    STRONG = "strong"
    NAME = "name"
    LINK = "link"
    PERSON = "person"
    CHANNEL = "channel"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; ``apart`` from what stands before it by an empty line."""

    line: Line
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of lines."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """Something to paste: shown unbroken, unindented and never cut."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of short cells under their columns' names. ``numeric`` columns stand to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """Figures in the order of a chart's stops; None is unknown. ``words`` tells whoever does not see it."""

    label: str
    figures: tuple[int | None, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over the same stops, each stop named once. Where nothing can be drawn they become lines."""

    title: str
    stops: tuple[str, ...]
    curves: tuple[Curve, ...]


Item = Words | Bullets | Command | Grid | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page."""

    items: tuple[Item, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. ``action`` names the handler, ``value`` is what it is given."""

    label: str
    action: str
    value: str


@dataclass(frozen=True, slots=True)
class Menu:
    """What is pressed less often, behind three dots: each line is a label and the value that is given.

    Slack takes five lines, and values of 150 characters.
    """

    action: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. Its first line is the mark's word and the headline; ``origin`` is whose and when."""

    mark: Mark
    headline: str
    origin: str
    sections: tuple[Section, ...]
    buttons: tuple[Button, ...] = ()
    menu: Menu | None = None


def plain(text: str) -> Piece:
    """A plain piece."""
    return Piece(text)


def strong(text: str) -> Piece:
    """A piece that stands out."""
    return Piece(text, Style.STRONG)


def name(text: str) -> Piece:
    """A literal piece."""
    return Piece(text, Style.NAME)


def link(url: str) -> Piece:
    """An address that can be followed."""
    return Piece(url, Style.LINK)


def person(id: str) -> Piece:
    """Somebody, by id."""
    return Piece(id, Style.PERSON)


def channel(id: str) -> Piece:
    """A channel, by id."""
    return Piece(id, Style.CHANNEL)


def joined(lines: Iterable[Line], between: str = ", ") -> Line:
    """Lines put into one."""
    pieces: list[Piece] = []
    for line in lines:
        if pieces:
            pieces.append(plain(between))
        pieces.extend(line)
    return tuple(pieces)
