"""A message that follows the waiting pods: a bar, who still waits and for what, and how it ended."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum

from handlers.render.answer import fine, neutral, unknown
from handlers.render.blocks import fitted
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.page import Bullets, Button, Item, Line, Page, Section, Words, name, plain, strong
from handlers.render.pending import waits_for
from handlers.render.told import told
from handlers.render.words import MAX_NAME_CHARS, counted, more, span
from handlers.watch.model import MAX_CHARS, Group, Watch

STOP = "watch_stop"
WORD = "Watch"
CELLS = 20
FULL, EMPTY = "█", "░"
FULL_DETAIL = Detail(causes=1)


class End(Enum):
    """How a watch ended."""

    DONE = "done"
    TIME = "the time is up"
    STOPPED = "stopped"


def watch_message(watch: Watch, end: End | None = None, now: datetime | None = None) -> Message:
    """The message as it stands, or as it stays after its end, which is ``now``."""
    at = now or watch.until
    page = _page(watch, end, at, drawn=True)
    return fitted(told(_page(watch, end, at, drawn=False)), lambda detail: page, (FULL_DETAIL,))


def _page(watch: Watch, end: End | None, now: datetime, *, drawn: bool) -> Page:
    """``drawn`` has a bar in it, which screen readers would spell out."""
    mark = fine(WORD) if end is End.DONE else neutral(WORD)
    if watch.waiting is None and watch.looked is not None:
        mark = unknown(WORD)
    items: list[Item] = [Words(_progress(watch, drawn))] if watch.seen else []
    if watch.groups and watch.known:
        items.append(Bullets(tuple(map(_group_line, watch.groups))))
    if watch.more and watch.known:
        items.append(Words((plain(more(watch.more, "group")),)))
    stop = () if end else (Button("Stop", STOP, f"{watch.channel}\n{watch.ts}"),)
    sections = (Section(tuple(items)),) if items else ()
    return Page(mark, _headline(watch, end, now), _origin(watch, end), sections, stop)


def _headline(watch: Watch, end: End | None, now: datetime) -> str:
    took = span((now - watch.since).total_seconds())
    if end is End.DONE:
        return f"done, no pod waits: it took {took}" if watch.seen else "done, no pod waits"
    if watch.looked is None:
        told = "the pods were never read" if end else "the pods are being read"
    elif watch.waiting is None:
        when = f"; {counted(watch.known, 'pod')} waited at {_clock(watch.read)}" if watch.read else ""
        told = f"not checked: the pods were not read at {_clock(watch.looked)}{when}"
    else:
        told = _waits(watch.waiting)
    return told if end is None else f"{end.value} after {took}: {told}"


def _waits(pods: int) -> str:
    if not pods:
        return "no pod waits"
    return f"{counted(pods, 'pod')} {'waits' if pods == 1 else 'wait'}"


def _progress(watch: Watch, drawn: bool) -> Line:
    """How many of those that were seen to wait no longer do."""
    gone = watch.seen - watch.known
    cells = CELLS * gone // watch.seen
    said = plain(f"{gone:,} of {watch.seen:,} no longer wait")
    return (said, plain(" "), name(FULL * cells + EMPTY * (CELLS - cells))) if drawn else (said,)


def _group_line(group: Group) -> Line:
    limit = f"; limit: {clean(group.limit, MAX_CHARS)}" if group.limit else ""
    said = f": {counted(group.pods, 'pod')} waiting {waits_for(group.waits_for)}{limit}"
    return (strong(clean(group.whose, MAX_NAME_CHARS)), plain(said))


def _origin(watch: Watch, end: End | None) -> str:
    parts: Sequence[str] = (
        clean(watch.cluster, MAX_NAME_CHARS),
        f"since {_clock(watch.since)}",
        *(() if end else (f"until {_clock(watch.until)}",)),
        *((f"read at {_clock(watch.read)}",) if watch.read else ()),
    )
    return " · ".join(parts)


def _clock(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC" if at else "no time"
