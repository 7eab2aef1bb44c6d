"""The audit stream in words: who asked what, where, when, and what came of it; the newest first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.gate.journal import Entry
from handlers.outcome import Outcome
from handlers.render.answer import Lay, neutral, unknown
from handlers.render.blocks import error_blocks, fitted
from handlers.render.detail import LISTS, Detail
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.page import Bullets, Item, Line, Page, Section, Words, channel, name, person, plain
from handlers.render.told import told
from handlers.render.words import MAX_NAME_CHARS, counted, moment, more, span

WORD = "Audit"
MAX_WHAT_CHARS = 120
DIRECT = "D"
"""How the id of a direct message begins."""
ROWS = (100, 70, 40, 20, 10, 3)


def audit_message(
    entries: Sequence[Entry], *, most: int, everybody: bool, since: timedelta | None = None
) -> Message:
    """The newest of the entries, at most so many, each with what it was answered with."""
    lay = audit_page(entries, most=most, everybody=everybody, since=since)
    ladder = [replace(LISTS[0], listed=min(rows, most)) for rows in ROWS]
    return fitted(told(lay(ladder[0])), lay, ladder)


def audit_page(
    entries: Sequence[Entry], *, most: int, everybody: bool, since: timedelta | None = None
) -> Lay:
    """The same as a page; ``entries`` are the oldest first."""
    answers = {entry.id: entry for entry in entries if not entry.what}
    deeds = [entry for entry in reversed(entries) if entry.what]
    return lambda detail: _page(deeds, answers, most, everybody, since, detail)


def _page(
    deeds: Sequence[Entry],
    answers: dict[str, Entry],
    most: int,
    everybody: bool,
    since: timedelta | None,
    detail: Detail,
) -> Page:
    shown = deeds[: min(most, detail.listed)]
    whose = "of everybody" if everybody else "of yours"
    when = f" in the last {span(since.total_seconds())}" if since else ""
    if not deeds:
        return Page(neutral(WORD), f"nothing {whose} is kept{when}", "", _notes(everybody))
    items: list[Item] = [Bullets(tuple(_line(deed, answers.get(deed.id), everybody) for deed in shown))]
    if len(shown) < len(deeds):
        rest = more(len(deeds) - len(shown), "entry") + "; "
        items.append(Words((plain(rest), name("audit export"), plain(" brings them all as a file"))))
    first = f"{counted(len(deeds), 'entry')} {whose}{when}, the newest first"
    return Page(neutral(WORD), first, "", (Section(tuple(items)), *_notes(everybody)))


def _notes(everybody: bool) -> tuple[Section, ...]:
    if everybody:
        return ()
    said = "What others asked is shown to those whom a rule with the right “audit” names."
    return (Section((Words((plain(said),)),)),)


def _line(deed: Entry, answer: Entry | None, everybody: bool) -> Line:
    pieces = [plain(f"{moment(deed.at)} ")]
    if everybody:
        pieces += [person(deed.user), plain(" ")]
    if deed.channel.startswith(DIRECT):  # Slack shows no name for it, not even to whoever is in it
        pieces.append(plain("in a direct message "))
    elif deed.channel:
        pieces += [plain("in "), channel(deed.channel), plain(" ")]
    pieces.append(name(clean(deed.what, MAX_WHAT_CHARS)))
    if deed.refused:
        pieces.append(plain(f": refused, {clean(deed.refused, MAX_NAME_CHARS)}"))
    elif answer is not None:
        pieces.append(plain(f": {clean(answer.cluster, MAX_NAME_CHARS)} {clean(answer.verdict, 20)}"))
    return tuple(pieces)


def export_message(outcome: Outcome | None, count: int) -> Message:
    """What became of the file; None when there was nothing to put into it."""
    if outcome is None:
        page = Page(unknown(WORD), "there is nothing to bring: no entry is kept", "", ())
        return fitted(told(page), lambda detail: page, LISTS)
    if not outcome:
        why = outcome.code or "no reason given"
        scope = f" ({outcome.needed})" if outcome.needed else ""
        return error_blocks("The audit stream was not brought.", f"Slack refused the file: {why}{scope}.")
    page = Page(neutral(WORD), f"{counted(count, 'entry')} brought to our direct message as a file", "", ())
    return fitted(told(page), lambda detail: page, LISTS)
