"""`history`: how addresses, prefixes and waiting pods went, as pictures and in words."""

from handlers.answer import Asked, Kind, report_word
from handlers.command import Desk
from handlers.history.forecast import NOW_BUCKETS, outlook
from handlers.history.ring import DAYS, MINUTES, WAITING
from handlers.history.trend import DAY, SPANS, Span, trend
from handlers.render.blocks import error_blocks, fitted
from handlers.render.detail import LISTS
from handlers.render.escape import clean
from handlers.render.history import Past, history_page
from handlers.render.message import Message
from handlers.render.told import told
from handlers.store import StoreError
from handlers.work import Seen

MAX_NAME_CHARS = 40


def past(desk: Desk, cluster: str, span: Span) -> Past:
    """What is kept of a cluster. Raises StoreError."""
    now = desk.now()
    return Past(
        cluster=cluster,
        trend=trend(desk.store, cluster, now, span),
        outlooks=outlook(desk.store, cluster, now),
        waiting=MINUTES.get(desk.store, cluster, now).latest(WAITING, NOW_BUCKETS),
        pictures=desk.pictures,
    )


def message(of: Past) -> Message:
    """What is kept, as a message: with charts where Slack takes them, else with bars of text."""
    page = history_page(of)
    return fitted(told(page(LISTS[0])), page, LISTS)


def _draw(seen: Seen, asked: Asked, desk: Desk) -> Message:
    """The history up to now; of the report only that there is one matters."""
    said = asked.named[0] if asked.named else DAY.word
    span = next((span for span in SPANS if span.word == said.lower()), None)
    if span is None:
        known = ", ".join(f"`history {one.word}`" for one in SPANS)
        return error_blocks(f"I do not draw “{clean(said, MAX_NAME_CHARS)}”.", f"There are {known}.")
    try:
        return message(past(desk, asked.cluster, span))
    except StoreError as error:
        return error_blocks("The history cannot be read: my store does not answer.", str(error))


WORD = report_word(
    Kind(word="history", draw=_draw, most=1, oldest=DAYS.step * DAYS.most),
    usage="history [24h|14d|1y]",
    about="draws how free addresses, prefixes and waiting pods went, and how long they last",
)
