"""The buttons under problems, for whoever clicks them."""

from functools import partial

from handlers.command import Click, Desk, Task
from handlers.gestures import Clicked
from handlers.problems.buttons import ACKNOWLEDGE, RELEASE, SILENCE, UNSILENCE, meant
from handlers.problems.deeds import Deed, Kind, do_and_tell
from handlers.problems.dialog import silence_view
from handlers.render.blocks import error_blocks
from handlers.rights import Right

LATE = "The dialog could not be opened."
INSTEAD = "Click again, or say it: `silence PROBLEM for 2d REASON`."


def _at_once(kind: Kind, click: Clicked, desk: Desk) -> Task:
    return partial(_do, kind, click, desk)


def _do(kind: Kind, click: Clicked, desk: Desk) -> None:
    cluster, ids = meant(click.value)
    if cluster in desk.sweeps.names and desk.deliveries.first(click.delivery):
        do_and_tell(Deed(kind=kind, cluster=cluster, ids=ids, place=click.place), desk)


def _ask(click: Clicked, desk: Desk) -> Task:
    return partial(_open, click, desk)


def _open(click: Clicked, desk: Desk) -> None:
    """Open the dialog first: the trigger lasts three seconds."""
    cluster, ids = meant(click.value)
    if cluster not in desk.sweeps.names or not ids:
        return
    if desk.chat.open_view(click.trigger, silence_view(click)) is None:
        desk.chat.whisper(click.place, error_blocks(LATE, INSTEAD))


CLICKS = (
    Click(action=ACKNOWLEDGE, begin=partial(_at_once, Kind.ACKNOWLEDGE), right=Right.ACKNOWLEDGE),
    Click(action=RELEASE, begin=partial(_at_once, Kind.RELEASE), right=Right.ACKNOWLEDGE),
    Click(action=SILENCE, begin=_ask, right=Right.ACKNOWLEDGE),
    Click(action=UNSILENCE, begin=partial(_at_once, Kind.UNSILENCE), right=Right.ACKNOWLEDGE),
)
