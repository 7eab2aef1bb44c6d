"""From a snapshot to the report: run every check, diagnose, and put it into the report's shape."""

from checks.claims import Judged
from checks.diagnose import Diagnosis, diagnose, evidence_of
from checks.facts import facts_of
from checks.helm_upgrade import pinned
from checks.load import load_checks
from checks.model import Subject
from checks.pending import pending_of
from checks.quiet import seldom_collected
from checks.report import (
    Cause,
    Note,
    Report,
    ReportAction,
    ReportEvidence,
    ReportSubject,
    Symptom,
)
from checks.run import Result, run
from checks.snapshot import Snapshot
from checks.verdict import headline_of, not_checked_of, unread_least, verdict_of


def judge(snapshot: Snapshot) -> Report:
    """The report of one sweep. The same snapshot gives the same report."""
    with seldom_collected():
        return report_of(run(load_checks(), snapshot), snapshot)


def report_of(results: tuple[Result, ...], snapshot: Snapshot) -> Report:
    """The report that these results make of this snapshot."""
    diagnosis = diagnose(results)
    unread = unread_least(snapshot)
    facts = facts_of(snapshot)
    verdict = verdict_of(diagnosis, unread)
    not_checked = not_checked_of(results, diagnosis)
    return Report(
        cluster=snapshot.meta.cluster,
        region=snapshot.meta.region,
        taken_at=snapshot.meta.taken_at,
        seconds=round(snapshot.seconds, 2),
        source="live" if snapshot.meta.source == "live" else "recording",
        verdict=verdict,
        headline=headline_of(verdict, diagnosis, facts, unread, not_checked),
        symptoms=tuple(_symptom(item, diagnosis) for item in diagnosis.symptoms),
        causes=tuple(_cause(item, diagnosis, snapshot) for item in diagnosis.causes),
        risks=tuple(_cause(item, diagnosis, snapshot) for item in diagnosis.risks),
        notes=tuple(_note(item) for item in diagnosis.notes),
        not_checked=not_checked,
        facts=facts,
        pending=pending_of(snapshot, diagnosis),
    )


def _subject(subject: Subject) -> ReportSubject:
    return ReportSubject(kind=subject.kind, namespace=subject.namespace, name=subject.name)


def _subjects(item: Judged) -> tuple[ReportSubject, ...]:
    return tuple(_subject(subject) for subject in dict.fromkeys(item.finding.subjects))


def _evidence(item: Judged) -> tuple[ReportEvidence, ...]:
    return tuple(
        ReportEvidence(asked=e.asked, field=e.field, value=e.value, count=e.count) for e in evidence_of(item)
    )


def _symptom(item: Judged, diagnosis: Diagnosis) -> Symptom:
    subjects = _subjects(item)
    return Symptom(
        id=item.id,
        severity=item.finding.severity.name.lower(),  # type: ignore[arg-type] # the names are the words
        inferred=item.inferred,
        title=item.finding.title,
        subjects=subjects,
        subjects_total=len(subjects),
        evidence=_evidence(item),
        explained_by=diagnosis.explained_by(item.id),
    )


def _cause(item: Judged, diagnosis: Diagnosis, snapshot: Snapshot) -> Cause:
    finding = item.finding
    subjects = _subjects(item)
    return Cause(
        id=item.id,
        severity=finding.severity.name.lower(),  # type: ignore[arg-type] # the names are the words
        confidence=finding.confidence.name.lower(),  # type: ignore[arg-type] # the names are the words
        title=finding.title,
        because=finding.because,
        subjects=subjects,
        subjects_total=len(subjects),
        evidence=_evidence(item),
        explains=tuple(s.id for s in diagnosis.symptoms if s.id in item.symptoms),
        leads_to=item.leads_to,
        actions=tuple(
            ReportAction(
                title=a.title,
                command=pinned(a.command, snapshot.meta.cilium_namespace, snapshot.version),
                kind=a.kind,
                risk=a.risk,
                verify=a.verify,
            )
            for a in finding.actions
        ),
        references=finding.references,
    )


def _note(item: Judged) -> Note:
    subjects = _subjects(item)
    return Note(
        id=item.id,
        title=item.finding.title,
        subjects=subjects,
        subjects_total=len(subjects),
        evidence=_evidence(item),
    )
