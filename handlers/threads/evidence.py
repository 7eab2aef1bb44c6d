"""`evidence [ID]`: what proves each cause, what to run, how to see that it worked; and its button."""

from dataclasses import replace
from datetime import timedelta

from handlers.answer import Kind, begin, report_word
from handlers.command import Click, Desk, Task
from handlers.gestures import Clicked
from handlers.question import COMMAND, Place, Question
from handlers.render import status
from handlers.render.evidence import evidence_page
from handlers.render.message import Message

EVIDENCE = Kind(word="evidence", page=evidence_page, most=1, oldest=timedelta(minutes=15))
"""Of the report that was just talked about: it does not look anew for that."""

WORD = report_word(
    EVIDENCE,
    usage="evidence [ID]",
    about="shows what proves each cause, what to run and how to see that it worked; of one, given its id",
)


def in_thread(place: Place) -> Place:
    """A new message in the thread of the one that was clicked."""
    return replace(place, message_ts=None, thread_ts=place.thread_ts or place.message_ts)


def clicked(click: Clicked, word: str, desk: Desk, *, cluster: str = "") -> Question:
    """The question behind a button that names a cluster; one that there is no longer is left out."""
    named = cluster or click.value
    return Question(
        command=COMMAND,
        word=word,
        others=(named,) if named in desk.sweeps.names else (),
        place=in_thread(click.place),
        delivery=click.delivery,
    )


def _begin(click: Clicked, desk: Desk) -> Message | Task:
    return begin(EVIDENCE, clicked(click, EVIDENCE.word, desk), desk)


CLICK = Click(action=status.EVIDENCE, begin=_begin)
