"""What the bot answers to: words, clicks, dialogs, shortcuts, events and timers; what answers are made with.

Each is a value in a file of its own, named in bot/app.py. ``begin`` runs in the thread whose ack is awaited:
it reads what it was given, and leaves the work to the Task that it returns.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from checks.report import Report
from handlers.chat import Chat
from handlers.digests.model import Schedule
from handlers.gestures import Clicked, Picked, Submitted
from handlers.pages import Pages
from handlers.question import Question
from handlers.render.answer import PageOf
from handlers.render.message import Block, Message
from handlers.rights import Gate, Open, Right
from handlers.store import Store
from handlers.work import Deliveries, Recorder, Sweeps, Vitals

Task = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an answer is made with. ``every_s`` is the least time between two progress edits of a message.

    ``fixed_digests`` are those of the settings. Without ``pictures`` charts are lines of text.
    ``unasked_per_day`` is how many messages a channel gets at most that nobody asked for, digests not
    counted.
    """

    chat: Chat
    sweeps: Sweeps
    deliveries: Deliveries
    store: Store
    book: "Book" = field(repr=False)
    pages: Pages
    now: Callable[[], datetime]
    vitals: Callable[[], Vitals]
    gate: Gate = field(default_factory=Open)
    recorder: Recorder | None = None
    fixed_digests: Sequence[Schedule] = ()
    every_s: float = 3.0
    pictures: bool = True
    unasked_per_day: int = 3

    @property
    def words(self) -> "Sequence[Word]":
        """The words there are."""
        return self.book.words

    def word(self, said: str) -> "Word | None":
        """The word that is meant by what was said, if there is one."""
        return next((word for word in self.words if said == word.word or said in word.also), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Everything the bot answers to. ``after`` is told of every report that a sweep gave, asked or not."""

    words: "Sequence[Word]"
    clicks: "Sequence[Click]" = ()
    forms: "Sequence[Form]" = ()
    shortcuts: "Sequence[Shortcut]" = ()
    events: "Sequence[Event]" = ()
    timers: "Sequence[Timer]" = ()
    after: Sequence[Callable[[Report, Desk], None]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word; ``begin`` answers the one who asked at once, with a Message, or gives a Task for the pool.

    ``page`` is the same answer where there is no Slack, or None when there is none without it. ``again``
    words may stand behind a *Check again* button. ``needs`` so many names after it. ``also`` are
    other words that mean it and are not listed. ``right_of`` tells the
    right that a question needs where that depends on what follows the word.
    """

    word: str
    usage: str
    about: str
    begin: Callable[[Question, Desk], Message | Task]
    page: PageOf | None = None
    again: bool = True
    needs: int = 0
    also: tuple[str, ...] = ()
    right: Right = Right.READ
    right_of: Callable[[Sequence[str]], Right] | None = None

    def needed(self, others: Sequence[str]) -> Right:
        """The right that a question with these words after it needs."""
        return self.right_of(others) if self.right_of else self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A button or menu; ``action`` is the part of its action_id before a colon."""

    action: str
    begin: Callable[[Clicked, Desk], Message | Task]
    right: Right = Right.READ


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong in a dialog, by block_id, each a short sentence; the dialog stays open."""

    by_block: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """The view that takes the dialog's place."""

    view: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A dialog, by its callback_id."""

    callback: str
    begin: Callable[[Submitted, Desk], Task | Faults | Step]
    right: Right = Right.READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A message shortcut, by its callback_id."""

    callback: str
    begin: Callable[[Picked, Desk], Message | Task]
    right: Right = Right.READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of Slack's besides what was said to the bot; ``begin`` gets its payload, None is no work."""

    kind: str
    begin: Callable[[Mapping[str, object], Desk], Task | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Something done again and again; with several replicas each of them does it, and claims what it does."""

    name: str
    every: timedelta
    run: Callable[[Desk], None]
