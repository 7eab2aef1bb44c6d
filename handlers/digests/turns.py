"""A digest's turn: whether one is due, whose it is, and what became of it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from handlers.command import Desk
from handlers.digests import issue as issues
from handlers.digests import standing as steps
from handlers.digests.dead import give_up_channel, why_dead
from handlers.digests.issue import Made
from handlers.digests.model import Schedule
from handlers.digests.notes import WITHOUT_STORE, late_note, missed_notes
from handlers.digests.schedules import all_schedules
from handlers.digests.standing import Standing
from handlers.outcome import Outcome, Problem
from handlers.store import StoreError

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=1)  # with a store that is away
SOON = timedelta(seconds=5)
REFUSED = "Slack took it in no form"
LATER = (Problem.LIMITED, Problem.TOKEN, Problem.SCOPE)
"""What an issue is tried again after."""
Became = Literal["sent", "missed", "failed"]


class Turns:
    """Makes what is due, in one of several replicas; a schedule's turns come one after another."""

    def __init__(
        self,
        desk: Desk,
        me: str,
        *,
        stopping: Callable[[], bool],
        count: Callable[[Became, int], None] = lambda became, number: None,
    ) -> None:
        """``me`` tells this replica from the others. ``stopping``: begin to post nothing more.

        ``count`` is told what became of issues, and of how many.
        """
        self._desk = desk
        self._me = me
        self._stopping = stopping
        self._count = count
        self._since = desk.now()
        self._lock = Lock()
        self._here: dict[str, datetime] = {}  # settled, as far as this process knows
        self._others: dict[str, datetime | None] = {}  # what another was making when this process looked last
        self._away: dict[str, datetime] = {}  # since when the store does not answer for a digest that is due

    def take(self, schedule: Schedule) -> datetime:
        """Make its newest issue if one is due and nobody else does; when to look again."""
        try:
            return self._with_claim(schedule)
        except StoreError as error:
            return self._without_claim(schedule, error)

    def _with_claim(self, schedule: Schedule) -> datetime:
        now = self._desk.now()
        here = self._here.get(schedule.id)
        given_up = 0

        def step(old: Standing | None) -> Standing:
            nonlocal given_up
            known = old or self._anew(schedule, now)
            taken = steps.taken(known, schedule, now, self._me, here)
            given_up = steps.missed_in(taken) - steps.missed_in(known)
            return taken

        standing = steps.begin(self._desk.store, schedule.id, step)
        self._count("missed", max(0, given_up))
        with self._lock:
            self._here[schedule.id] = standing.settled
            self._away.pop(schedule.id, None)
            self._others[schedule.id] = None if standing.owner in ("", self._me) else standing.due
        if standing.due is None or standing.until is None:
            return steps.cron_of(schedule).after(standing.settled)
        if standing.owner != self._me:
            return standing.until
        self._issue(schedule, standing, standing.due)
        return self._desk.now()

    def _anew(self, schedule: Schedule, now: datetime) -> Standing:
        """What is known of a digest that the store knows nothing of: it is new, or the store lost everything.

        Then what this process has settled still is, and what another was making may stand or not.
        """
        known = [at for at in (schedule.made, self._here.get(schedule.id)) if at is not None]
        standing = Standing(settled=max(known, default=now))
        others = self._others.get(schedule.id)
        return standing if others is None else steps.missed(standing, others, steps.UNSURE)

    def _issue(self, schedule: Schedule, standing: Standing, due: datetime) -> None:
        """Make it, mark it as being posted, post it, and remember what became of it."""
        now = self._desk.now()
        notes = [*late_note(schedule, due, now, standing.fault), *missed_notes(schedule, standing.missed)]
        made = issues.made(schedule, self._desk, notes)
        store = self._desk.store
        if not any(one.id == schedule.id and one.paused is None for one in all_schedules(self._desk)):
            return  # paused or deleted meanwhile, perhaps by another replica
        if self._stopping():
            steps.change(store, schedule.id, self._put_off(due, timedelta(), steps.RESTARTED))
            return
        begun = steps.change(
            store, schedule.id, lambda stands: steps.begun(stands, due, self._me, self._desk.now())
        )
        if begun is None or begun.due != due or begun.owner != self._me:
            return  # it was deleted, or took so long that another replica has it
        outcome = issues.post(made, schedule.channel, self._desk)
        if outcome or outcome.problem not in LATER:
            self._settle_here(schedule, due)  # before anything can fail: it is not posted again
        self._count(_became(outcome), 1)
        steps.change(store, schedule.id, self._after(schedule, standing, due, outcome))
        self._aftermath(schedule, made, outcome)

    def _after(
        self, schedule: Schedule, standing: Standing, due: datetime, outcome: Outcome
    ) -> Callable[[Standing], Standing]:
        """The step that remembers what became of a post."""
        if outcome:
            now = self._desk.now()
            return lambda stands: steps.sent(stands, due, standing.missed, now, outcome.ts)
        if outcome.problem in LATER:
            logger.warning("the digest %s has to wait: %s", schedule.id, outcome.code)
            return self._put_off(due, steps.AGAIN, f"Slack did not take it ({outcome.code})")
        whys = {Problem.UNSURE: steps.UNSURE, Problem.CHANNEL: why_dead(outcome.code)}
        why = whys.get(outcome.problem, REFUSED) if outcome.problem else REFUSED
        logger.error("the digest %s reached nobody in %s: %s", schedule.id, schedule.channel, outcome.code)
        return lambda stands: steps.missed(stands, due, why)

    def _aftermath(self, schedule: Schedule, made: Made, outcome: Outcome) -> None:
        if outcome:
            issues.keep(made, schedule, self._desk)
            issues.detail(made, outcome, self._desk)
        elif outcome.problem is Problem.CHANNEL:
            give_up_channel(schedule, outcome.code, self._desk)

    def _put_off(self, due: datetime, wait: timedelta, why: str) -> Callable[[Standing], Standing]:
        until = self._desk.now() + wait
        return lambda stands: steps.put_off(stands, due, self._me, until, why)

    def _without_claim(self, schedule: Schedule, error: StoreError) -> datetime:
        """With the store away for a minute it is made all the same: better twice than never."""
        now = self._desk.now()
        with self._lock:
            settled = self._here.get(schedule.id, self._since)
            due = (None, *steps.dues(schedule, settled, now))[-1]
            waited = now - max(due, self._away.setdefault(schedule.id, now)) if due else timedelta()
        if due is None or now - due > steps.OLD or waited < PATIENCE:
            return now + SOON
        logger.error("the digest %s is made without a claim: %s", schedule.id, error)
        made = issues.made(schedule, self._desk, [*late_note(schedule, due, now, ""), WITHOUT_STORE])
        if self._stopping():
            return now + SOON
        outcome = issues.post(made, schedule.channel, self._desk)
        self._count(_became(outcome), 1)
        if outcome.problem in LATER:
            return now + steps.AGAIN
        self._settle_here(schedule, due)
        self._aftermath(schedule, made, outcome)
        return now + SOON

    def _settle_here(self, schedule: Schedule, due: datetime) -> None:
        with self._lock:
            self._here[schedule.id] = max(due, self._here.get(schedule.id, due))


def _became(outcome: Outcome) -> Became:
    if outcome:
        return "sent"
    return "failed" if outcome.problem in LATER else "missed"
