"""The report of one sweep, format 1: the one value that every face of the bot shows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

SeverityWord = Literal["critical", "high", "medium", "low"]
ConfidenceWord = Literal["certain", "likely", "possible"]


class Verdict(StrEnum):
    """The cluster in one word."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSubject:
    """One object, as people name it."""

    kind: str
    namespace: str | None = None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEvidence:
    """One reading: where it was asked, which field, what stood there, how many said so."""

    asked: str
    field: str
    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAction:
    """One thing to look at or to change."""

    title: str
    command: str | None
    kind: Literal["look", "change"]
    risk: str | None
    verify: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What hurts now. An empty ``explained_by`` is said aloud."""

    id: str
    severity: SeverityWord
    inferred: bool
    title: str
    subjects: tuple[ReportSubject, ...]
    subjects_total: int
    evidence: tuple[ReportEvidence, ...]
    explained_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A failure mode that does harm now; as a risk, one that does not yet."""

    id: str
    severity: SeverityWord
    confidence: ConfidenceWord
    title: str
    because: str
    subjects: tuple[ReportSubject, ...]
    subjects_total: int
    evidence: tuple[ReportEvidence, ...]
    explains: tuple[str, ...]
    leads_to: tuple[str, ...]
    actions: tuple[ReportAction, ...]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Odd and harmless."""

    id: str
    title: str
    subjects: tuple[ReportSubject, ...]
    subjects_total: int
    evidence: tuple[ReportEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """A check that applies here and could not be decided."""

    id: str
    why: str
    grant: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """Running versions, or None."""

    cilium: str | None
    kubernetes: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFacts:
    """Counts of nodes; ``reachable`` is the lower median over the agents whose health was read."""

    total: int | None
    ready: int | None
    reachable: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PodFacts:
    """Counts of live pods of all namespaces, at ``taken_at`` and without the grace."""

    total: int | None
    running: int | None
    not_scheduled: int | None
    without_ip: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IpamFacts:
    """Gross sums of addresses over all nodes; None where a node's figure could not be known."""

    mode: str | None
    prefix_delegation: bool | None
    capacity: int | None
    attached: int | None
    used: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDetail:
    """One node's addresses (gross) and pods; None is unknown, never 0."""

    name: str
    zone: str | None
    instance_type: str | None
    capacity: int | None
    attached: int | None
    allocated: int | None
    used: int | None
    free_for_pods: int | None
    max_pods: int | None
    pods: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetFacts:
    """One subnet: free single addresses and free whole aligned /28 blocks."""

    id: str
    zone: str | None
    free_addresses: int | None
    free_prefixes: int | None
    used_by_pods: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceTypeFacts:
    """EC2's limits of one instance type in use; ``ipv4_per_eni`` has the primary address in it.

    ``enis`` are those of network card 0. ``prefixes``: whether EC2 gives it /28 prefixes at all.
    """

    name: str
    enis: int
    ipv4_per_eni: int
    hypervisor: str | None
    vcpus: int | None
    prefixes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The figures of the report."""

    versions: VersionFacts
    nodes: NodeFacts
    pods: PodFacts
    ipam: IpamFacts
    nodes_detail: tuple[NodeDetail, ...]
    subnets: tuple[SubnetFacts, ...]
    instance_types: tuple[InstanceTypeFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingGroup:
    """Pods of one workload that wait for the same thing, past the grace.

    ``waits_for``: scheduler, address, image, volume, configuration or start. ``limits``: ids of the causes
    that hold them. ``message`` and ``since`` are the oldest one's, ``numbers`` both sides of the limit.
    """

    namespace: str
    workload: str
    waits_for: str
    pods: int
    since: datetime
    limits: tuple[str, ...]
    message: str
    numbers: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One sweep's result. ``taken_at`` is aware and in UTC; ``seconds`` is what the sweep took."""

    format: Literal[1] = 1
    cluster: str
    region: str | None
    taken_at: datetime
    seconds: float
    source: Literal["live", "recording"]
    verdict: Verdict
    headline: str
    symptoms: tuple[Symptom, ...]
    causes: tuple[Cause, ...]
    risks: tuple[Cause, ...]
    notes: tuple[Note, ...]
    not_checked: tuple[NotChecked, ...]
    facts: Facts
    pending: tuple[PendingGroup, ...] = ()
