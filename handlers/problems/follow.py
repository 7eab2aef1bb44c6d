"""Follows a cluster's problems from report to report."""

import logging
from datetime import datetime

from checks.report import Report
from handlers.command import Desk
from handlers.problems.look import looked
from handlers.problems.model import LEDGERS, Ledger, ledger_key
from handlers.problems.tell import refresh, tell
from handlers.store import StoreError

logger = logging.getLogger(__name__)


def follow(report: Report, desk: Desk) -> None:
    """Keep what the report means for the problems, and tell and edit what follows from that.

    With the store away nothing is told: nobody could know whether it had been. The next report makes up.
    """
    try:
        at = _at(report, desk)
        LEDGERS.change(
            desk.store, ledger_key(report.cluster), lambda ledger: looked(ledger or Ledger(), report, at)
        )
        tell(report.cluster, desk)
        refresh(report.cluster, desk)
    except StoreError as error:
        logger.warning("the problems of %s are not followed this time: %s", report.cluster, error)


def _at(report: Report, desk: Desk) -> datetime:
    """When this was seen; a recording shows the same moment again and again."""
    return report.taken_at if report.source == "live" else desk.now()
