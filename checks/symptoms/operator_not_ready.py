"""The Cilium operator does not work: no ready replica, or a lapsed lease."""

from collections.abc import Iterator
from datetime import timedelta

from checks.cilium_pods import operator_deployment, operator_lease, operator_pods
from checks.derive import GRACE
from checks.model import Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import Meta
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Waiting
from checks.parts.kubernetes import Leases
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.parts.workloads import Deployments, Workload


@check(
    id="operator-not-ready",
    title="The Cilium operator is not ready",
    source="https://docs.cilium.io/en/stable/internals/cilium_operator/",
)
def operator_not_ready(
    meta: Meta,
    deployments: Deployments,
    leases: Leases | None,
    pods: Pods | None,
    nodes: Nodes | None,
    waiting: Waiting | None,
    cilium_nodes: CiliumNodes | None,
) -> Iterator[Finding | Undecided]:
    """Without an operator existing pods go on; new nodes get no block, and ENI nodes no further address."""
    operator = operator_deployment(deployments, meta.cilium_namespace)
    if operator is None:
        yield Undecided(f"not found: no Deployment cilium-operator in namespace {meta.cilium_namespace}")
        return
    lease = operator_lease(leases, meta.cilium_namespace) if leases else None
    evidence = [Evidence(Deployments.ASKED, "status.readyReplicas", str(operator.ready))]
    lapsed = False
    if lease is not None and lease.renewed is not None and lease.duration_s is not None:
        lapsed = meta.taken_at - lease.renewed > timedelta(seconds=lease.duration_s) + _CLOCK_SKEW
        evidence.append(Evidence(Leases.ASKED, "spec.renewTime", lease.renewed.isoformat()))
        evidence.append(Evidence(Leases.ASKED, "spec.leaseDurationSeconds", str(lease.duration_s)))
    down = operator.ready == 0 and not _starting(meta, operator, pods)
    if not (down or lapsed):
        if leases is None:
            yield Undecided(part="leases")
        return
    waits = bool(waiting and waiting.without_ip) or _nodes_wait(meta, nodes, cilium_nodes)
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=Severity.CRITICAL if waits else Severity.HIGH,
        title="no Cilium operator replica is ready" if down else "the Cilium operator's lease has lapsed",
        subjects=(Subject("Deployment", operator.name, operator.namespace),),
        evidence=tuple(evidence),
    )


_CLOCK_SKEW = timedelta(seconds=5)
"""Leaders renew every few seconds; the sweep's clock and the leader's need not agree to the second."""


def _starting(meta: Meta, operator: Workload, pods: Pods | None) -> bool:
    if meta.taken_at - operator.created <= GRACE:
        return True
    mine = operator_pods(pods, meta.cilium_namespace) if pods else ()
    return any(meta.taken_at - (pod.ready_since or pod.created) <= GRACE for pod in mine if not pod.restarts)


def _nodes_wait(meta: Meta, nodes: Nodes | None, cilium_nodes: CiliumNodes | None) -> bool:
    """Whether some node past the grace is not ready, or has been given nothing to hand out."""
    for node in nodes.items if nodes else ():
        if meta.taken_at - node.created <= GRACE:
            continue
        if node.ready is False and meta.taken_at - (node.ready_since or node.created) > GRACE:
            return True
        mine = cilium_nodes.by_name.get(node.name) if cilium_nodes else None
        empty = mine and not (mine.pod_cidrs or mine.enis or mine.allocated or mine.pool_size)
        if empty and not node.pod_cidrs:
            return True
    return False
