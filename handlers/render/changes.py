"""What changed between two reports of one cluster. What could not be checked is never called gone or new."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from checks.report import Report, Verdict
from handlers.render.words import RANK


class Change(Enum):
    """How a problem stands against the last time, in the order in which it is told."""

    NEW = "new"
    WORSE = "worse"
    SEEN = "newly checked"
    BETTER = "better"
    GONE = "gone"
    UNSEEN = "no longer checked"
    SAME = "as before"


@dataclass(frozen=True, slots=True)
class Problem:
    """A cause, a risk or an unexplained symptom, as far as it can be compared."""

    id: str
    title: str
    hurts: bool
    severity: str
    subjects: int

    @property
    def weight(self) -> tuple[bool, int, int]:
        """How bad: does it hurt, how much, how many."""
        return (self.hurts, RANK.get(self.severity, 0), self.subjects)


@dataclass(frozen=True, slots=True)
class Changed:
    """One problem then and now; one of the two may be missing."""

    change: Change
    then: Problem | None
    now: Problem | None

    @property
    def shown(self) -> Problem:
        """The problem as it is, or as it was."""
        problem = self.now or self.then
        assert problem is not None  # built from one of the two
        return problem


def baseline_fault(report: Report, previous: Report | None) -> str | None:
    """Why the earlier report is nothing to compare with; None when it is."""
    if previous is None:
        return "there is no earlier report"
    if (previous.cluster, previous.region) != (report.cluster, report.region):
        return "the earlier report is of another cluster"
    if previous.taken_at == report.taken_at and report.source == "recording":
        return "the earlier report is of the same recording"
    if previous.taken_at >= report.taken_at:
        return "the earlier report is not earlier"
    if previous.verdict is Verdict.UNKNOWN:
        return "the earlier report could not read what its verdict needs"
    return None


def compare(report: Report, previous: Report) -> tuple[Changed, ...]:
    """Every problem of either report, the new and the worse first, then by weight.

    One that is now told as the consequence of another is neither gone nor left out: it is told there.
    """
    now, then = _problems(report), _problems(previous)
    unread_now = {gap.id for gap in report.not_checked}
    unread_then = {gap.id for gap in previous.not_checked}
    folded = {id for cause in (*report.causes, *report.risks) for id in cause.leads_to}
    found = [_changed(then.get(id), problem, unread_then) for id, problem in now.items()]
    for id, problem in then.items():
        if id not in now and id not in folded:
            unseen = id in unread_now or report.verdict is Verdict.UNKNOWN
            found.append(Changed(Change.UNSEEN if unseen else Change.GONE, problem, None))
    order = list(Change)
    return tuple(sorted(found, key=lambda one: (order.index(one.change), _heaviest_first(one.shown))))


def _changed(then: Problem | None, now: Problem, unread_then: set[str]) -> Changed:
    if then is None:
        return Changed(Change.SEEN if now.id in unread_then else Change.NEW, None, now)
    if now.weight == then.weight:
        return Changed(Change.SAME, then, now)
    return Changed(Change.WORSE if now.weight > then.weight else Change.BETTER, then, now)


def _heaviest_first(problem: Problem) -> tuple[bool, int, int, str]:
    hurts, severity, subjects = problem.weight
    return (not hurts, -severity, -subjects, problem.id)


def _problems(report: Report) -> Mapping[str, Problem]:
    found: dict[str, Problem] = {}
    for risk in report.risks:
        found[risk.id] = Problem(risk.id, risk.title, False, risk.severity, risk.subjects_total)
    for symptom in report.symptoms:
        if not symptom.explained_by:
            found[symptom.id] = Problem(
                symptom.id, symptom.title, True, symptom.severity, symptom.subjects_total
            )
    for cause in report.causes:
        found[cause.id] = Problem(cause.id, cause.title, True, cause.severity, cause.subjects_total)
    return found


def counts(changes: Iterable[Changed]) -> Counter[Change]:
    """How many of each."""
    return Counter(one.change for one in changes)
