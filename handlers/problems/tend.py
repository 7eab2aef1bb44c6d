"""Tends the problems between reports: reminds before an end, and says what lapsed or is not looked at."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.command import Desk, Timer
from handlers.outcome import Problem as Trouble
from handlers.problems.claims import claim_reminder, release
from handlers.problems.look import not_looked
from handlers.problems.model import LEDGERS, Hold, Ledger, Problem, ledger_key
from handlers.problems.tell import refresh
from handlers.question import Place
from handlers.render.problem_list import reminder_message
from handlers.store import StoreError

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
AHEAD = timedelta(hours=1)
PART = 10  # or a tenth of the time, where that is less


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come."""

    kind: str
    problem: Problem
    hold: Hold
    until: datetime


def tend(desk: Desk) -> None:
    """Tend every cluster's problems."""
    for cluster in desk.sweeps.names:
        try:
            ledger = LEDGERS.change(
                desk.store,
                ledger_key(cluster),
                lambda kept: None if kept is None else not_looked(kept, desk.now()),
            )
            if ledger is not None:
                for due in reminders(ledger, desk.now()):
                    _remind(due, cluster, ledger, desk)
                refresh(cluster, desk)
        except StoreError as error:
            logger.warning("the problems of %s are not tended this time: %s", cluster, error)


def reminders(ledger: Ledger, now: datetime) -> Iterator[Due]:
    """What is about to end, of problems that are still open."""
    for problem in ledger.open:
        for kind, hold in (("acknowledgement", problem.ack), ("silence", problem.silence)):
            if hold is None or hold.until is None:
                continue
            ahead = min(AHEAD, (hold.until - hold.at) / PART)
            if hold.until - ahead <= now < hold.until:
                yield Due(kind, problem, hold, hold.until)


def _remind(due: Due, cluster: str, ledger: Ledger, desk: Desk) -> None:
    """In the problem's thread, once; where it has none, to the owner alone."""
    claim = claim_reminder(desk.store, cluster, due.problem.id, due.kind, due.until)
    if claim is None:
        return
    post = next((post for post in ledger.posts if due.problem.id in post.told), None)
    channel = post.channel if post is not None else desk.chat.dm(due.hold.owner)
    place = Place(
        channel=channel, user=due.hold.owner, response_url="", thread_ts=post.ts if post is not None else None
    )
    if not channel:
        return
    outcome = desk.chat.at(place).finish(reminder_message(due.kind, cluster, due.problem, due.hold))
    if outcome.problem not in (None, Trouble.UNSURE):
        release(desk.store, (claim,))


TIMER = Timer(name="problems", every=EVERY, run=tend)
