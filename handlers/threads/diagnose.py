"""*Diagnose this message*: what an alert names is looked up, and answered in its thread."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from handlers.answer import Asked, show
from handlers.choose import choose
from handlers.command import Desk, Shortcut, Task
from handlers.gestures import Picked
from handlers.outcome import Problem
from handlers.question import COMMAND, Question
from handlers.render.blocks import error_blocks
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.words import MAX_NAME_CHARS, more
from handlers.status import STATUS
from handlers.threads.named import Known, Named, known_of, named_in
from handlers.why import WHY

CALLBACK = "diagnose_message"
NOT_MEMBER = error_blocks(
    "I am not in this channel, so that I cannot answer in the message's thread.",
    "Invite me and choose it again. What I found follows, for you alone.",
)


def _begin(pick: Picked, desk: Desk) -> Message | Task:
    return partial(_diagnose, pick, desk)


def _diagnose(pick: Picked, desk: Desk) -> None:
    if not desk.deliveries.first(pick.delivery):
        return
    sweeps = desk.sweeps
    named = named_in(pick.message, _known(desk), sweeps.names, sure=sweeps.sure)
    cluster = named.subject.cluster
    if not cluster:
        desk.chat.whisper(pick.place, _unclear(named, desk))
        return
    thing = named.subject.pod or named.subject.node
    kind = WHY if thing else STATUS
    asked = Asked(named=(thing,) if thing else (), cluster=cluster, understood=understood(named))
    place = replace(pick.place, response_url="")  # it cannot answer in a thread
    question = Question(
        command=COMMAND, word=kind.word, others=(*asked.named, cluster), place=place, delivery=""
    )
    shown = show(kind, asked, question, desk)
    if shown is not None and shown.outcome.problem is Problem.CHANNEL:
        desk.chat.whisper(pick.place, NOT_MEMBER)
        desk.chat.whisper(pick.place, shown.message)


def _known(desk: Desk) -> Sequence[Known]:
    """The names in every cluster's last report."""
    seen = [desk.sweeps.last(name) for name in desk.sweeps.names]
    return [known_of(one.report, desk.sweeps.snapshot(one.report)) for one in seen if one is not None]


def understood(named: Named) -> str:
    """What was read from the message, in a sentence; what is not said there is not claimed."""
    subject = named.subject
    cluster = clean(subject.cluster, MAX_NAME_CHARS)
    if subject.pod:
        told = f"The message names pod or workload {clean(subject.pod, MAX_NAME_CHARS)}, in {cluster}"
    elif subject.node:
        told = f"The message names node {clean(subject.node, MAX_NAME_CHARS)}, in {cluster}"
    else:
        told = f"The message names no pod or node that I know in {cluster}: this is all of it"
    left = f", {more(named.more, 'name')}" if named.more else ""
    strange = clean(named.strange, MAX_NAME_CHARS)
    other = f" It speaks of a cluster “{strange}”, which I do not know." if named.strange else ""
    return f"{told}{left}.{other}"


def _unclear(named: Named, desk: Desk) -> Message:
    if named.strange:
        strange = clean(named.strange, MAX_NAME_CHARS)
        title = f"That message speaks of a cluster “{strange}”, which I do not know."
        return error_blocks(title, f"I look at {', '.join(desk.sweeps.names[:5])}.")
    asks = choose((), desk.sweeps.names, sure=False)
    assert isinstance(asks, Message)  # nothing is named and nothing is sure
    return asks


SHORTCUT = Shortcut(callback=CALLBACK, begin=_begin)
