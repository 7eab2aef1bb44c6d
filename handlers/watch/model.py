"""The watches under way: each a message, a cluster and how far it is; kept so that a restart loses none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from checks.report import Cause, PendingGroup, Report
from handlers.store import Drawer, Store

KEY = "cilium:watches"
LONGEST = timedelta(hours=2)
MOST = 20
MOST_IN_A_CHANNEL = 3
PUT_BACK = timedelta(minutes=10)  # no report comes so late: the clock was put back
MAX_GROUPS = 5
MAX_CHARS = 200
ORPHANED = timedelta(hours=1)  # after its end a watch that nobody could end is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Pods of one workload that wait: what for, and which limit holds them ("" when none is known)."""

    whose: str
    pods: int
    waits_for: str
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One message that follows a cluster's waiting pods, and what it last saw.

    ``waiting`` is None while the pods are unread; ``seen`` counts all that were seen to wait since the start;
    ``known`` is how many waited when they were last read, at ``read``, and ``looked`` the last report's time.
    """

    cluster: str
    channel: str
    ts: str
    by: str
    since: datetime
    until: datetime
    waiting: int | None = None
    known: int = 0
    seen: int = 0
    read: datetime | None = None
    looked: datetime | None = None
    groups: tuple[Group, ...] = ()
    more: int = 0

    @property
    def id(self) -> tuple[str, str]:
        """The message's channel and timestamp."""
        return self.channel, self.ts

    @property
    def done(self) -> bool:
        """Whether the pods were read and none waits."""
        return self.waiting == 0


class Full(Exception):
    """There are as many watches as there may be; the text says where."""


Watches = tuple[Watch, ...]
_DRAWER: Drawer[Watches] = Drawer(Watches, keep=LONGEST + ORPHANED)


def watches(store: Store) -> Watches:
    """Those under way. Raises StoreError."""
    return _DRAWER.get(store, KEY) or ()


def check_room(kept: Watches, channel: str) -> None:
    """Raises Full when one more in this channel is too many."""
    if sum(one.channel == channel for one in kept) >= MOST_IN_A_CHANNEL:
        raise Full(f"{MOST_IN_A_CHANNEL} watches run in this channel already.")
    if len(kept) >= MOST:
        raise Full(f"I follow {MOST} watches already.")


def add(store: Store, watch: Watch) -> None:
    """Keep one more. Raises Full and StoreError."""

    def change(kept: Watches | None) -> Watches:
        alive = tuple(one for one in kept or () if one.until + ORPHANED > watch.since)
        check_room(alive, watch.channel)
        return (*alive, watch)

    _DRAWER.change(store, KEY, change)


def remove(store: Store, watch: Watch) -> None:
    """Keep it no longer. Raises StoreError."""
    _change(store, lambda one: None if one.id == watch.id else one)


def advance(store: Store, report: Report, at: datetime) -> tuple[tuple[Watch, Watch], ...]:
    """Let the watches of a report's cluster see it: each as it was and as it is. Raises StoreError."""
    before = {one.id: one for one in watches(store) if one.cluster == report.cluster}
    if not before:
        return ()
    kept = _change(store, lambda one: looked(one, report, at) if one.id in before else one)
    return tuple((before[one.id], one) for one in kept if one.id in before)


def overlook(store: Store, watch: Watch, at: datetime) -> Watch:
    """Let a watch know that nothing was read until then; the watch as it is. Raises StoreError."""
    blind = replace(watch, waiting=None, looked=at)
    _change(store, lambda one: blind if one == watch else one)
    return blind


def _change(store: Store, change: Callable[[Watch], Watch | None]) -> Watches:
    def all_of(kept: Watches | None) -> Watches | None:
        changed = (change(one) for one in kept or ())
        return tuple(one for one in changed if one is not None) or None

    return _DRAWER.change(store, KEY, all_of) or ()


def looked(watch: Watch, report: Report, at: datetime) -> Watch:
    """The watch after a report of that time; an older one tells nothing new, unless a clock was put back."""
    if watch.looked is not None and watch.looked - PUT_BACK < at <= watch.looked:
        return watch
    waiting = waiting_pods(report)
    if waiting is None:
        return replace(watch, waiting=None, looked=at)
    return replace(
        watch,
        waiting=waiting,
        known=waiting,
        seen=watch.seen + max(0, waiting - watch.known),
        read=at,
        looked=at,
        groups=tuple(_group(one, report) for one in report.pending[:MAX_GROUPS]),
        more=len(report.pending[MAX_GROUPS:]),
    )


def waiting_pods(report: Report) -> int | None:
    """How many wait, those that only just began included; None when the pods were not read."""
    pods = report.facts.pods
    if pods.not_scheduled is None or pods.without_ip is None:
        return None
    return max(pods.not_scheduled + pods.without_ip, sum(group.pods for group in report.pending))


def _group(group: PendingGroup, report: Report) -> Group:
    limits = (cause for limit in group.limits for cause in report.causes if cause.id == limit)
    limit: Cause | None = next(limits, None)
    return Group(
        whose=f"{group.namespace}/{group.workload}"[:MAX_CHARS],
        pods=group.pods,
        waits_for=group.waits_for,
        limit=(limit.title if limit else ", ".join(group.limits))[:MAX_CHARS],
    )
