"""How far a digest has come: what is settled, which issue is under way and whose, what was missed.

Each step replaces one value in the store, so that of several replicas one makes an issue, and a restart at
any point loses none and repeats none: what was claimed but not begun to be posted is made again; what was
being posted may stand in the channel, so it is not posted again, but told in the next issue.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from handlers.digests.cron import Cron
from handlers.digests.model import Schedule
from handlers.store import Drawer, Store

LEASE = timedelta(seconds=90)  # a sweep has one minute; what is being posted is nobody else's anyway
POSTING = timedelta(minutes=5)  # Slack may ask to wait
AGAIN = timedelta(minutes=1)
OLD = timedelta(hours=6)
LATE = timedelta(seconds=75)  # longer than a sweep may take
MAX_DUES = 500  # at once: what came due during a month's rest is settled in a few turns
MAX_MISSED = 5

DOWN = "I was not running"
RESTARTED = "I was restarted while I made it"
AWAY = "my store did not answer"
UNSURE = "I was restarted, or Slack stumbled, while it was posted, so that it may stand or not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Issues in a row that were not sent, for one reason, and that no issue has told yet."""

    first: datetime
    last: datetime
    count: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One digest's. All that was due until ``settled`` was sent, or is in ``missed``, or was told there.

    ``due`` is the issue under way: ``owner`` has it until ``until``, or it is to be tried again then, and
    ``fault`` is why it was not sent before. ``posting`` is set before it is given to Slack.
    ``sent`` and ``ts`` are when the last issue was sent and its message.
    """

    settled: datetime
    due: datetime | None = None
    owner: str = ""
    until: datetime | None = None
    posting: bool = False
    fault: str = ""
    missed: tuple[Missed, ...] = ()
    sent: datetime | None = None
    ts: str = ""


STANDINGS = Drawer(Standing, keep=None)


def missed_in(standing: Standing) -> int:
    """How many missed issues are not told yet."""
    return sum(one.count for one in standing.missed)


def key(id: str) -> str:
    """Where a digest's standing is kept."""
    return f"cilium:digest:{id}"


def standing_of(store: Store, id: str) -> Standing | None:
    """None for one that never came due. Raises StoreError."""
    return STANDINGS.get(store, key(id))


def begin(store: Store, id: str, step: Callable[[Standing | None], Standing]) -> Standing:
    """Take a step of a digest that may be new; what it led to. Raises StoreError."""
    changed = STANDINGS.change(store, key(id), step)
    assert changed is not None  # a step always leads somewhere
    return changed


def change(store: Store, id: str, step: Callable[[Standing], Standing]) -> Standing | None:
    """Take a step of one that stands; None when it was deleted meanwhile. Raises StoreError."""
    return STANDINGS.change(store, key(id), lambda old: None if old is None else step(old))


def forget(store: Store, id: str) -> None:
    """Let go of it. Raises StoreError."""
    STANDINGS.change(store, key(id), lambda old: None)


def dues(schedule: Schedule, after: datetime, until: datetime) -> Sequence[datetime]:
    """When it came due in that time, at most MAX_DUES of the earliest."""
    return tuple(islice(_dues(schedule, after, until), MAX_DUES))


def _dues(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    cron = cron_of(schedule)
    while (after := cron.after(after)) <= until:
        yield after


def cron_of(schedule: Schedule) -> Cron:
    """When the schedule comes due."""
    return Cron(schedule.cron, ZoneInfo(schedule.zone))


def taken(
    standing: Standing, schedule: Schedule, now: datetime, owner: str, settled_here: datetime | None = None
) -> Standing:
    """The owner's, with the newest issue that is due, unless another has one or none is due.

    ``settled_here`` is what the owner has settled while the store was away.
    """
    if settled_here is not None:
        standing = _settled(standing, settled_here)
    if standing.until is not None and standing.until > now and standing.owner != owner:
        return standing
    if standing.due is not None and standing.posting:
        standing = missed(standing, standing.due, UNSURE)
    found = dues(schedule, standing.settled, now)
    if not found:
        return standing
    broke_off = {"": DOWN, owner: AWAY}.get(standing.owner, RESTARTED)
    whys = {standing.due: standing.fault or broke_off}
    *passed, newest = found
    for due in (*passed, *([newest] if now - newest > OLD else [])):
        standing = missed(standing, due, whys.get(due, DOWN))
    if now - newest > OLD:
        return standing
    fault = whys.get(newest, "")
    return replace(standing, due=newest, owner=owner, until=now + LEASE, posting=False, fault=fault)


def begun(standing: Standing, due: datetime, owner: str, now: datetime) -> Standing:
    """About to be given to Slack, if it is still the owner's."""
    mine = (standing.due, standing.owner) == (due, owner)
    return replace(standing, posting=True, until=now + POSTING) if mine else standing


def sent(
    standing: Standing, due: datetime | None, told: Sequence[Missed], now: datetime, ts: str
) -> Standing:
    """An issue stands, which told of what was missed; ``due`` None is one that somebody asked for."""
    doubted = Missed(first=due, last=due, count=1, why=UNSURE) if due else None  # it only took long
    left = tuple(one for one in standing.missed if one not in told and one != doubted)
    standing = replace(standing, missed=left, sent=now, ts=ts)
    return standing if due is None else _settled(standing, due)


def missed(standing: Standing, due: datetime, why: str) -> Standing:
    """It was not sent, and will not be."""
    found = [*standing.missed, Missed(first=due, last=due, count=1, why=why)]
    if len(found) > 1 and found[-2].why == why:
        found[-2:] = [_together(found[-2], found[-1])]
    if len(found) > MAX_MISSED:
        found[:2] = [_together(found[0], found[1])]
    return _settled(replace(standing, missed=tuple(found)), due)


def _together(one: Missed, other: Missed) -> Missed:
    """Both as one, for the earlier's reason."""
    return Missed(first=one.first, last=other.last, count=one.count + other.count, why=one.why)


def put_off(standing: Standing, due: datetime, owner: str, until: datetime, why: str) -> Standing:
    """Nothing of it stands; whoever comes first after ``until`` tries again."""
    if (standing.due, standing.owner) != (due, owner):
        return standing
    return replace(standing, owner="", until=until, posting=False, fault=why)


def resumed(standing: Standing, now: datetime) -> Standing:
    """What came due until now is no matter any more."""
    return _settled(standing, now)


def _settled(standing: Standing, due: datetime) -> Standing:
    """Settled until then; an issue under way that is due later stays."""
    settled = max(standing.settled, due)
    if standing.due is not None and standing.due > settled:
        return replace(standing, settled=settled)
    return replace(standing, settled=settled, due=None, owner="", until=None, posting=False, fault="")
