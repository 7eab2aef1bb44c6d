"""What is kept of a cluster's problems: their lives, the messages that tell of them, who holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

from handlers.render.words import RANK
from handlers.store import Drawer

KEPT = timedelta(days=45)  # after the last look: longer than the longest silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How bad a problem is, as far as it can be compared."""

    hurts: bool
    severity: str
    subjects: int

    @property
    def grade(self) -> tuple[bool, int]:
        """What makes a problem worse when it grows; a count that grows does not."""
        return self.hurts, RANK.get(self.severity, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The cluster's figures beside a problem; None is unknown."""

    not_scheduled: int | None = None
    without_ip: int | None = None
    reachable: int | None = None
    used: int | None = None
    attached: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An acknowledgement or a silence: who made it, who owns it, since when, why, and until when.

    ``until`` None lasts as long as the problem does.
    """

    by: str
    owner: str
    at: datetime
    reason: str = ""
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it has not lapsed."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A cause, a risk or an unexplained symptom in its present or last life; texts are untrusted.

    ``look`` is what to look at first, with its ``command``. ``rose`` is when it was last news: new
    (``rose_from`` None), or worse than ever in this life. ``before`` and ``after`` are the cluster's figures
    at first and at last. ``missing`` is the first look without it, ``unread`` when it could last be checked,
    while it cannot be. ``under`` names the problem that it is told with now.
    """

    id: str
    title: str
    because: str = ""
    look: str = ""
    command: str = ""
    noun: str = "object"
    explains: tuple[str, ...] = ()
    since: datetime
    seen: datetime
    first: Weight
    now: Weight
    worst: Weight
    rose: datetime
    rose_from: Weight | None = None
    before: Figures = field(default_factory=Figures)
    after: Figures = field(default_factory=Figures)
    returns: int = 0
    missing: datetime | None = None
    ended: datetime | None = None
    under: str = ""
    unread: datetime | None = None
    unread_looks: int = 0
    ack: Hold | None = None
    silence: Hold | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.ended is None

    def silenced(self, now: datetime) -> bool:
        """Whether nobody wants messages of it."""
        return self.silence is not None and self.silence.holds(now)

    def acknowledged(self, now: datetime) -> bool:
        """Whether somebody has taken it on."""
        return self.ack is not None and self.ack.holds(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that stands in a channel and tells of problems.

    ``told`` has, by id, the ``rose`` of what was told; ``added`` are ids that an edit brought in. ``past``
    are sentences about lives that are over while the problem has another one. ``shown`` is the fingerprint
    of what it says.
    """

    channel: str
    ts: str
    at: datetime
    told: Mapping[str, datetime]
    added: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A cluster's problems, the heaviest first, and its messages, oldest first. ``at`` is the last look."""

    at: datetime | None = None
    problems: tuple[Problem, ...] = ()
    posts: tuple[Post, ...] = ()

    def find(self, id: str) -> Problem | None:
        """The problem with this id."""
        return next((problem for problem in self.problems if problem.id == id), None)

    @property
    def open(self) -> tuple[Problem, ...]:
        """The problems that are not over."""
        return tuple(problem for problem in self.problems if problem.is_open)


LEDGERS = Drawer(Ledger, keep=KEPT)


def ledger_key(cluster: str) -> str:
    """Where a cluster's ledger is kept: one value, so that a look or a claim is one swap."""
    return f"cilium:{quote(cluster, safe='')}:problems"
