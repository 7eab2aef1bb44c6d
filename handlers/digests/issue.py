"""One issue of a digest: sweep, compare, post, remember what the next one compares with."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from checks.report import Report, Verdict
from handlers.command import Desk
from handlers.digests.model import Schedule
from handlers.history.forecast import outlook
from handlers.history.trend import FORTNIGHT
from handlers.history.word import message as history_message
from handlers.history.word import past
from handlers.outcome import Outcome
from handlers.question import Place
from handlers.render.digest import Part, digest
from handlers.render.message import Message
from handlers.store import Drawer, StoreError
from handlers.threads.memory import Look, Subject, about, remember
from handlers.threads.outline import outline
from handlers.work import Seen, Sweep, SweepFailed

logger = logging.getLogger(__name__)

BASELINE_KEPT = timedelta(days=62)  # longer than the longest month and a day off
MAX_REPLIES = 5

BASELINES = Drawer(Report, keep=BASELINE_KEPT)


@dataclass(frozen=True, slots=True)
class Made:
    """An issue that is not posted yet."""

    parts: tuple[Part, ...]
    message: Message


def made(schedule: Schedule, desk: Desk, notes: Sequence[str] = ()) -> Made:
    """The issue, from sweeps of all clusters at once; one that cannot be looked at is told in it."""
    clusters = clusters_of(schedule, desk)
    previous = {cluster: _previous(schedule, cluster, desk) for cluster in clusters}
    looks = {cluster: _look(cluster, previous[cluster], desk) for cluster in clusters}
    parts = []
    for cluster, look in looks.items():
        try:
            report, fault = look.report if isinstance(look, Seen) else look.report(), ""
        except SweepFailed as error:
            report, fault = None, f"{error.title} {error.help}"
        parts.append(_part(cluster, report, fault, previous[cluster], desk))
    if not parts:
        parts.append(Part(cluster=schedule.cluster or "", fault="I do not look at this cluster any more."))
    return Made(tuple(parts), digest(parts, notes=notes, now=desk.now()))


def _look(cluster: str, previous: Report | None, desk: Desk) -> Seen | Sweep:
    """A report of just now, which all digests of an hour share; it must be newer than the last issue's."""
    found = desk.sweeps.ask(cluster)
    if isinstance(found, Seen) and previous is not None and found.report.taken_at <= previous.taken_at:
        return desk.sweeps.join(cluster)
    return found


def preview(schedule: Schedule, desk: Desk) -> tuple[Part, ...]:
    """What it would say now, of the last reports where there are any, compared with its last issue."""
    parts = []
    for cluster in clusters_of(schedule, desk):
        report, fault = None, ""
        try:
            seen = desk.sweeps.last(cluster)
            report = seen.report if seen else desk.sweeps.join(cluster).report()
        except SweepFailed as error:
            fault = f"{error.title} {error.help}"
        parts.append(_part(cluster, report, fault, _previous(schedule, cluster, desk), desk))
    return tuple(parts)


def clusters_of(schedule: Schedule, desk: Desk) -> tuple[str, ...]:
    """Those that it tells of, as far as the bot still looks at them."""
    return tuple(cluster for cluster in desk.sweeps.names if schedule.covers(cluster))


def post(issue: Made, channel: str, desk: Desk) -> Outcome:
    """Give it to Slack."""
    place = Place(channel=channel, user="", response_url="")
    return desk.chat.at(place).finish(issue.message)


def keep(issue: Made, schedule: Schedule, desk: Desk) -> None:
    """Remember what the next issue compares with. A store that is away costs that."""
    for part in issue.parts:
        if part.report is not None and part.report.verdict is not Verdict.UNKNOWN:
            try:
                BASELINES.put(desk.store, _baseline_key(schedule.id, part.cluster), part.report)
            except StoreError as error:
                logger.warning("the digest %s has no baseline for its next issue: %s", schedule.id, error)


def forget(schedule: Schedule, desk: Desk) -> None:
    """Let go of its baselines. Raises StoreError."""
    for cluster in clusters_of(schedule, desk):
        key = _baseline_key(schedule.id, cluster)
        desk.store.swap(key, desk.store.get(key), None, None)


def detail(issue: Made, outcome: Outcome, desk: Desk) -> None:
    """What the short message leaves out, in its thread: each cluster's status and how its room went.

    The thread knows what it is about, where that is one cluster.
    """
    if not outcome.ts:
        return
    place = Place(channel=outcome.channel, user="", response_url="", thread_ts=outcome.ts)
    told = [part.report for part in issue.parts if part.report is not None]
    if len(told) == 1:
        about(desk.store, outcome.channel, outcome.ts, told[0].cluster)  # somebody may ask there at once
    shown = [report for report in told if len(told) == 1 or _has_more(report)][:MAX_REPLIES]
    for report in shown:
        posted = desk.chat.at(place).finish(desk.pages.of(Seen(report)))
        if len(told) == 1:
            look = Look(
                at=desk.now(),
                user="",
                asked="digest",
                cluster=report.cluster,
                taken_at=report.taken_at,
                told=report.headline,
            )
            remember(desk.store, place, posted, Subject(cluster=report.cluster), look, outline(report))
    for report in shown[:1]:
        if trend := _trend(report.cluster, desk):
            desk.chat.at(place).finish(trend)


def _trend(cluster: str, desk: Desk) -> Message | None:
    """How the cluster's room went; None while too little is kept."""
    try:
        of = past(desk, cluster, FORTNIGHT)
    except StoreError as error:
        logger.warning("a digest goes without the trend of %s: %s", cluster, error)
        return None
    return history_message(of) if of.trend.figures else None


def _has_more(report: Report) -> bool:
    return bool(report.verdict is not Verdict.HEALTHY or report.risks or report.not_checked)


def _part(cluster: str, report: Report | None, fault: str, previous: Report | None, desk: Desk) -> Part:
    left = outlook(desk.store, cluster, desk.now()) if report is not None else ()
    return Part(cluster=cluster, report=report, fault=fault, previous=previous, outlooks=left)


def _previous(schedule: Schedule, cluster: str, desk: Desk) -> Report | None:
    try:
        return BASELINES.get(desk.store, _baseline_key(schedule.id, cluster))
    except StoreError as error:
        logger.warning("the digest %s is not compared: %s", schedule.id, error)
        return None


def _baseline_key(id: str, cluster: str) -> str:
    return f"cilium:digest:{id}:{quote(cluster, safe='')}"
