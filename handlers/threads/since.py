"""What a thread's next answer is compared with: its last look, or a report that was kept by the hour."""

import logging
from datetime import timedelta

from checks.report import Report
from handlers.render.compared import Since
from handlers.render.escape import clean
from handlers.render.words import MAX_NAME_CHARS, span
from handlers.store import Store, StoreError
from handlers.threads.memory import Thread
from handlers.threads.outline import DAY, HOUR, earlier

logger = logging.getLogger(__name__)

LOOK = "the last look"


def since_look(thread: Thread, report: Report) -> Since:
    """The thread's last look at this cluster, or why there is none."""
    if thread.lost:
        return Since(LOOK, None, "what was seen in this thread could not be read")
    if thread.last is None:
        return Since(LOOK, None, "there is no earlier look in this thread")
    if thread.last.cluster != report.cluster:
        other = clean(thread.last.cluster, MAX_NAME_CHARS)
        return Since(LOOK, None, f"the last look in this thread was at {other}")
    return Since(LOOK, thread.last)


def since_then(store: Store, report: Report, ago: timedelta | None) -> Since:
    """A report of about so long before this one; of an hour, else of a day, when nobody says how long."""
    called = "an hour or a day ago" if ago is None else f"{span(ago.total_seconds())} ago"
    try:
        for one in (HOUR, DAY) if ago is None else (ago,):
            found = earlier(store, report.cluster, one, report.taken_at)
            if found is not None:
                return Since(f"{span(one.total_seconds())} ago" if ago else _called(one), found)
    except StoreError as error:
        logger.warning("no earlier report of %s is found: %s", report.cluster, error)
        return Since(called, None, "earlier reports could not be read")
    return Since(called, None, "no report of that time is kept")


def _called(ago: timedelta) -> str:
    return "an hour ago" if ago is HOUR else "a day ago"
