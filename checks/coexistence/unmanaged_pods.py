"""Every pod of the pod network must have a CiliumEndpoint, or Cilium does nothing for it."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.coexistence.unmanaged import absence_means_nothing, in_migration, outside, subject_of, unmanaged
from checks.dns import dns_service
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, check
from checks.parts.agents import AgentStatuses, Meta, OperatorMetrics
from checks.parts.cilium import CiliumConfig, NodeConfigs
from checks.parts.cilium_nodes import CiliumEndpoints, CiliumNodes
from checks.parts.pods import PodAddress, Pods
from checks.parts.services import Endpoints, Services
from checks.scale import counted


@check(
    id="unmanaged-pods",
    title="Running pods have no CiliumEndpoint",
    source="https://docs.cilium.io/en/stable/installation/k8s-install-helm/#restart-unmanaged-pods",
)
def unmanaged_pods(
    meta: Meta,
    pods: Pods,
    cilium: CiliumConfig,
    cilium_endpoints: CiliumEndpoints,
    cilium_nodes: CiliumNodes,
    agent_status: AgentStatuses | None,
    operator_metrics: OperatorMetrics | None,
    services: Services | None,
    endpoints: Endpoints | None,
    node_configs: NodeConfigs | None,
) -> Iterator[Finding]:
    """Pods started under another CNI, or before any, keep their address and stay unknown to Cilium.

    Policies do not apply to them and pods of an overlay do not reach them. In chaining mode and during a
    migration node by node they work, and only wait for a restart.
    """
    if absence_means_nothing(cilium):
        return
    found = unmanaged(meta, pods, cilium_endpoints, cilium_nodes, agent_status)
    if not found:
        return
    dns = _dns_pods(services, endpoints)
    harmless = cilium.allocator == "chained" or in_migration(cilium, node_configs)
    hit_dns = not harmless and any((p.namespace, p.name) in dns for p in found)
    yield _finding(
        found, outside(found, cilium_nodes), harmless, hit_dns, cilium, cilium_endpoints, operator_metrics
    )


def _finding(
    found: tuple[PodAddress, ...],
    foreign: tuple[PodAddress, ...],
    harmless: bool,
    hit_dns: bool,
    cilium: CiliumConfig,
    cilium_endpoints: CiliumEndpoints,
    metrics: OperatorMetrics | None,
) -> Finding:
    counter = metrics.page.total("cilium_operator_unmanaged_pods") if metrics else None
    sure = len(foreign) == len(found) or bool(counter)
    subjects = tuple(subject_of(pod) for pod in sorted(found, key=lambda p: (p.namespace, p.name)))
    overlay = not harmless and cilium.allocator != "eni"
    severity = Severity.HIGH if hit_dns else Severity.MEDIUM
    return Finding(
        kind=Kind.RISK if harmless else Kind.CAUSE,
        severity=Severity.LOW if harmless else severity,
        confidence=Confidence.CERTAIN if sure and not cilium_endpoints.slices else Confidence.LIKELY,
        title=f"{counted(len(found), 'running pod has', 'running pods have')} no CiliumEndpoint"
        + (", cluster DNS among them" if hit_dns else ""),
        because="They run on nodes with a ready agent, are older than the grace, and no CiliumEndpoint "
        "has their name. Writing endpoints is not switched off."
        + (f" {len(foreign)} of them hold addresses outside every block of Cilium's." if foreign else ""),
        subjects=subjects,
        evidence=(
            Evidence(CiliumEndpoints.ASKED, "metadata.name", "none of these pods", len(found)),
            *(
                Evidence(Pods.ASKED, f"{pod.namespace}/{pod.name}: status.podIP", pod.ip)
                for pod in (foreign or found)[:3]
            ),
            *(
                (Evidence(OperatorMetrics.ASKED, "cilium_operator_unmanaged_pods", f"{counter:g}"),)
                if counter is not None
                else ()
            ),
        ),
        explains=(
            *((Explains("dns-failing"),) if hit_dns else ()),
            *((Explains("traffic-failing", frozenset(subjects)),) if overlay else ()),
        ),
        inferred=overlay,
        actions=(
            look(
                "List pods without an endpoint",
                "kubectl get pods -A -o wide --field-selector status.phase=Running && kubectl get "
                "ciliumendpoints -A",
                "pods that are in the first list only, hostNetwork ones aside",
            ),
            change(
                "Delete them, so that their controllers start them under Cilium",
                f"kubectl -n {quote(found[0].namespace)} delete pod {quote(found[0].name)}",
                risk="restarts the pod; go workload by workload",
                verify="the new pod has a CiliumEndpoint of its name",
            ),
            change(
                "Keep it from happening again: register nodes with the taint of the missing agent",
                None,
                risk="nodes take no pods until the agent is ready; key node.cilium.io/agent-not-ready",
                verify="new nodes start without unmanaged pods",
            ),
        ),
        references=links("cilium#9571", "cilium#16602", "cilium#19319", "cilium#27123", "cilium#31555"),
    )


def _dns_pods(services: Services | None, endpoints: Endpoints | None) -> frozenset[tuple[str, str]]:
    service = dns_service(services)
    behind = endpoints.of(service.namespace, service.name) if endpoints else None
    every = (*behind.ready, *behind.not_ready) if behind else ()
    return frozenset((service.namespace, endpoint.pod) for endpoint in every if endpoint.pod)
