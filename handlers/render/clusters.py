"""The clusters behind the bot, each with the verdict of the last look at it."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.report import Report
from handlers.render.answer import Lay, neutral
from handlers.render.blocks import fitted
from handlers.render.causes import MAX_TITLE_CHARS
from handlers.render.detail import LISTS, Detail
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.page import Bullets, Line, Page, Section, Words, name, plain
from handlers.render.told import told
from handlers.render.words import MAX_NAME_CHARS, VERDICTS, counted, more, span

WORD = "Clusters"


@dataclass(frozen=True, slots=True)
class Looked:
    """One cluster, with the last report of it, if there is one, and how old that is."""

    cluster: str
    report: Report | None = None
    age_s: float | None = None


def clusters_message(looked: Sequence[Looked], *, sure: bool) -> Message:
    """The clusters as a message."""
    lay = clusters_page(looked, sure=sure)
    return fitted(told(lay(LISTS[0])), lay, LISTS)


def clusters_page(looked: Sequence[Looked], *, sure: bool) -> Lay:
    """The clusters as a page; ``sure`` when the first is meant where none is named."""
    return lambda detail: _page(looked, sure, detail)


def _page(looked: Sequence[Looked], sure: bool, detail: Detail) -> Page:
    lines = [_line(one, detail) for one in looked[: detail.listed]]
    if len(looked) > len(lines):
        lines.append((plain(more(len(looked) - len(lines), "cluster")),))
    said = "It need not be named." if len(looked) == 1 else "A cluster's name goes after the other words."
    if len(looked) > 1 and sure:
        said += " The first is meant when none is named."
    sections = (Section((Bullets(tuple(lines)), Words((plain(said),)))),)
    return Page(neutral(WORD), f"I look at {counted(len(looked), 'cluster')}", "", sections)


def _line(one: Looked, detail: Detail) -> Line:
    called = name(clean(one.cluster, MAX_NAME_CHARS))
    if one.report is None:
        return (called, plain(": no report is kept of it"))
    age = f", {span(one.age_s)} ago" if one.age_s is not None else ""
    headline = clean(one.report.headline, min(detail.prose, MAX_TITLE_CHARS))
    return (called, plain(f": {VERDICTS[one.report.verdict].word}{age}: {headline}"))
