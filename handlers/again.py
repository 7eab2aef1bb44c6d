"""`check again`: the status from a new sweep, however young the last report is."""

from dataclasses import replace

from handlers.answer import begin
from handlers.command import Desk, Task, Word
from handlers.question import Question
from handlers.render.message import Message
from handlers.status import STATUS


def _begin(question: Question, desk: Desk) -> Message | Task:
    others = question.others[1:] if question.others[:1] in (("again",), ("Again",)) else question.others
    return begin(STATUS, replace(question, others=others, fresh=True), desk)


WORD = Word(
    word="check",
    usage="check again",
    about="is the status from a new sweep, however young the last one is",
    begin=_begin,
)
