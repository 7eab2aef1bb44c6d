"""The menu under a diagnosis: hand over, and *This is wrong*."""

from handlers.command import Click, Desk, Task
from handlers.gestures import Clicked
from handlers.render.blocks import error_blocks
from handlers.render.message import Message
from handlers.render.status import HANDOFF, MORE, WRONG
from handlers.threads.handoff import hand_over
from handlers.threads.wrong import ask


def _begin(click: Clicked, desk: Desk) -> Message | Task:
    """What the chosen line asks for; it went through somebody's client and may be anything."""
    what, _, cluster = click.value.partition("\n")
    if cluster in desk.sweeps.names and what == HANDOFF:
        return hand_over(click, cluster, desk)
    if cluster in desk.sweeps.names and what == WRONG:
        return ask(click, cluster, desk)
    return error_blocks("That cluster is no longer behind me.", "`clusters` lists those that are.")


CLICK = Click(action=MORE, begin=_begin)
