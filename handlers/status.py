"""`status`: one message that follows the sweep and becomes the report."""

import difflib
from collections.abc import Sequence
from functools import partial

from handlers.chat import Post
from handlers.command import Desk, Task, Word
from handlers.question import Place, Question
from handlers.render.blocks import error_blocks, progress_blocks, progress_line
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.work import Seen, Sweep, SweepFailed

MAX_NAME_CHARS = 100
NAMES_SHOWN = 5


def begin(question: Question, desk: Desk) -> Message | Task:
    """The task that answers; or at once, which cluster names there are, when the question's is none."""
    cluster = choose(question.others, desk.sweeps.names, sure=desk.sweeps.sure)
    if isinstance(cluster, Message):
        return cluster
    return partial(answer, question, cluster, desk)


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


def answer(question: Question, cluster: str, desk: Desk) -> None:
    """Answer with a report that is young enough, else sweep; a delivery that came before is passed over."""
    if not desk.deliveries.first(question.delivery):
        return
    found = desk.sweeps.ask(cluster)
    if isinstance(found, Seen):
        desk.chat.at(question.place).finish(desk.pages.of(found))
    else:
        follow(found, question.place, cluster, desk)


def follow(under_way: Sweep, place: Place, cluster: str, desk: Desk) -> None:
    """Show a sweep's progress and then its report, both in one message at ``place``."""
    post = desk.chat.at(place)
    try:
        post.progress(progress_blocks((), cluster=cluster))
        for lines in under_way.follow(desk.every_s):
            told = [progress_line(line.part, line.ok, line.seconds) for line in lines]
            post.progress(progress_blocks(told, cluster=cluster))
        post.finish(desk.pages.of(Seen(under_way.report())))
    except SweepFailed as error:
        _say_why(error, place, post, cluster, desk)


def _say_why(error: SweepFailed, place: Place, post: Post, cluster: str, desk: Desk) -> None:
    """In the place of the report; but where one stood, it comes back, and only who clicked is told."""
    last = desk.sweeps.last(cluster) if place.message_ts is not None else None
    if last is None:
        post.finish(error_blocks(error.title, error.help, cluster=cluster))
    else:
        post.finish(desk.pages.of(last))
        desk.chat.whisper(place, error_blocks(error.title, error.help))


WORD = Word(
    word="status",
    usage="status",
    about="says which limit binds: the verdict, the causes with what to do, and what could not be checked",
    begin=begin,
)
