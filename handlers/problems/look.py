"""What a report means for the problems that were known: new, worse, better, gone, or not checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from checks.report import Cause, Report, ReportSubject, Symptom, Verdict
from handlers.problems.model import Figures, Ledger, Post, Problem, Weight
from handlers.render.escape import clean, clean_lines
from handlers.render.words import RANK, kind_noun

REOPENS = timedelta(hours=1)  # what comes back sooner is the same problem
REMEMBERED = timedelta(days=1)  # what is over
NOT_LOOKED = timedelta(minutes=20)  # a few rounds
PUT_BACK = timedelta(minutes=10)  # no report comes so late: the clock was put back
UNREAD_LOOKS = 3  # so many before people are told
HIDDEN_LOOKS = 12  # so long an unread cause speaks for its symptoms
MAX_TITLE_CHARS = 300
MAX_BECAUSE_CHARS = 500
MAX_COMMAND_CHARS = 600
MAX_ID_CHARS = 80
MAX_PAST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A problem as one report shows it."""

    id: str
    title: str
    because: str
    look: str
    command: str
    noun: str
    explains: tuple[str, ...]
    weight: Weight


@dataclass(frozen=True, slots=True)
class Look:
    """One report as far as problems go. ``told_with`` names, by id, the cause that an id is told with."""

    at: datetime
    sights: Mapping[str, Sight]
    unread: frozenset[str]
    blind: bool
    told_with: Mapping[str, str]
    figures: Figures

    def saw(self, id: str) -> bool:
        """Whether the report can tell about this id."""
        return not self.blind and id not in self.unread


def looked(ledger: Ledger, report: Report, at: datetime) -> Ledger:
    """The ledger after this report of ``at``; one that comes late changes nothing."""
    if ledger.at is not None and ledger.at - PUT_BACK < at <= ledger.at:
        return ledger
    look = _look(report, at)
    known = {problem.id: problem for problem in ledger.problems}
    hidden = set(_hidden(known, look))
    now = {id: _met(known.get(id), sight, look) for id, sight in look.sights.items() if id not in hidden}
    now |= {id: _missed(problem, look) for id, problem in known.items() if id not in now}
    ends = {id for id, problem in known.items() if problem.is_open}  # if it does now, that is to be told
    kept = [problem for problem in now.values() if problem.id in ends or _is_kept(problem, at)]
    lives = {problem.id: problem.since for problem in kept}
    past = {id: problem for id, problem in known.items() if lives.get(id) != problem.since}
    posts = (_without(post, past) for post in ledger.posts)
    return Ledger(
        at=at,
        problems=tuple(sorted(kept, key=_heaviest_first)),
        posts=tuple(post for post in posts if post.told),
    )


def not_looked(ledger: Ledger, now: datetime) -> Ledger:
    """The ledger when no report came for a while: nothing of it could be checked."""
    if ledger.at is None or now - ledger.at < NOT_LOOKED:
        return ledger
    return replace(
        ledger,
        problems=tuple(
            replace(problem, unread=problem.unread or problem.seen, unread_looks=UNREAD_LOOKS)
            if problem.is_open
            else problem
            for problem in ledger.problems
        ),
    )


def _look(report: Report, at: datetime) -> Look:
    causes = (*report.causes, *report.risks)
    told_with = {id: cause.id for cause in causes for id in cause.leads_to}
    told_with |= {symptom.id: symptom.explained_by[0] for symptom in report.symptoms if symptom.explained_by}
    facts = report.facts
    return Look(
        at=at,
        sights={sight.id: sight for sight in _sights(report)},
        unread=frozenset(gap.id for gap in report.not_checked),
        blind=report.verdict is Verdict.UNKNOWN,
        told_with=told_with,
        figures=Figures(
            not_scheduled=facts.pods.not_scheduled,
            without_ip=facts.pods.without_ip,
            reachable=facts.nodes.reachable,
            used=facts.ipam.used,
            attached=facts.ipam.attached,
        ),
    )


def _sights(report: Report) -> Iterator[Sight]:
    """Risks, what nothing explains, causes; of one id the last counts."""
    for risk in report.risks:
        yield _of_cause(risk, hurts=False)
    for symptom in report.symptoms:
        if not symptom.explained_by:
            yield _of_symptom(symptom)
    for cause in report.causes:
        yield _of_cause(cause, hurts=True)


def _of_cause(cause: Cause, *, hurts: bool) -> Sight:
    first = next((action for action in cause.actions if action.kind == "look"), None)
    shown = clean_lines(first.command, MAX_COMMAND_CHARS + 1) if first and first.command else ""
    return Sight(
        id=clean(cause.id, MAX_ID_CHARS),
        title=clean(cause.title, MAX_TITLE_CHARS),
        because=clean(cause.because, MAX_BECAUSE_CHARS) if cause.because else "",
        look=clean(first.title, MAX_TITLE_CHARS) if first else "",
        command=shown if len(shown) <= MAX_COMMAND_CHARS else "",  # half a command must not be pasted
        noun=_noun(cause.subjects),
        explains=cause.explains,
        weight=Weight(hurts=hurts, severity=cause.severity, subjects=cause.subjects_total),
    )


def _of_symptom(symptom: Symptom) -> Sight:
    return Sight(
        id=clean(symptom.id, MAX_ID_CHARS),
        title=clean(symptom.title, MAX_TITLE_CHARS),
        because="No cause that I know explains it.",
        look="",
        command="",
        noun=_noun(symptom.subjects),
        explains=(),
        weight=Weight(hurts=True, severity=symptom.severity, subjects=symptom.subjects_total),
    )


def _noun(subjects: tuple[ReportSubject, ...]) -> str:
    kinds = {subject.kind for subject in subjects}
    return kind_noun(kinds.pop()) if len(kinds) == 1 else "object"


def _hidden(known: Mapping[str, Problem], look: Look) -> Iterator[str]:
    """Symptoms that stand alone only because the check of their known cause could not be made this time."""
    for problem in known.values():
        unread = problem.is_open and not look.saw(problem.id) and problem.id not in look.sights
        if unread and problem.unread_looks < HIDDEN_LOOKS:
            yield from (id for id in problem.explains if id not in known or not known[id].is_open)


def _met(known: Problem | None, sight: Sight, look: Look) -> Problem:
    """The problem is there: for the first time, again, or still."""
    if known is None or (known.ended is not None and look.at - known.ended > REOPENS):
        return _begun(known, sight, look)
    returns = known.returns + (known.ended is not None)
    still = replace(known, seen=look.at, missing=None, ended=None, returns=returns)
    still = replace(still, under="", unread=None, unread_looks=0)
    if not look.saw(known.id):
        return still  # what was read of it may be a part
    worse = sight.weight.grade > known.worst.grade
    return replace(
        still,
        title=sight.title,
        because=sight.because,
        look=sight.look,
        command=sight.command,
        noun=sight.noun,
        explains=sight.explains,
        now=sight.weight,
        worst=_worst(known.worst, sight.weight),
        rose=look.at if worse else known.rose,
        rose_from=known.worst if worse else known.rose_from,
        after=look.figures,
    )


def _begun(known: Problem | None, sight: Sight, look: Look) -> Problem:
    """A life begins; a silence outlives the one before, an acknowledgement does not."""
    return Problem(
        id=sight.id,
        title=sight.title,
        because=sight.because,
        look=sight.look,
        command=sight.command,
        noun=sight.noun,
        explains=sight.explains,
        since=look.at,
        seen=look.at,
        first=sight.weight,
        now=sight.weight,
        worst=sight.weight,
        rose=look.at,
        before=look.figures,
        after=look.figures,
        silence=known.silence if known is not None and known.silenced(look.at) else None,
    )


def _worst(one: Weight, other: Weight) -> Weight:
    heavier = max(one, other, key=lambda weight: weight.grade)
    return replace(heavier, subjects=max(one.subjects, other.subjects))


def _missed(problem: Problem, look: Look) -> Problem:
    """The problem is not in the report: unread, or gone. It is over with the second look without it."""
    if problem.ended is not None:
        return problem
    under = look.told_with.get(problem.id, "")
    if not look.saw(problem.id) and not under:
        unread = problem.unread or problem.seen
        return replace(problem, missing=None, unread=unread, unread_looks=problem.unread_looks + 1)
    read = replace(problem, unread=None, unread_looks=0, under=under)
    if problem.missing is None:
        return replace(read, missing=look.at)
    return replace(read, ended=problem.missing, after=look.figures)


def _is_kept(problem: Problem, at: datetime) -> bool:
    silenced = problem.silenced(at)
    return problem.ended is None or silenced or at - problem.ended < REMEMBERED


def _heaviest_first(problem: Problem) -> tuple[bool, bool, int, int, str]:
    weight = problem.now
    rank = RANK.get(weight.severity, 0)
    return (not problem.is_open, not weight.hurts, -rank, -weight.subjects, problem.id)


def _without(post: Post, past: Mapping[str, Problem]) -> Post:
    """The post without lives that are past, and with a sentence about each."""
    gone = [problem for id, problem in past.items() if id in post.told]
    if not gone:
        return post
    lines = tuple(f"Over by {problem.ended:%Y-%m-%d %H:%M} UTC: {problem.title}" for problem in gone)
    left = {id: at for id, at in post.told.items() if id not in past}
    return replace(post, told=left, past=(*post.past, *lines)[-MAX_PAST:])
