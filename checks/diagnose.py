"""Tie symptoms to causes, fold what merely follows, order by what hurts most. Pure.

A claim is one symptom of one subject. A cause explains the claims that it makes and those that follow from
them; with none it does no harm now and is a risk. The rules are report-format.md's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from checks.claims import Judged, claimed, explained, followed, subjects_of
from checks.model import Confidence, Evidence, Finding, Kind, Severity
from checks.run import Result

INFERRED = "traffic-failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What hurts, why, what will, and what is merely odd; each worst first."""

    symptoms: tuple[Judged, ...] = ()
    causes: tuple[Judged, ...] = ()
    risks: tuple[Judged, ...] = ()
    notes: tuple[Judged, ...] = ()

    def explained_by(self, symptom: str) -> tuple[str, ...]:
        """Ids of the causes of one symptom, in the order of the causes."""
        return tuple(cause.id for cause in self.causes if symptom in cause.symptoms)


@dataclass(slots=True)
class _Case:
    """The state of one diagnosis while it is made."""

    symptoms: dict[str, Judged] = field(default_factory=dict)
    causes: dict[str, Judged] = field(default_factory=dict)
    folded: dict[str, set[str]] = field(default_factory=dict)  # consequence id to the ids above it


def diagnose(results: Iterable[Result]) -> Diagnosis:
    """One diagnosis of all results. The order of the results does not matter."""
    by_kind: dict[Kind, dict[str, Judged]] = {kind: {} for kind in Kind}
    for result in sorted(results, key=lambda r: r.check.id):
        for finding in result.findings:
            group = by_kind[finding.kind]
            known = group.get(result.check.id)
            merged = _merge(known.finding, finding) if known else finding
            group[result.check.id] = Judged(result.check.id, merged)
    case = _Case(symptoms=by_kind[Kind.SYMPTOM])
    case.causes = {
        name: replace(judged, claims=explained(judged.finding, case.symptoms))
        for name, judged in by_kind[Kind.CAUSE].items()
    }
    harmless = {n: c for n, c in case.causes.items() if not c.claims and not _breaks_traffic(c.finding)}
    case.causes = {name: c for name, c in case.causes.items() if name not in harmless}
    _infer_traffic(case)
    _drop_outdone_guesses(case)
    _fold(case)
    causes = sorted(case.causes.values(), key=lambda c: _rank(c, case.symptoms))
    return Diagnosis(
        symptoms=_worst_first(case.symptoms.values()),
        causes=tuple(causes),
        risks=_worst_first(_risks(by_kind[Kind.RISK], harmless, case)),
        notes=tuple(by_kind[Kind.NOTE].values()),
    )


def _merge(first: Finding, second: Finding) -> Finding:
    return replace(
        first,
        severity=max(first.severity, second.severity),
        confidence=min(first.confidence, second.confidence),
        subjects=tuple(dict.fromkeys((*first.subjects, *second.subjects))),
        evidence=(*first.evidence, *second.evidence),
        explains=(*first.explains, *second.explains),
        follows_from=(*first.follows_from, *second.follows_from),
    )


def _breaks_traffic(finding: Finding) -> bool:
    """Whether it harms in a way that no API shows; a mere guess may not raise that alarm."""
    return finding.inferred and finding.confidence >= Confidence.LIKELY


def _infer_traffic(case: _Case) -> None:
    """Give the causes that break traffic unseen their symptom."""
    unseen = {name: c for name, c in case.causes.items() if _breaks_traffic(c.finding)}
    if not unseen:
        return
    if INFERRED not in case.symptoms:
        subjects = dict.fromkeys(s for c in unseen.values() for s in c.finding.subjects)
        case.symptoms[INFERRED] = Judged(
            INFERRED,
            Finding(
                kind=Kind.SYMPTOM,
                severity=max(c.finding.severity for c in unseen.values()),
                title="traffic fails, which no API shows",
                subjects=tuple(subjects),
                evidence=tuple(e for c in unseen.values() for e in c.finding.evidence[:1]),
            ),
            inferred=True,
        )
    known = subjects_of(case.symptoms[INFERRED])
    for name, cause in unseen.items():
        own = known & frozenset(cause.finding.subjects) or known
        claims = cause.claims | {(INFERRED, subject) for subject in own}
        case.causes[name] = replace(cause, claims=followed(claims, case.symptoms))


def _drop_outdone_guesses(case: _Case) -> None:
    """A possible cause stands only where no surer one explains everything that it would."""
    sure = frozenset(
        claim
        for cause in case.causes.values()
        if cause.finding.confidence > Confidence.POSSIBLE
        for claim in cause.claims
    )
    case.causes = {
        name: cause
        for name, cause in case.causes.items()
        if cause.finding.confidence > Confidence.POSSIBLE or not cause.claims <= sure
    }


def _fold(case: _Case) -> None:
    """Put what merely follows under the cause that it follows from."""
    for name in sorted(case.causes):
        parents = _parents(name, case)
        if parents:
            case.folded[name] = parents
    tops: dict[str, set[str]] = {}
    for name in case.folded:
        for top in _tops(name, case.folded):
            tops.setdefault(top, set()).add(name)
    for top, below in tops.items():
        cause = case.causes[top]
        claims = cause.claims.union(*(case.causes[name].claims for name in below))
        case.causes[top] = replace(
            cause, claims=followed(claims, case.symptoms), leads_to=tuple(sorted(below))
        )
    case.causes = {name: cause for name, cause in case.causes.items() if name not in case.folded}


def _parents(name: str, case: _Case) -> set[str]:
    """The causes that this one follows from; none when something of it is explained by no other."""
    cause = case.causes[name]
    others = {
        other: c
        for other, c in case.causes.items()
        if other != name
        and name not in _ancestors(other, case.folded)
        and c.finding.confidence >= min(cause.finding.confidence, Confidence.LIKELY)
    }
    needed = frozenset(c for link in cause.finding.follows_from for c in claimed(link, case.symptoms))
    if needed:
        above = {other for other, c in others.items() if c.claims & needed}
        if needed <= frozenset().union(*(others[other].claims for other in above)):
            return above
    leading = {other for other, c in others.items() if name in c.finding.leads_to and c.claims & cause.claims}
    if leading and cause.claims <= frozenset().union(*(others[other].claims for other in leading)):
        return leading
    return set()


def _ancestors(name: str, folded: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    queue = [name]
    while queue:
        for parent in folded.get(queue.pop(), ()):
            if parent not in found:
                found.add(parent)
                queue.append(parent)
    return found


def _tops(name: str, folded: Mapping[str, set[str]]) -> set[str]:
    return {parent for parent in _ancestors(name, folded) if parent not in folded}


def _rank(cause: Judged, symptoms: Mapping[str, Judged]) -> tuple[int, int, int, int, str]:
    worst = max((symptoms[name].finding.severity for name in cause.symptoms), default=Severity.LOW)
    return (
        -worst,
        -len({subject for _, subject in cause.claims}),
        -cause.finding.confidence,
        -cause.finding.severity,
        cause.id,
    )


def _risks(stated: Mapping[str, Judged], harmless: Mapping[str, Judged], case: _Case) -> list[Judged]:
    """Stated risks, and causes whose harm is absent: those are at most medium, and guesses are left out."""
    active = set(case.causes) | set(case.folded)
    found = {name: judged for name, judged in stated.items() if name not in active}
    for name, judged in harmless.items():
        finding = judged.finding
        if finding.drop_if_harmless or finding.confidence is Confidence.POSSIBLE:
            continue
        lowered = replace(finding, severity=min(finding.severity, Severity.MEDIUM))
        found.setdefault(name, Judged(name, lowered))
    return list(found.values())


def _worst_first(items: Iterable[Judged]) -> tuple[Judged, ...]:
    return tuple(sorted(items, key=lambda j: (-j.finding.severity, -len(j.finding.subjects), j.id)))


def evidence_of(judged: Judged) -> tuple[Evidence, ...]:
    """Its readings, without repeats."""
    return tuple(dict.fromkeys(judged.finding.evidence))
