"""What people do about problems: the deed, the messages that show it, and an answer where none of them is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum

from handlers.command import Desk
from handlers.problems.holds import acknowledge, silence
from handlers.problems.model import Hold
from handlers.problems.tell import ledger_of, refresh
from handlers.question import Place
from handlers.render.blocks import error_blocks
from handlers.render.message import Message
from handlers.render.problem_list import done_message
from handlers.store import StoreError

AWAY = "My store does not answer, so nothing was changed."
CLOSED = "That problem is not open any more."


class Kind(Enum):
    """What is done, in the word that people read."""

    ACKNOWLEDGE = "Acknowledged"
    RELEASE = "No longer acknowledged"
    SILENCE = "Silenced"
    UNSILENCE = "No longer silenced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One deed on some problems of a cluster, by somebody at a place. ``term`` None has no end."""

    kind: Kind
    cluster: str
    ids: tuple[str, ...]
    place: Place
    term: timedelta | None = None
    reason: str = ""
    owner: str = ""


def do(deed: Deed, desk: Desk) -> Message:
    """Do it and show it in the problems' messages; what there is to say about it."""
    now = desk.now()
    by = deed.place.user
    until = now + deed.term if deed.term else None
    hold = Hold(by=by, owner=deed.owner or by, at=now, reason=deed.reason, until=until)
    kept = hold if deed.kind in (Kind.ACKNOWLEDGE, Kind.SILENCE) else None
    change = acknowledge if deed.kind in (Kind.ACKNOWLEDGE, Kind.RELEASE) else silence
    try:
        done = change(desk.store, deed.cluster, deed.ids, kept)
        if not done:
            return error_blocks(CLOSED)
        refresh(deed.cluster, desk)
    except StoreError:
        return error_blocks(AWAY, "Try again in a minute.")
    return done_message(deed.kind.value, deed.cluster, done, kept, by)


def do_and_tell(deed: Deed, desk: Desk) -> None:
    """Do what was clicked. The problems' own messages show it; below any other, everybody is told.

    The Home tab has no channel, and nobody else to tell.
    """
    said = do(deed, desk)
    place = deed.place
    if not place.channel or _shows(deed.cluster, deed.ids, place, desk):
        return
    thread = place.thread_ts or place.message_ts
    desk.chat.at(replace(place, message_ts=None, thread_ts=None if place.quiet else thread)).finish(said)


def _shows(cluster: str, ids: Sequence[str], place: Place, desk: Desk) -> bool:
    """Whether the place is a problem's own message."""
    try:
        posts = ledger_of(cluster, desk).posts
    except StoreError:
        return False
    here = (place.channel, place.message_ts)
    return any((post.channel, post.ts) == here and set(ids) & set(post.told) for post in posts)
