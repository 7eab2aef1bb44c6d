"""The cluster in one word and one sentence, and what could not be checked."""

from collections.abc import Iterable

from checks.cilium_pods import operator_deployment
from checks.diagnose import Diagnosis
from checks.model import Kind, Severity
from checks.report import Facts, NotChecked, Verdict
from checks.run import Result
from checks.scale import counted
from checks.snapshot import Snapshot

_STATE_IN_CILIUM_NODES = frozenset({"cluster-pool", "eni", "multi-pool", "crd"})
_LEAST = ("nodes", "pods", "daemonsets", "deployments", "cilium", "endpoints")
"""Parts without which no cluster is called healthy (report-format.md: Verdict)."""


def unread_least(snapshot: Snapshot) -> tuple[str, ...]:
    """Why the least sources could not be read, one phrase each; empty when all were."""
    needed = list(_LEAST)
    if snapshot.cilium is None or snapshot.cilium.allocator in _STATE_IN_CILIUM_NODES:
        needed.append("cilium_nodes")
    phrases = [
        f"{name.replace('_', ' ')}: {snapshot.gaps[name].reason if name in snapshot.gaps else 'not asked'}"
        for name in needed
        if getattr(snapshot, name) is None
    ]
    namespace = snapshot.meta.cilium_namespace
    if snapshot.daemonsets is not None and snapshot.daemonsets.find(namespace, "cilium") is None:
        phrases.append(f"no DaemonSet cilium in namespace {namespace}")
    if snapshot.deployments is not None and operator_deployment(snapshot.deployments, namespace) is None:
        phrases.append(f"no Deployment cilium-operator in namespace {namespace}")
    return tuple(phrases)


def verdict_of(diagnosis: Diagnosis, unread: tuple[str, ...]) -> Verdict:
    """What hurts decides; with nothing that hurts, an unread least source makes it unknown."""
    severities = [symptom.finding.severity for symptom in diagnosis.symptoms]
    if Severity.CRITICAL in severities:
        return Verdict.CRITICAL
    if severities or any(risk.finding.severity >= Severity.HIGH for risk in diagnosis.risks):
        return Verdict.DEGRADED
    return Verdict.UNKNOWN if unread else Verdict.HEALTHY


def headline_of(
    verdict: Verdict,
    diagnosis: Diagnosis,
    facts: Facts,
    unread: tuple[str, ...],
    not_checked: tuple[NotChecked, ...],
) -> str:
    """One sentence that an on-call can read on a phone."""
    tail = f"; {len(not_checked)} not checked" if not_checked else ""
    return _sentence(verdict, diagnosis, facts, unread) + tail


def _sentence(verdict: Verdict, diagnosis: Diagnosis, facts: Facts, unread: tuple[str, ...]) -> str:
    if diagnosis.causes:
        first, more = diagnosis.causes[0], len(diagnosis.causes) - 1
        harm = next(symptom for symptom in diagnosis.symptoms if symptom.id in first.symptoms)
        worst = diagnosis.symptoms[0]
        worse = worst.finding.severity > harm.finding.severity and not diagnosis.explained_by(worst.id)
        lead = f"{worst.finding.title}, unexplained; " if worse else ""
        also = f" (and {counted(more, 'more cause')})" if more else ""
        if harm.inferred:
            return f"{lead}{first.finding.title}: {harm.finding.title}{also}"
        return f"{lead}{harm.finding.title}: {first.finding.title}{also}"
    if diagnosis.symptoms:
        more = len(diagnosis.symptoms) - 1
        also = f" (and {counted(more, 'more symptom')})" if more else ""
        return f"{diagnosis.symptoms[0].finding.title}; no known cause fits{also}"
    if verdict is Verdict.DEGRADED:
        return diagnosis.risks[0].finding.title
    if verdict is Verdict.UNKNOWN:
        return "Not enough could be read to judge: " + "; ".join(unread)
    return "Nothing hurts: " + ", ".join(_healthy_figures(facts))


def _healthy_figures(facts: Facts) -> Iterable[str]:
    nodes = facts.nodes
    if nodes.total is not None:
        yield f"{nodes.ready} of {counted(nodes.total, 'node')} ready"
    if nodes.reachable is not None:
        yield f"{nodes.reachable} reachable"
    yield "no pod waits for a node or an address"


def not_checked_of(results: Iterable[Result], diagnosis: Diagnosis) -> tuple[NotChecked, ...]:
    """Every check that applies here and could not be decided, sorted by id, with all its reasons.

    A fault that was found and hurts nobody is undecided too, where it was not read whom it would hurt.
    """
    named = {cause.id for cause in diagnosis.causes}
    folded = {name for cause in diagnosis.causes for name in cause.leads_to}
    found = []
    for result in sorted(results, key=lambda result: result.check.id):
        hurts = result.check.id in folded or any(f.kind is Kind.SYMPTOM for f in result.findings)
        every = (*result.undecided, *(() if hurts else result.unplaced))
        if every and result.check.id not in named:
            reasons = dict.fromkeys(why for why, _ in every)
            grants = dict.fromkeys(grant for _, grant in every if grant)
            found.append(
                NotChecked(id=result.check.id, why="; ".join(reasons), grant="; ".join(grants) or None)
            )
    return tuple(found)
