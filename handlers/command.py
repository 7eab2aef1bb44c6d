"""What a word after /cilium is: how it is explained, and how it begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handlers.chat import Chat
from handlers.pages import Pages
from handlers.question import Question
from handlers.render.answer import PageOf
from handlers.render.message import Message
from handlers.work import Deliveries, Sweeps, Vitals

Task = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an answer is made with. ``every_s`` is the least time between two progress edits of a message."""

    chat: Chat
    sweeps: Sweeps
    deliveries: Deliveries
    words: "Sequence[Word]" = field(repr=False)
    pages: Pages
    now: Callable[[], datetime]
    vitals: Callable[[], Vitals]
    every_s: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word; ``begin`` answers the one who asked at once, with a Message, or gives a Task for the pool.

    ``page`` is the same answer where there is no Slack, or None when there is none without it. ``again``
    words may stand behind a *Check again* button. ``needs`` so many names after it.
    """

    word: str
    usage: str
    about: str
    begin: Callable[[Question, Desk], Message | Task]
    page: PageOf | None = None
    again: bool = True
    needs: int = 0
