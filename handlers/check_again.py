"""The *Check again* button: its message shows a new sweep, and becomes the same answer anew.

A status then says what changed since its message last showed it."""

from handlers.again import AGAIN, again
from handlers.command import Click, Desk, Task
from handlers.gestures import Clicked
from handlers.question import COMMAND, Question
from handlers.render.message import Message
from handlers.render.status import CHECK_AGAIN


def _begin(click: Clicked, desk: Desk) -> Message | Task:
    """The task that sweeps anew.

    The button may name a word or a cluster that there is no longer; the first cluster's status stands in.
    """
    cluster, said, *named = *click.value.split("\n"), ""
    names = desk.sweeps.names
    known = cluster if cluster in names else names[0]
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
