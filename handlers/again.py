"""`check again`: the status from a new sweep, and before it what changed since the thread's last look."""

from dataclasses import replace

from handlers.answer import Asked, Kind, begin
from handlers.command import Desk, Task, Word
from handlers.problems.noted import noted
from handlers.question import Question
from handlers.render.compared import compared_blocks
from handlers.render.message import Message
from handlers.threads.since import since_look
from handlers.work import Seen


def _draw(seen: Seen, asked: Asked, desk: Desk) -> Message:
    if asked.thread is None:
        return noted(desk.pages.of(seen), asked.cluster, desk)
    since = since_look(asked.thread, seen.report)
    message = compared_blocks(seen.report, since, now=desk.now(), age_s=seen.age_s)
    return noted(message, asked.cluster, desk)


AGAIN = Kind(word="check", draw=_draw)


def again(question: Question, desk: Desk) -> Message | Task:
    """The task that looks anew, however young the last report is."""
    others = question.others
    spoken = bool(others) and others[0].lower().rstrip("?!.,") == "again"
    return begin(AGAIN, replace(question, others=others[1:] if spoken else others, fresh=True), desk)


WORD = Word(
    word=AGAIN.word,
    also=("again", "recheck"),
    usage="check again",
    about="looks anew, however young the last report is, and says what changed since a thread's last look",
    begin=again,
)
