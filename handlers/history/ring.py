"""Figures over time in buckets of one length, the oldest dropped; merging a sample twice changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from handlers.store import Drawer, Store

MAX_COLUMNS = 250
MAX_NAME_CHARS = 200

Figure = int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One figure: of which subject, how much is free of it, or there is of it as a ``whole``.

    ``unit`` is in the plural. The cluster's own figures have the kind CLUSTER and no name.
    """

    kind: str
    name: str
    unit: str
    whole: bool = False

    @property
    def key(self) -> str:
        """Its name in a ring."""
        return "\n".join((self.kind, self.name, self.unit, *(["whole"] if self.whole else ())))

    @classmethod
    def of(cls, key: str) -> "Track":
        """The track of that name."""
        kind, name, unit, whole, *_ = (*key.split("\n"), "", "", "")
        return cls(kind=kind, name=name, unit=unit, whole=bool(whole))


CLUSTER, SUBNET, POOL, NODE_TYPE = "Cluster", "Subnet", "Pool", "Node type"
ADDRESSES, PREFIXES, BLOCKS, PODS = "addresses", "/28 blocks", "node blocks", "pods"
WAITING = Track(kind=CLUSTER, name="", unit="waiting pods")
USED = Track(kind=CLUSTER, name="", unit="used addresses")
WORST_IS_MOST = frozenset((WAITING.key, USED.key))
"""What a bucket keeps the most of; of everything else, which is room, it keeps the least."""

Sample = Mapping[Track, int]
"""What one report tells; what it does not know is not in it."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Columns of one length, oldest bucket first; ``first`` counts buckets since 1970. None is unknown."""

    first: int = 0
    length: int = 0
    columns: Mapping[str, Sequence[Figure]] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The number of the newest bucket."""
        return self.first + self.length - 1

    def latest(self, track: Track, within: int) -> Figure:
        """The newest figure that is known in the last so many buckets."""
        recent = self.columns.get(track.key, ())[-within:]
        return next((one for one in reversed(recent) if one is not None), None)


@dataclass(frozen=True, slots=True)
class Resolution:
    """So many buckets of one length, kept under a name of their own."""

    name: str
    step: timedelta
    most: int
    drawer: Drawer[Ring] = field(repr=False)

    def number(self, at: datetime) -> int:
        """The bucket that an instant falls into."""
        return int(at.timestamp() // self.step.total_seconds())

    def begin(self, number: int) -> datetime:
        """When a bucket begins."""
        return datetime.fromtimestamp(number * self.step.total_seconds(), UTC)

    def add(self, store: Store, cluster: str, at: datetime, sample: Sample) -> None:
        """Merge a sample into what is kept; the same sample twice is no different. Raises StoreError."""
        number = self.number(at)
        self.drawer.change(store, self._key(cluster), lambda ring: merged(ring, number, sample, self.most))

    def get(self, store: Store, cluster: str, now: datetime) -> Ring:
        """What is kept, up to now: after a pause the newest buckets are unknown. Raises StoreError."""
        ring = self.drawer.get(store, self._key(cluster))
        return Ring() if ring is None else _up_to(ring, max(ring.last, self.number(now)), self.most)

    def _key(self, cluster: str) -> str:
        return f"cilium:{quote(cluster, safe='')}:history:{self.name}"


def _resolution(name: str, step: timedelta, most: int) -> Resolution:
    return Resolution(name, step, most, Drawer(Ring, keep=step * most))


MINUTES = _resolution("5m", timedelta(minutes=5), 288)  # a day
HOURS = _resolution("1h", timedelta(hours=1), 336)  # two weeks
DAYS = _resolution("1d", timedelta(days=1), 365)
RESOLUTIONS = (MINUTES, HOURS, DAYS)


def merged(ring: Ring | None, number: int, sample: Sample, most: int) -> Ring:
    """The ring with the sample in its bucket; one that is older than the ring changes nothing."""
    if ring is None or not ring.length:
        ring = Ring(first=number, length=1)
    if number < ring.first:
        return ring
    ring = _up_to(ring, max(ring.last, number), most)
    if number < ring.first:
        return ring
    columns = {key: list(column) for key, column in ring.columns.items()}
    for track, value in sample.items():
        if track.key not in columns and (len(columns) >= MAX_COLUMNS or len(track.name) > MAX_NAME_CHARS):
            continue
        column = columns.setdefault(track.key, [None] * ring.length)
        column[number - ring.first] = _worst(track.key, column[number - ring.first], value)
    return Ring(ring.first, ring.length, columns)


def _worst(key: str, kept: Figure, value: int) -> int:
    if kept is None:
        return value
    return max(kept, value) if key in WORST_IS_MOST else min(kept, value)


def _up_to(ring: Ring, last: int, most: int) -> Ring:
    """The ring with its newest bucket at ``last``; columns in which nothing is known any more are dropped."""
    if not ring.length or last - ring.first >= ring.length + most:
        return Ring(first=last, length=1)
    length = min(last - ring.first + 1, most)
    new = last - ring.last
    columns = {key: [*column, *[None] * new][-length:] for key, column in ring.columns.items()}
    known = {key: column for key, column in columns.items() if any(one is not None for one in column)}
    return Ring(last - length + 1, length, known)
