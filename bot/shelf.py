"""What the bot keeps, by name and with a type: latest reports and deliveries seen.

A store that cannot be asked costs what others kept, never an answer: what this process kept it still knows.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from bot.store import MemoryStore
from checks.report import Report
from handlers.store import Store, StoreError

logger = logging.getLogger(__name__)

VERSION = 1  # of the values; another version is not understood, and taken as nothing
REPORT_KEPT = timedelta(days=7)
SEEN_KEPT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report and when its sweep ended, by the bot's clock: a recording's ``taken_at`` stays old."""

    version: int
    at: datetime
    report: Report


# Built on import, by one thread: msgspec's first use of a type is not safe beside another.
_KEPT = msgspec.json.Decoder(Kept)


class Shelf:
    """The store's typed face."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """``now`` is aware."""
        self._store = store
        self._now = now
        self._last: dict[str, tuple[bytes, Kept | None]] = {}  # one for each cluster
        self._local = MemoryStore()  # stands in for deliveries while the store is away

    def report(self, cluster: str) -> Kept | None:
        """The latest report of a cluster."""
        return self._get(f"cilium:{quote(cluster, safe='')}:report")

    def keep_report(self, cluster: str, report: Report) -> None:
        """Keep it as the latest."""
        self._put(f"cilium:{quote(cluster, safe='')}:report", report)

    def first(self, delivery: str) -> bool:
        """Whether Slack has delivered this for the first time; "" always counts as first."""
        if not delivery:
            return True
        # A trigger id is a credential, if only for three seconds: its digest will do.
        key = f"cilium:seen:{hashlib.sha256(delivery.encode()).hexdigest()[:32]}"
        mine = self._local.claim(key, SEEN_KEPT)
        try:
            return mine and self._store.claim(key, SEEN_KEPT)
        except StoreError as error:
            logger.warning("deliveries are told apart in this process only: %s", error)
            return mine

    def _get(self, key: str) -> Kept | None:
        kept = None
        try:
            kept = self._decoded(key, self._store.get(key))
        except StoreError as error:
            logger.warning("%s is not read, and what this process knows is taken: %s", key, error)
            _, kept = self._last.get(key, (b"", None))
        except (msgspec.DecodeError, RecursionError):  # another version's, or garbled
            logger.warning("%s is not understood and passed over", key)
        return kept if kept is not None and kept.version == VERSION else None

    def _decoded(self, key: str, value: bytes | None) -> Kept | None:
        """The value, or the one that the same bytes gave last time: a large report takes 20 ms."""
        last, kept = self._last.get(key, (b"", None))
        if value is not None and value != last:
            kept = _KEPT.decode(value)
            self._last[key] = (value, kept)
        return None if value is None else kept

    def _put(self, key: str, report: Report) -> None:
        try:
            kept = Kept(version=VERSION, at=self._now(), report=report)
            value = msgspec.json.encode(kept)
            self._last[key] = (value, kept)
            self._store.put(key, value, REPORT_KEPT)
        except StoreError as error:
            logger.warning("%s is not kept: %s", key, error)
