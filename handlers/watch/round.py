"""Keeps the watches going: a timer asks for sweeps and ends what is over, each report moves its watches on.

Nothing waits here for a sweep: whoever has its report, asked or not, passes it to ``follow``.
"""

import logging
from datetime import datetime, timedelta

from checks.report import Report
from handlers.command import Desk, Timer
from handlers.outcome import Problem
from handlers.render.watch import End, watch_message
from handlers.store import StoreError
from handlers.watch.model import Watch, advance, overlook, remove, watches

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=15)
BLIND = timedelta(seconds=90)  # longer than the longest sweep: they fail
PATIENCE_S = 2.0  # Slack takes about one message a second in a channel
LOST = (Problem.GONE, Problem.CHANNEL)
"""What an edit comes to where nobody reads the message any more."""


def go_on(desk: Desk) -> None:
    """End what is over, and have every other watch's cluster swept, once by all replicas."""
    now = desk.now()
    try:
        kept = watches(desk.store)
        for watch in kept:
            if watch.until <= now:
                end(watch, End.TIME, desk)
            elif now - (watch.looked or watch.since) > BLIND:
                _show(watch, overlook(desk.store, watch, now), desk)
        number = int(now.timestamp() // EVERY.total_seconds())
        alive = {watch.cluster for watch in kept if watch.until > now and watch.cluster in desk.sweeps.names}
        for cluster in sorted(alive):
            if desk.store.claim(f"cilium:claim:watch:{cluster}:{number}", 4 * EVERY):
                desk.sweeps.join(cluster)
    except StoreError as error:
        logger.warning("the watches stand still: %s", error)


def follow(report: Report, desk: Desk) -> None:
    """Show a report in the messages that watch its cluster, where it changes what they say."""
    at = report.taken_at if report.source == "live" else desk.now()  # a recording's stays old
    try:
        for before, after in advance(desk.store, report, at):
            if after.done:
                end(after, End.DONE, desk)
            else:
                _show(before, after, desk)
    except StoreError as error:
        logger.warning("a report moves no watch on: %s", error)


def end(watch: Watch, how: End, desk: Desk) -> None:
    """Say how it ended, then forget it: stopped in between, it is said again. Raises StoreError."""
    now: datetime = min(desk.now(), watch.until)
    became = desk.chat.edit(watch.channel, watch.ts, watch_message(watch, how, now))
    if became.problem is not Problem.LIMITED:  # that one is tried again
        remove(desk.store, watch)


def _show(before: Watch, after: Watch, desk: Desk) -> None:
    """Edit the message if it says something else now. An edit that has to wait long is left to the next."""
    message = watch_message(after)
    if message != watch_message(before):
        became = desk.chat.edit(after.channel, after.ts, message, patience_s=PATIENCE_S)
        if became.problem in LOST:
            remove(desk.store, after)


TIMER = Timer(name="watch", every=EVERY, run=go_on)
