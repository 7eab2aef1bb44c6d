"""What a thread is about, and what was looked at in it: kept for two weeks, bounded, for all replicas."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from checks.report import Report
from handlers.outcome import Outcome
from handlers.question import Place
from handlers.render.escape import cut
from handlers.store import Drawer, Store, StoreError

logger = logging.getLogger(__name__)

KEPT = timedelta(days=14)
MOST_LOOKS = 20
MAX_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is spoken of: a cluster, and perhaps a pod ("namespace/name", or a workload's) or a node in it."""

    cluster: str = ""
    pod: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One answer from a report: who asked what, when, of which report, and its first line."""

    at: datetime
    user: str
    asked: str
    cluster: str
    taken_at: datetime
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread as the bot knows it. ``last`` is the outline of the report last shown.

    ``lost`` stands for a thread of which nothing is known because the store could not be asked.
    """

    subject: Subject = Subject()
    looks: tuple[Look, ...] = ()
    last: Report | None = None
    more: int = 0  # looks that are no longer kept
    lost: bool = False


NEW, LOST = Thread(), Thread(lost=True)
THREADS: Drawer[Thread] = Drawer(Thread, keep=KEPT)


def root(place: Place) -> str:
    """The first message of the place's thread; a message alone may begin one; "" for none."""
    return place.thread_ts or place.message_ts or ""


def recall(store: Store, place: Place) -> Thread | None:
    """The place's thread: NEW where nothing is known of it, LOST where the store is away, None for none."""
    if not (place.channel and root(place)):
        return None
    try:
        return THREADS.get(store, _key(place.channel, root(place))) or NEW
    except StoreError as error:
        logger.warning("a thread is not remembered: %s", error)
        return LOST


def remember(
    store: Store, place: Place, outcome: Outcome, subject: Subject, look: Look, shown: Report
) -> None:
    """Add a look to its thread; what only one person saw is kept out. ``shown`` is an outline."""
    ts = place.thread_ts or outcome.ts
    channel = outcome.channel or place.channel
    if not outcome or place.quiet or not (ts and channel):
        return

    def change(known: Thread | None) -> Thread:
        return _with(known or NEW, subject, look, shown)

    try:
        THREADS.change(store, _key(channel, ts), change)
    except StoreError as error:
        logger.warning("a look is not remembered: %s", error)


def about(store: Store, channel: str, ts: str, cluster: str) -> None:
    """Let the thread under a message that nobody asked for know its cluster."""
    try:
        THREADS.change(
            store, _key(channel, ts), lambda known: known or Thread(subject=Subject(cluster=cluster))
        )
    except StoreError as error:
        logger.warning("what a thread is about is not remembered: %s", error)


def _with(known: Thread, subject: Subject, look: Look, shown: Report) -> Thread:
    look = replace(look, asked=cut(look.asked, MAX_CHARS), told=cut(look.told, MAX_CHARS))
    looks = (*known.looks, look)
    newer = known.last is None or known.last.cluster != shown.cluster or known.last.taken_at <= shown.taken_at
    return Thread(
        subject=_narrowed(known.subject, subject),
        looks=looks[-MOST_LOOKS:],
        last=shown if newer else known.last,
        more=known.more + len(looks[:-MOST_LOOKS]),
    )


def _narrowed(known: Subject, said: Subject) -> Subject:
    """What was named last stays the subject until another is named, or another cluster."""
    if said.cluster != known.cluster or said.pod or said.node:
        return said
    return known


def _key(channel: str, ts: str) -> str:
    return f"cilium:thread:{channel}:{ts}"
