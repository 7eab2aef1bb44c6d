"""The round: every cluster is looked at again and again, asked or not, so that what begins is noticed."""

import logging
from datetime import timedelta

from handlers.command import Desk, Timer
from handlers.store import StoreError
from handlers.work import SweepFailed

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
CLAIM_KEPT = 2 * EVERY


def look(desk: Desk) -> None:
    """Sweep, one after another, every cluster whose last report is older than a round."""
    for cluster in desk.sweeps.names:
        seen = desk.sweeps.last(cluster)
        if seen is not None and seen.age_s is not None and seen.age_s < EVERY.total_seconds() / 2:
            continue
        if not _mine(cluster, desk):
            continue
        try:
            desk.sweeps.join(cluster).report()
        except SweepFailed as error:
            logger.warning("the round could not look at %s: %s", cluster, error.title)


def _mine(cluster: str, desk: Desk) -> bool:
    """Whether this replica looks at it this time; with the store away every one does."""
    number = int(desk.now().timestamp() // EVERY.total_seconds())
    try:
        return desk.store.claim(f"cilium:claim:round:{cluster}:{number}", CLAIM_KEPT)
    except StoreError:
        return True


TIMER = Timer(name="round", every=EVERY, run=look)
