"""`ack` and `silence`: what people type to take a problem on, or to hear no more of it for a while."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from handlers.command import Desk, Task, Word
from handlers.problems.deeds import AWAY, Deed, Kind, do
from handlers.problems.holds import Standing, standing
from handlers.problems.tell import ledger_of
from handlers.problems.terms import SAYS, BadTerm, Said, said
from handlers.question import Question
from handlers.render.blocks import error_blocks
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.problem_list import Listed, list_message
from handlers.rights import Right
from handlers.store import StoreError

MAX_SHOWN = 5
MAX_NAME_CHARS = 80
Open = Mapping[str, Mapping[str, Standing]]


@dataclass(frozen=True, slots=True)
class Meant:
    """The problems that somebody means, and the reason that they give."""

    cluster: str
    ids: tuple[str, ...]
    reason: str


def _begin(kind: Kind, question: Question, desk: Desk) -> Message | Task:
    if not question.others or (len(question.others) == 1 and question.others[0] in desk.sweeps.names):
        return partial(_list, question, desk)
    try:
        asked = said(question.others, desk.sweeps.names)
    except BadTerm as error:
        return error_blocks(str(error))
    if kind is Kind.SILENCE and (asked.term is None or not asked.reason):
        return error_blocks("A silence has an end and a reason: `silence PROBLEM for 2d REASON`.", SAYS)
    return partial(_do, kind, asked, question, desk)


def _list(question: Question, desk: Desk) -> None:
    """What is open, with buttons."""
    if not desk.deliveries.first(question.delivery):
        return
    try:
        message = list_message(
            {cluster: _listed(cluster, desk) for cluster in question.others or desk.sweeps.names}, desk.now()
        )
    except StoreError:
        message = error_blocks("My store does not answer, so I cannot tell which problems are open.")
    desk.chat.at(question.place).finish(message)


def _listed(cluster: str, desk: Desk) -> Listed:
    return Listed(standing(desk.store, cluster, desk.now()), ledger_of(cluster, desk).at)


def _open(clusters: Sequence[str], desk: Desk) -> Open:
    return {cluster: standing(desk.store, cluster, desk.now()) for cluster in clusters}


def _do(kind: Kind, asked: Said, question: Question, desk: Desk) -> None:
    if not desk.deliveries.first(question.delivery):
        return
    try:
        found = _meant(asked, question, desk)
    except StoreError:
        found = error_blocks(AWAY)
    if isinstance(found, Meant):
        place = question.place
        deed = Deed(
            kind=kind,
            cluster=found.cluster,
            ids=found.ids,
            place=place,
            term=asked.term,
            reason=found.reason,
        )
        found = do(deed, desk)
    desk.chat.at(question.place).finish(found)


def _meant(asked: Said, question: Question, desk: Desk) -> Meant | Message:
    """The problem that is named; without a name, those of the message whose thread this is."""
    named, cluster = (*asked.before, "", "")[:2]
    if cluster and cluster not in desk.sweeps.names:
        known = ", ".join(clean(name, MAX_NAME_CHARS) for name in desk.sweeps.names[:MAX_SHOWN])
        return error_blocks(
            f"I do not know a cluster “{clean(cluster, MAX_NAME_CHARS)}”.", f"I look at {known}."
        )
    open_ones = _open((cluster,) if cluster else desk.sweeps.names, desk)
    having = [name for name, found in open_ones.items() if named.lower() in found]
    if len(having) == 1:
        return Meant(having[0], (named.lower(),), asked.reason)
    if having:
        return error_blocks(
            f"Which cluster? {named.lower()} is open in several.",
            f"Its name goes after the problem's: {', '.join(having[:MAX_SHOWN])}.",
        )
    of_thread = _of_thread(open_ones, question)
    if of_thread is not None:
        more = " ".join(asked.before)
        return Meant(*of_thread, f"{more} {asked.reason}".strip())
    return _unknown(named, open_ones)


def _of_thread(open_ones: Open, question: Question) -> tuple[str, tuple[str, ...]] | None:
    here = (question.place.channel, question.place.thread_ts or "")
    for cluster, found in open_ones.items():
        ids = tuple(id for id, one in found.items() if here in one.messages)
        if ids:
            return cluster, ids
    return None


def _unknown(named: str, open_ones: Open) -> Message:
    ids = [id for found in open_ones.values() for id in found]
    near = difflib.get_close_matches(named.lower()[:MAX_NAME_CHARS], ids, n=1)
    if near:
        help = f"Did you mean {near[0]}?"
    elif ids:
        help = f"These are open: {', '.join(ids[:MAX_SHOWN])}."
    else:
        help = "I know of no open problem."
    shown = f" called “{clean(named, MAX_NAME_CHARS)}”" if named else ""
    return error_blocks(f"There is no open problem{shown}.", help)


def _right(others: Sequence[str]) -> Right:
    """The list is everybody's to read."""
    return Right.ACKNOWLEDGE if others else Right.READ


ACK = Word(
    word="ack",
    usage="ack [PROBLEM] [for 4h] [REASON]",
    about="says that you have taken a problem on; alone it lists the open ones",
    begin=partial(_begin, Kind.ACKNOWLEDGE),
    again=False,
    right=Right.ACKNOWLEDGE,
    right_of=_right,
)
SILENCE = Word(
    word="silence",
    usage="silence [PROBLEM for 2d REASON]",
    about="stops my unasked messages about a problem for a while; alone it lists the open ones",
    begin=partial(_begin, Kind.SILENCE),
    again=False,
    right=Right.ACKNOWLEDGE,
    right_of=_right,
)
