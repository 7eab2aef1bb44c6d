"""Claims on what may be told once at most, and on the few messages that a channel takes unasked in a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from handlers.store import Drawer, Store

CLAIM_KEPT = timedelta(days=2)  # longer than news stay news
DAY = timedelta(days=1)
MINE = b"1"


@dataclass(frozen=True, slots=True)
class Spent:
    """When a channel got its last unasked messages, a day back."""

    at: tuple[datetime, ...] = ()


_SPENT = Drawer(Spent, keep=2 * DAY)


def claim_news(store: Store, cluster: str, channel: str, kind: str, rose: datetime) -> str | None:
    """A claim on what became news in one look; None when somebody has it. Raises StoreError.

    It is taken before the message is posted and stays whatever becomes of the message, unless that
    certainly stands nowhere: a crash in between costs a message, and never doubles one.
    """
    return _take(store, f"cilium:claim:problem:{quote(cluster, safe='')}:{channel}:{kind}:{rose.isoformat()}")


def claim_reminder(store: Store, cluster: str, id: str, kind: str, until: datetime) -> str | None:
    """A claim on reminding somebody of an end; None when it was done. Raises StoreError."""
    return _take(store, f"cilium:claim:reminder:{quote(cluster, safe='')}:{id}:{kind}:{until.isoformat()}")


def release(store: Store, keys: Iterable[str]) -> None:
    """Give claims back. Raises StoreError."""
    for key in keys:
        store.swap(key, MINE, None, None)


def spend(store: Store, channel: str, now: datetime, most: int) -> bool:
    """Take one of the unasked messages that a channel gets in any 24 hours; whether there was one left.

    So no calendar day, in whatever zone, has more of them. Raises StoreError.
    """
    taken = False

    def change(spent: Spent | None) -> Spent | None:
        nonlocal taken
        last = tuple(at for at in (spent or Spent()).at if now - at < DAY)
        taken = len(last) < most
        return Spent((*last, now)) if taken else spent

    _SPENT.change(store, _key(channel), change)
    return taken


def unspend(store: Store, channel: str, then: datetime) -> None:
    """Give back the one that was taken at that moment. Raises StoreError."""

    def change(spent: Spent | None) -> Spent | None:
        left = list(spent.at) if spent is not None else []
        if then in left:
            left.remove(then)
        return Spent(tuple(left)) if left else None

    _SPENT.change(store, _key(channel), change)


def _key(channel: str) -> str:
    return f"cilium:unasked:{channel}"


def _take(store: Store, key: str) -> str | None:
    return key if store.swap(key, None, MINE, CLAIM_KEPT) else None
