"""Reports cut to what can be compared, kept with a thread's last look and by the hour and the day."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from checks.report import Cause, NotChecked, Report, Symptom
from handlers.command import Desk
from handlers.render.escape import cut
from handlers.store import Drawer, Store, StoreError

logger = logging.getLogger(__name__)

MAX_TITLE_CHARS = 160
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS_KEPT, DAYS_KEPT = 26, 8
SLACK_HOURS = 3  # so much older than asked for may a baseline be

HOURLY: Drawer[Report] = Drawer(Report, keep=HOURS_KEPT * HOUR)
DAILY: Drawer[Report] = Drawer(Report, keep=DAYS_KEPT * DAY)


def outline(report: Report) -> Report:
    """The report without what no comparison needs: some kilobytes, whatever the cluster's size."""
    return replace(
        report,
        headline=cut(report.headline, MAX_TITLE_CHARS),
        symptoms=tuple(map(_symptom, report.symptoms)),
        causes=tuple(map(_cause, report.causes)),
        risks=tuple(map(_cause, report.risks)),
        notes=(),
        not_checked=tuple(NotChecked(id=gap.id, why="", grant=None) for gap in report.not_checked),
        facts=replace(report.facts, nodes_detail=(), subnets=(), instance_types=()),
        pending=(),
    )


def keep(report: Report, desk: Desk) -> None:
    """Keep the outlines of an hour's and of a day's first report; a store that is away is logged."""
    try:
        for drawer, every in ((HOURLY, HOUR), (DAILY, DAY)):
            key = _key(report.cluster, every, report.taken_at)
            if drawer.get(desk.store, key) is None:
                drawer.put(desk.store, key, outline(report))
    except StoreError as error:
        logger.warning("no baseline of %s is kept: %s", report.cluster, error)


def earlier(store: Store, cluster: str, ago: timedelta, now: datetime) -> Report | None:
    """A report of about so long ago, not younger and a few hours older at most. Raises StoreError."""
    then = now - ago
    if ago <= (HOURS_KEPT - SLACK_HOURS) * HOUR:
        tries = [(HOURLY, HOUR, then - back * HOUR) for back in range(SLACK_HOURS)]
    else:
        tries = [(HOURLY, HOUR, then), (DAILY, DAY, then), (DAILY, DAY, then - DAY)]
    for drawer, every, moment in tries:
        found = drawer.get(store, _key(cluster, every, moment))
        if found is not None and found.taken_at <= then:
            return found
    return None


def _key(cluster: str, every: timedelta, moment: datetime) -> str:
    """One for each hour or day."""
    form = "%Y-%m-%dT%H" if every is HOUR else "%Y-%m-%d"
    return f"cilium:{quote(cluster, safe='')}:outline:{moment.astimezone(UTC).strftime(form)}"


def _cause(cause: Cause) -> Cause:
    bare = {"because": "", "title": cut(cause.title, MAX_TITLE_CHARS)}
    return replace(cause, **bare, subjects=(), evidence=(), explains=(), actions=(), references=())  # type: ignore[arg-type] # texts for texts


def _symptom(symptom: Symptom) -> Symptom:
    return replace(symptom, title=cut(symptom.title, MAX_TITLE_CHARS), subjects=(), evidence=())
