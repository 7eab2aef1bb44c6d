"""Answers that are made from a report: one young enough, else one sweep's that the message follows."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from handlers.chat import Post
from handlers.command import Desk, Task, Word
from handlers.question import Place, Question
from handlers.render.answer import Material, PageOf, again_value, answer_blocks
from handlers.render.blocks import error_blocks, progress_blocks, progress_line
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.work import Seen, Sweep, SweepFailed

MAX_NAME_CHARS = 100
NAMES_SHOWN = 5

Draw = Callable[[Seen], Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What an answer shows: the whole status, or a ``page`` of it.

    ``least`` and ``most`` names follow the word; ``asks`` is the question when one is missing. ``deep`` pages
    are made from what the sweep had read, not from its report alone.
    """

    word: str
    page: PageOf | None = None
    least: int = 0
    most: int = 0
    asks: str = ""
    deep: bool = False


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
    """The task that answers; or at once, what is missing or not known in the question."""
    named, others = _parted(kind, question.others, desk.sweeps.names)
    if len(named) < kind.least:
        return error_blocks(kind.asks, f"A name goes after the word: `{kind.word} NAME`.")
    cluster = choose(others, desk.sweeps.names, sure=desk.sweeps.sure)
    if isinstance(cluster, Message):
        return cluster
    return partial(answer, kind, named, cluster, question, desk)


def _parted(kind: Kind, others: Sequence[str], clusters: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The names that the word asks for, and what may be a cluster's: the last one, when it is one."""
    rest = list(others)
    last = [rest.pop()] if len(rest) > kind.least and rest[-1] in clusters else []
    return tuple(rest[: kind.most]), [*rest[kind.most :], *last]


def choose(others: Sequence[str], names: Sequence[str], *, sure: bool) -> str | Message:
    """The cluster that is meant, or a message that says why that is unclear. It never guesses."""
    if others and others[0] in names:
        return others[0]
    if not others and sure:
        return names[0]
    known = ", ".join(clean(name, MAX_NAME_CHARS) for name in names[:NAMES_SHOWN])
    known += f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    if not others:
        return error_blocks("Which cluster?", f"I look at {known}; its name goes after the word.")
    near = difflib.get_close_matches(others[0][:MAX_NAME_CHARS], names, n=1)
    hint = f"Did you mean {clean(near[0], MAX_NAME_CHARS)}? " if near else ""
    said = clean(others[0], MAX_NAME_CHARS)
    return error_blocks(f"I do not know a cluster “{said}”.", f"{hint}I look at {known}.")


def answer(kind: Kind, named: tuple[str, ...], cluster: str, question: Question, desk: Desk) -> None:
    """Answer with a report that is young enough, else sweep; a delivery that came before is passed over."""
    if not desk.deliveries.first(question.delivery):
        return
    found = desk.sweeps.join(cluster) if question.fresh else desk.sweeps.ask(cluster)
    if isinstance(found, Seen) and kind.deep and desk.sweeps.snapshot(found.report) is None:
        found = desk.sweeps.join(cluster)  # another process made that report
    draw = partial(drawn, kind, named, desk)
    if isinstance(found, Seen):
        desk.chat.at(question.place).finish(draw(found))
    else:
        follow(found, question.place, cluster, desk, draw)


def drawn(kind: Kind, named: tuple[str, ...], desk: Desk, seen: Seen) -> Message:
    """What this kind of answer shows of a report."""
    if kind.page is None:
        return desk.pages.of(seen)
    if not kind.deep:
        lay = kind.page(Material(report=seen.report, named=named))
        return desk.pages.of(seen, kind.word, named, lay)
    lay = kind.page(Material(report=seen.report, named=named, snapshot=desk.sweeps.snapshot(seen.report)))
    again = again_value(seen.report.cluster, kind.word, named)
    return answer_blocks(lay, seen.report, again, now=desk.now(), age_s=seen.age_s)


def follow(under_way: Sweep, place: Place, cluster: str, desk: Desk, draw: Draw) -> None:
    """Show a sweep's progress and then what it brought, both in one message at ``place``."""
    post = desk.chat.at(place)
    try:
        post.progress(progress_blocks((), cluster=cluster))
        for lines in under_way.follow(desk.every_s):
            told = [progress_line(line.part, line.ok, line.seconds) for line in lines]
            post.progress(progress_blocks(told, cluster=cluster))
        post.finish(draw(Seen(under_way.report())))
    except SweepFailed as error:
        _say_why(error, place, post, cluster, desk, draw)


def _say_why(error: SweepFailed, place: Place, post: Post, cluster: str, desk: Desk, draw: Draw) -> None:
    """In the place of the report; but where one stood, it comes back, and only who clicked is told."""
    last = desk.sweeps.last(cluster) if place.message_ts is not None else None
    if last is None:
        post.finish(error_blocks(error.title, error.help, cluster=cluster))
    else:
        post.finish(draw(last))
        desk.chat.whisper(place, error_blocks(error.title, error.help))
