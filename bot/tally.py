"""What the bot counts of its own doing, for /metrics: sweeps, unread sources, digests, Slack's refusals."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from threading import Lock

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.clusters import Cluster
from checks.collect.gather import Progress
from checks.report import Report
from handlers.remedies import REMEDIES
from handlers.render.doctor import NOT_ASKED
from handlers.web import UNREACHABLE, Answer, Reply, Urls, Web

BOUNDS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
OK, FAILED = "ok", "failed"
Labels = tuple[str, ...]


@dataclass(slots=True)
class Spread:
    """How long something took: how often up to each of BOUNDS_S, and longer; all of it in ``seconds``."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    seconds: float = 0.0


@dataclass(slots=True)
class Tally:
    """The counts since the process began; thread-safe. Label sets are bounded by whoever adds."""

    sweeps: Counter[Labels] = field(default_factory=Counter)  # cluster, outcome
    unread: Counter[Labels] = field(default_factory=Counter)  # cluster, part
    digests: Counter[Labels] = field(default_factory=Counter)  # outcome
    slack_errors: Counter[Labels] = field(default_factory=Counter)  # code
    sweep_seconds: dict[str, Spread] = field(default_factory=dict)  # by cluster
    _lock: Lock = field(default_factory=Lock)

    def swept(self, cluster: str, outcome: str, seconds: float, unread: Sequence[str]) -> None:
        """A sweep ended; only one that gave a report tells how long a sweep takes."""
        with self._lock:
            self.sweeps[cluster, outcome] += 1
            self.unread.update((cluster, part) for part in unread)
            if outcome == OK:
                spread = self.sweep_seconds.setdefault(cluster, Spread())
                spread.counts[sum(seconds > bound for bound in BOUNDS_S)] += 1
                spread.seconds += seconds

    def digest(self, outcome: str, count: int = 1) -> None:
        """A digest was sent, is missed for good, or failed and is tried again."""
        with self._lock:
            self.digests[(outcome,)] += count

    def refused(self, code: str) -> None:
        """Slack refused something with this word; those that the bot does not know are one."""
        with self._lock:
            self.slack_errors[(code if code in REMEDIES else "other",)] += 1

    def counts(self) -> Mapping[str, Counter[Labels]]:
        """The counts as they are now, by name."""
        with self._lock:
            names = ("sweeps", "unread", "digests", "slack_errors")
            return {name: Counter(getattr(self, name)) for name in names}

    def spreads(self) -> Mapping[str, Spread]:
        """The sweeps' times as they are now."""
        with self._lock:
            return {name: Spread(list(one.counts), one.seconds) for name, one in self.sweep_seconds.items()}


def tallied(cluster: Cluster, tally: Tally, clock: Callable[[], float] = time.monotonic) -> Cluster:
    """The cluster, its sweeps counted with what they could not read although it was asked."""

    def sweep(progress: Progress | None) -> Report:
        began, outcome, unread = clock(), FAILED, list[str]()
        try:
            report = cluster.sweep(progress)
            outcome = OK
            snapshot = cluster.snapshot()
            gaps = snapshot.gaps if snapshot is not None else {}
            unread = [part for part, gap in gaps.items() if gap.reason != NOT_ASKED]
        finally:
            tally.swept(cluster.name, outcome, clock() - began, unread)
        return report

    return replace(cluster, sweep=sweep)


@dataclass(frozen=True, slots=True)
class TalliedWeb:
    """Slack's Web API, its refusals counted; implements handlers.web.Web."""

    web: Web
    tally: Tally

    def api_call(
        self,
        api_method: str,
        *,
        json: dict[str, object] | None = None,
        params: dict[str, object] | None = None,
    ) -> Answer:
        """See Web."""
        try:
            return self.web.api_call(api_method, json=json, params=params)
        except SlackApiError as error:
            self.tally.refused(str(error.response.get("error")))
            raise
        except (OSError, HTTPException, SlackClientError):
            self.tally.refused(UNREACHABLE)
            raise


@dataclass(frozen=True, slots=True)
class TalliedUrls:
    """Slack's addresses, their refusals counted; implements handlers.web.Urls."""

    urls: Urls
    tally: Tally

    def respond(self, url: str, body: dict[str, object]) -> Reply:
        """See Urls."""
        return self._counted(lambda: self.urls.respond(url, body))

    def send(self, url: str, content: bytes) -> Reply:
        """See Urls."""
        return self._counted(lambda: self.urls.send(url, content))

    def _counted(self, send: Callable[[], Reply]) -> Reply:
        try:
            reply = send()
        except (OSError, HTTPException, SlackClientError):
            self.tally.refused(UNREACHABLE)
            raise
        if reply.status != 200:
            self.tally.refused("ratelimited" if reply.status == 429 else f"HTTP {reply.status}")
        return reply
