"""The IPAM health digest, posted into its channel when its time has come."""

import logging
from dataclasses import dataclass
from typing import Protocol

from checks.report import Report
from handlers.command import Desk
from handlers.question import Place
from handlers.render.blocks import error_blocks
from handlers.render.digest import digest
from handlers.work import SweepFailed

logger = logging.getLogger(__name__)


class Baselines(Protocol):
    """What each digest was last made from."""

    def previous(self, digest: str, cluster: str) -> Report | None:
        """The report to compare with, or None when there is none."""
        ...

    def keep_previous(self, digest: str, report: Report) -> None:
        """Keep it for the next issue."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue of a digest: which, where to, and about what."""

    id: str
    channel: str
    cluster: str


def post(issue: Issue, baselines: Baselines, desk: Desk) -> bool:
    """Sweep, compare and post; False when nothing could be posted. What could not be made is told too.

    The baseline is read before the sweep: a sweep's report becomes the latest.
    """
    place = Place(channel=issue.channel, user="", response_url="")
    previous = baselines.previous(issue.id, issue.cluster)
    try:
        report = desk.sweeps.join(issue.cluster).report()
    except SweepFailed as error:
        title = f"The digest of {issue.cluster} could not be made: {error.title}"
        return bool(desk.chat.at(place).finish(error_blocks(title, error.help, cluster=issue.cluster)))
    posted = bool(desk.chat.at(place).finish(digest(report, previous, now=desk.now())))
    if posted:
        baselines.keep_previous(issue.id, report)
    else:
        logger.error("the digest %s reached nobody in %s", issue.id, issue.channel)
    return posted
