"""The clusters behind the bot, each with the verdict of the last look at it."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.report import Report
from handlers.own import Own
from handlers.render.answer import Lay, neutral, wrong
from handlers.render.blocks import fitted
from handlers.render.causes import MAX_TITLE_CHARS
from handlers.render.detail import LISTS, Detail
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.page import Bullets, Line, Page, Section, Words, joined, name, person, plain
from handlers.render.told import told
from handlers.render.words import MAX_NAME_CHARS, VERDICTS, counted, moment, more, span

WORD = "Clusters"
USE = "Use"
NAMES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Looked:
    """One cluster, with the last report of it, if there is one, and how old that is."""

    cluster: str
    report: Report | None = None
    age_s: float | None = None


def clusters_message(looked: Sequence[Looked], *, sure: bool, own: str = "") -> Message:
    """The clusters as a message; ``own`` is the channel's own cluster, "" when it has none."""
    lay = clusters_page(looked, sure=sure, own=own)
    return fitted(told(lay(LISTS[0])), lay, LISTS)


def clusters_page(looked: Sequence[Looked], *, sure: bool, own: str = "") -> Lay:
    """The clusters as a page; ``sure`` when the first is meant where none is named."""
    return lambda detail: _page(looked, sure, own, detail)


def own_message(own: Own | None, names: Sequence[str], *, sure: bool) -> Message:
    """Which cluster this channel's questions mean when they name none, and who chose it."""
    page = own_page(own, names, sure=sure)
    return fitted(told(page), lambda detail: page, LISTS)


def own_page(own: Own | None, names: Sequence[str], *, sure: bool) -> Page:
    """The same as a page. A cluster that is behind the bot no longer is never meant."""
    if own is not None and own.cluster in names:
        first = f"questions here that name no cluster mean {clean(own.cluster, MAX_NAME_CHARS)}"
        who: Line = (plain("Chosen by "), person(own.by), plain(f" at {moment(own.at)}. "))
        rest = "A name after the other words still means that cluster."
        return Page(neutral(USE), first, "", (Section((Words((*who, plain(rest))),)),))
    if own is not None:
        gone = clean(own.cluster, MAX_NAME_CHARS)
        first = f"this channel's own cluster was {gone}, at which I do not look any more"
        return Page(wrong(USE), first, "", (_choose(names),))
    if len(names) == 1:
        return Page(neutral(USE), f"there is one cluster, {clean(names[0], MAX_NAME_CHARS)}", "", ())
    meant = f"and {clean(names[0], MAX_NAME_CHARS)} is meant" if sure else "so a question has to name one"
    return Page(neutral(USE), f"this channel has no cluster of its own, {meant}", "", (_choose(names),))


def _choose(names: Sequence[str]) -> Section:
    known = joined((name(clean(one, MAX_NAME_CHARS)),) for one in names[:NAMES_SHOWN])
    rest = f" {more(len(names) - NAMES_SHOWN, 'cluster')}" if len(names) > NAMES_SHOWN else ""
    how: Line = (plain(". To choose one: "), name("use NAME"))
    return Section((Words((plain("I look at "), *known, plain(rest), *how)),))


def _page(looked: Sequence[Looked], sure: bool, own: str, detail: Detail) -> Page:
    lines = [_line(one, detail) for one in looked[: detail.listed]]
    if len(looked) > len(lines):
        lines.append((plain(more(len(looked) - len(lines), "cluster")),))
    said = "It need not be named." if len(looked) == 1 else "A cluster's name goes after the other words."
    if own in {one.cluster for one in looked} and len(looked) > 1:
        said += f" Here {clean(own, MAX_NAME_CHARS)} is meant when none is named."
    elif len(looked) > 1 and sure:
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
