"""The round: every cluster is looked at again and again, asked or not, so that what begins is noticed."""

import logging
import math
from collections import deque
from datetime import timedelta
from itertools import islice

from handlers.command import Desk, Timer
from handlers.store import StoreError
from handlers.work import Sweep, SweepFailed

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
PARTS = 10  # of a round: many clusters are spread over it
AT_ONCE = 4  # sweeps that the round has under way: those that people ask for run beside them
CLAIM_KEPT = 2 * EVERY


def look(desk: Desk) -> None:
    """Sweep a part of the clusters whose last report is older than half a round, the oldest first."""
    share = max(AT_ONCE, math.ceil(len(desk.sweeps.names) / PARTS))
    under_way: deque[tuple[str, Sweep]] = deque()
    for cluster in islice((name for name in _due(desk) if _mine(name, desk)), share):
        if len(under_way) == AT_ONCE:
            _end(*under_way.popleft())
        under_way.append((cluster, desk.sweeps.join(cluster)))
    for cluster, sweep in under_way:
        _end(cluster, sweep)


def _due(desk: Desk) -> list[str]:
    """Those never seen come first: one that fails is claimed once in a round, and keeps nobody back."""
    ages = {}
    for cluster in desk.sweeps.names:
        seen = desk.sweeps.last(cluster)
        age = math.inf if seen is None or seen.age_s is None else seen.age_s
        if age >= EVERY.total_seconds() / 2:
            ages[cluster] = age
    return sorted(ages, key=lambda cluster: -ages[cluster])


def _end(cluster: str, sweep: Sweep) -> None:
    try:
        sweep.report()
    except SweepFailed as error:
        logger.warning("the round could not look at %s: %s", cluster, error.title)


def _mine(cluster: str, desk: Desk) -> bool:
    """Whether this replica looks at it this time; with the store away every one does."""
    number = int(desk.now().timestamp() // EVERY.total_seconds())
    try:
        return desk.store.claim(f"cilium:claim:round:{cluster}:{number}", CLAIM_KEPT)
    except StoreError:
        return True


TIMER = Timer(name="round", every=EVERY / PARTS, run=look)
