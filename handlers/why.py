"""`why POD|NODE`: one object's way step by step, and where it stops."""

from dataclasses import replace

from checks.way import NotFound, why
from handlers.answer import Kind, begin
from handlers.command import Desk, Task, Word
from handlers.question import Question
from handlers.render.answer import Lay, Material
from handlers.render.message import Message
from handlers.render.way import way_page
from handlers.threads.evidence import EVIDENCE

KINDS = frozenset(("pod", "node", "deployment", "workload"))


def page(material: Material) -> Lay:
    """The way of what was named, through what the sweep had read."""
    if material.snapshot is None or not material.named:
        return way_page(NotFound("what that sweep had read is no longer in memory; check again"))
    return way_page(why(material.snapshot, material.named[0]))


WHY = Kind(
    word="why",
    page=page,
    least=1,
    most=1,
    asks="Why what?",
    names="object",
    nameless=EVIDENCE,  # in a thread about a cluster, its causes are asked for
    deep=True,
)


def _begin(question: Question, desk: Desk) -> Message | Task:
    """``why pod NAME`` is ``why NAME``."""
    spoken = len(question.others) > 1 and question.others[0].lower() in KINDS
    others = question.others[1:] if spoken else question.others
    return begin(WHY, replace(question, others=others), desk)


WORD = Word(
    word="why",
    usage="why POD|NODE",
    about="follows one pod, workload or node step by step and says where it stops",
    begin=_begin,
    page=page,
    needs=1,
)
