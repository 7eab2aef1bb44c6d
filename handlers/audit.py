"""`audit`: who asked what, where and when, and what came of it; one's own entries, or with the right all."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from handlers.command import Desk, Task, Word
from handlers.gate import journal
from handlers.gate.journal import Entry
from handlers.outcome import Outcome, Problem
from handlers.problems.terms import BadTerm, term
from handlers.question import Place, Question
from handlers.render.audit import audit_message, export_message
from handlers.render.blocks import error_blocks
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.rights import Right
from handlers.store import StoreError

logger = logging.getLogger(__name__)

SHOWN, MOST_SHOWN = 20, 100
USAGE = "audit [N] [since 2d] [export]"


class _Misread(Exception):
    """What follows the word is not understood; the text quotes it."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How many of the newest entries, how old they may be, and whether as a file: then all of them."""

    most: int = SHOWN
    since: timedelta | None = None
    export: bool = False


def _begin(question: Question, desk: Desk) -> Message | Task:
    try:
        wanted = _wanted(question.others)
    except _Misread as error:
        return error_blocks(
            f"I do not understand “{error}” after audit.",
            f"What may follow it: `{USAGE}`, with N up to {MOST_SHOWN}.",
        )
    except BadTerm as error:
        return error_blocks(str(error), f"What may follow the word: `{USAGE}`.")
    return partial(_answer, wanted, question, desk)


def _wanted(others: Sequence[str]) -> _Wanted:
    """Raises _Misread and BadTerm."""
    wanted = _Wanted()
    rest = [word.lower() for word in others]
    while rest:
        word = rest.pop(0)
        if word == "export":
            wanted = replace(wanted, export=True)
        elif word == "since" and rest:
            wanted = replace(wanted, since=term(rest.pop(0)))
        elif word.isascii() and word.isdigit() and 0 < int(word) <= MOST_SHOWN:
            wanted = replace(wanted, most=int(word))
        else:
            raise _Misread(clean(word, 40))
    return wanted


def _answer(wanted: _Wanted, question: Question, desk: Desk) -> None:
    """Tell the one who asked, and nobody else."""
    if not desk.deliveries.first(question.delivery):
        return
    place = question.place
    alone = replace(place, quiet=place.quiet or not place.channel.startswith("D"))
    desk.chat.at(alone).finish(_message(wanted, place, desk))


def _message(wanted: _Wanted, place: Place, desk: Desk) -> Message:
    everybody = desk.gate.allows(Right.AUDIT, place)
    try:
        entries = _entries(wanted, "" if everybody else place.user, desk)
    except StoreError as error:
        logger.warning("the audit stream is not read: %s", error)
        return error_blocks("The audit stream cannot be read.", "My store does not answer; ask in a minute.")
    if not wanted.export:
        return audit_message(entries, most=wanted.most, everybody=everybody, since=wanted.since)
    return export_message(_export(entries, place.user, desk) if entries else None, len(entries))


def _entries(wanted: _Wanted, user: str, desk: Desk) -> Sequence[Entry]:
    """The entries, the oldest first; of one user, or of all when that is "". Raises StoreError."""
    after = None if wanted.since is None else desk.now() - wanted.since
    kept = journal.read(desk.store)
    return [e for e in kept if user in ("", e.user) and (after is None or e.at >= after)]


def _export(entries: Sequence[Entry], user: str, desk: Desk) -> Outcome:
    """Bring the entries as a file to the direct message of the one who asked."""
    channel = desk.chat.dm(user)
    if not channel:
        return Outcome(problem=Problem.REFUSED, code="conversations.open")
    content = b"".join(journal.line(entry) + b"\n" for entry in entries)
    name = f"cilium-bot-audit-{desk.now():%Y-%m-%d}.jsonl"
    alt = f"{len(entries)} entries of the audit stream, one JSON object in each line"
    return desk.chat.upload(channel, None, name, content, title="Audit stream", alt=alt)


WORD = Word(
    word="audit",
    usage=USAGE,
    about="shows you what you asked, and with the right to it what everybody did, or brings it as a file",
    begin=_begin,
    again=False,
)
