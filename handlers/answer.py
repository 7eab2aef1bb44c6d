"""Answers that are made from a report: one young enough, else one sweep's that the message follows.

In a thread a question needs no names: what it lacks is the thread's subject. It never guesses a cluster.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Literal

from checks.report import Report
from handlers.choose import choose
from handlers.command import Desk, Task, Word
from handlers.following import Draw, Shown, follow
from handlers.own import own_of
from handlers.problems.noted import noted
from handlers.question import Place, Question
from handlers.render.answer import Material, PageOf, again_value, answer_blocks, prefaced
from handlers.render.blocks import error_blocks
from handlers.render.message import Message
from handlers.render.status import diagnosis_menu
from handlers.store import StoreError
from handlers.threads import memory
from handlers.threads.memory import Look, Subject, Thread
from handlers.threads.outline import outline
from handlers.work import Seen, Sweep

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is wanted: what was named after the word, of which cluster, and its thread (None: none).

    ``understood`` is said above the answer, where the question was read from something.
    """

    named: tuple[str, ...]
    cluster: str
    thread: Thread | None = None
    understood: str = ""


DrawOf = Callable[[Seen, Asked, Desk], Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What an answer shows: the whole status, a ``page`` of it, or what ``draw`` makes of it and its thread.

    ``least`` and ``most`` names follow the word; ``asks`` is the question when one is missing. ``names`` is
    what they name, to be taken from a thread's subject; ``nameless`` answers where that has none either.
    ``deep`` pages are made from what the sweep had read, not from its report alone. A report as old as
    ``oldest`` will do, where that is given. ``then`` is done once it stands.
    """

    word: str
    page: PageOf | None = None
    draw: DrawOf | None = None
    least: int = 0
    most: int = 0
    asks: str = ""
    names: Literal["", "node", "object"] = ""
    nameless: "Kind | None" = None
    deep: bool = False
    oldest: timedelta | None = None
    then: "Callable[[Shown, Asked, Question, Desk], None] | None" = None


def report_word(kind: Kind, *, usage: str, about: str, page: PageOf | None = None) -> Word:
    """The word whose answers are of this kind; ``page`` is shown where there is no Slack."""
    return Word(
        word=kind.word,
        usage=usage,
        about=about,
        begin=lambda question, desk: begin(kind, question, desk),
        page=kind.page or page,
        needs=kind.least,
    )


def begin(kind: Kind, question: Question, desk: Desk) -> Message | Task:
    """The task that answers; or at once, what is missing or not known in the question.

    What a thread is about, and which cluster a channel means, is looked up in the task.
    """
    if question.place.thread_ts is not None or _unclear(kind, question, desk):
        return partial(_look_up, kind, question, desk)
    asked = meant(kind, question, desk, Subject())
    return asked if isinstance(asked, Message) else partial(answer, kind, asked, question, desk)


def _unclear(kind: Kind, question: Question, desk: Desk) -> bool:
    """Whether nothing but the cluster is missing, and it may be any of several."""
    named, others = _parted(kind, question.others, desk.sweeps.names)
    return len(named) >= kind.least and not others and len(desk.sweeps.names) > 1


def _look_up(kind: Kind, question: Question, desk: Desk) -> None:
    """Answer with what the thread and the channel know."""
    thread = memory.recall(desk.store, question.place) or memory.NEW
    own = own_cluster(question.place, desk)
    asked = meant(kind, question, desk, thread.subject, own)
    if isinstance(asked, Message) and kind.nameless is not None and question.place.thread_ts:
        other = meant(kind.nameless, question, desk, thread.subject, own)
        kind, asked = (kind, asked) if isinstance(other, Message) else (kind.nameless, other)
    if not isinstance(asked, Message):
        answer(kind, asked, question, desk)
    elif question.place.response_url:
        desk.chat.whisper(question.place, asked)
    else:
        desk.chat.at(question.place).finish(asked)


def own_cluster(place: Place, desk: Desk) -> str:
    """The channel's own cluster; "" for none, and where the store is away."""
    try:
        own = own_of(desk.store, place.channel) if len(desk.sweeps.names) > 1 else None
    except StoreError as error:
        logger.warning("which cluster %s means is not known: %s", place.channel, error)
        return ""
    return own.cluster if own is not None else ""


def meant(kind: Kind, question: Question, desk: Desk, subject: Subject, own: str = "") -> Asked | Message:
    """What is asked for: as named, else the thread's subject, else of the channel's ``own`` cluster.

    A message says what is missing.
    """
    names = desk.sweeps.names
    named, others = _parted(kind, question.others, names)
    if others and others[0] != subject.cluster:
        subject = Subject()  # of another cluster nothing is known here
    known = _named(kind, subject)
    if len(named) < kind.least and known:
        named = (known,)
    if len(named) < kind.least:
        return error_blocks(kind.asks, f"A name goes after the word: `{kind.word} NAME`.")
    silent = [name for name in (subject.cluster, own) if name in names][:1]
    cluster = choose(others or silent, names, sure=desk.sweeps.sure)
    return cluster if isinstance(cluster, Message) else Asked(named=named, cluster=cluster)


def _named(kind: Kind, subject: Subject) -> str:
    return {"node": subject.node, "object": subject.pod or subject.node}.get(kind.names, "")


def _parted(kind: Kind, others: Sequence[str], clusters: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The names that the word asks for, and what may be a cluster's: the last one, when it is one."""
    rest = list(others)
    last = [rest.pop()] if len(rest) > kind.least and rest[-1] in clusters else []
    return tuple(rest[: kind.most]), [*rest[kind.most :], *last]


def answer(kind: Kind, asked: Asked, question: Question, desk: Desk) -> None:
    """Answer with a report that is young enough, else sweep; a delivery that came before is passed over."""
    show(kind, asked, question, desk)


def show(kind: Kind, asked: Asked, question: Question, desk: Desk) -> Shown | None:
    """The same, and what became of it; None where there was nothing to show, or it was shown before."""
    if not desk.deliveries.first(question.delivery):
        return None
    place = question.place
    if kind.draw is not None:
        asked = replace(asked, thread=memory.recall(desk.store, place))
    found = _found(kind, asked.cluster, question, desk)
    draw = partial(_above, asked.understood, partial(drawn, kind, asked, desk))
    if isinstance(found, Seen):
        message = draw(found)
        shown: Shown | None = Shown(found.report, message, desk.chat.at(place).finish(message))
    else:
        shown = follow(found, place, asked.cluster, desk, draw)
    if shown is None:
        return None
    desk.gate.answered(shown.report)
    _remember(kind, asked, question, desk, shown)
    if kind.then is not None:
        kind.then(shown, asked, question, desk)
    return shown


def _found(kind: Kind, cluster: str, question: Question, desk: Desk) -> Seen | Sweep:
    last = desk.sweeps.last(cluster) if kind.oldest and not question.fresh else None
    if kind.oldest and last is not None and (last.age_s or 0.0) <= kind.oldest.total_seconds():
        return last
    found = desk.sweeps.join(cluster) if question.fresh else desk.sweeps.ask(cluster)
    if isinstance(found, Seen) and kind.deep and desk.sweeps.snapshot(found.report) is None:
        return desk.sweeps.join(cluster)  # another process made that report
    return found


def _remember(kind: Kind, asked: Asked, question: Question, desk: Desk, shown: Shown) -> None:
    report = shown.report
    look = Look(
        at=desk.now(),
        user=question.place.user,
        asked=" ".join((kind.word, *asked.named)),
        cluster=report.cluster,
        taken_at=report.taken_at,
        told=shown.message.text.partition("\n")[0],
    )
    subject = _subject(kind, asked, report)
    memory.remember(desk.store, question.place, shown.outcome, subject, look, outline(report))


def _subject(kind: Kind, asked: Asked, report: Report) -> Subject:
    name = asked.named[0] if asked.named and kind.names else ""
    if not name:
        return Subject(cluster=asked.cluster)
    is_node = kind.names == "node" or any(node.name == name for node in report.facts.nodes_detail)
    named = {"node": name} if is_node else {"pod": name}
    return Subject(cluster=asked.cluster, **named)


def _above(understood: str, draw: Draw, seen: Seen) -> Message:
    return prefaced(draw(seen), understood) if understood else draw(seen)


def drawn(kind: Kind, asked: Asked, desk: Desk, seen: Seen) -> Message:
    """What this kind of answer shows of a report."""
    if kind.draw is not None:
        return kind.draw(seen, asked, desk)
    if kind.page is None:
        return noted(desk.pages.of(seen), asked.cluster, desk)
    named, report = asked.named, seen.report
    if not kind.deep:
        lay = kind.page(Material(report=report, named=named))
        return desk.pages.of(seen, kind.word, named, lay)
    lay = kind.page(Material(report=report, named=named, snapshot=desk.sweeps.snapshot(report)))
    again = again_value(report.cluster, kind.word, named)
    menu = diagnosis_menu(report.cluster)
    return answer_blocks(lay, report, again, now=desk.now(), age_s=seen.age_s, menu=menu)
