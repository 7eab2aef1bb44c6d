"""Connections inside the cluster that fail from where they must not."""

from collections.abc import Iterator

from checks.model import Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.agents import TcpProbe, TcpProbes
from checks.parts.services import Endpoints
from checks.scale import counted


@check(
    id="traffic-failing",
    title="Connections fail inside the cluster",
    source="https://kubernetes.io/docs/concepts/cluster-administration/networking/",
)
def traffic_failing(tcp_probes: TcpProbes, endpoints: Endpoints | None) -> Iterator[Finding]:
    """A TCP probe from a node of the cluster fails although somebody ready stands behind its address.

    A probe of unknown origin says nothing: from outside the cluster it has to fail.
    """
    told = [probe for probe in tcp_probes.items if probe.from_node]
    failed = [probe for probe in told if probe.outcome != "ok" and _ready(probe, endpoints)]
    if not failed:
        return
    subjects = {Subject(p.kind or "Address", p.name or p.address, p.namespace) for p in failed}
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=Severity.HIGH if len(failed) >= 20 else Severity.MEDIUM,
        title=f"{counted(len(failed), 'TCP probe fails', 'TCP probes fail')} inside the cluster",
        subjects=tuple(sorted(subjects)),
        evidence=tuple(
            Evidence(TcpProbes.ASKED, f"{p.address}:{p.port} from {p.from_node}", p.outcome)
            for p in failed[:5]
        ),
    )


def _ready(probe: TcpProbe, endpoints: Endpoints | None) -> bool:
    if probe.kind != "Service" or endpoints is None:
        return True
    return bool(endpoints.of(probe.namespace or "", probe.name).ready)
