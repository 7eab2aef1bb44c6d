"""The *Check again* button: its message shows a new sweep, and becomes the same answer anew.

A status then says what changed since its message last showed it."""

from handlers.again import AGAIN, again
from handlers.choose import choose
from handlers.command import Click, Desk, Task
from handlers.gestures import Clicked
from handlers.question import COMMAND, Question
from handlers.render.message import Message
from handlers.render.status import CHECK_AGAIN


def _begin(click: Clicked, desk: Desk) -> Message | Task:
    """The task that sweeps anew; the status, where the button names a word that there is no longer.

    A cluster that there is no longer is told to whoever clicked: no other may take its place.
    """
    cluster, said, *named = *click.value.split("\n"), ""
    known = choose((cluster,), desk.sweeps.names, sure=False)
    if isinstance(known, Message):
        return known
    word = next((word for word in desk.words if word.word == said and word.again), desk.words[0])
    question = Question(
        command=COMMAND,
        word=word.word,
        others=(*(one for one in named if one), known),
        place=click.place,
        delivery=click.delivery,
        fresh=True,
    )
    return again(question, desk) if word.word in ("status", AGAIN.word) else word.begin(question, desk)


CLICK = Click(action=CHECK_AGAIN, begin=_begin)
