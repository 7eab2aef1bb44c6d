"""Policies, pods and drop counters for the tests of policy checks."""

from typing import Any

from checks.parts.agents import AgentMetrics
from checks.parts.pods import PodGroup
from checks.parts.policies import Peer, Policy, PolicyPort, PolicyRule, Selector
from tests.checks.hand import ago, metrics, sample, service

DNS_LABELS = (("k8s-app", "kube-dns"),)
DNS = service("kube-dns", selector=DNS_LABELS, cluster_ip="10.100.0.10")
DNS_GROUP = PodGroup(
    namespace="kube-system",
    labels=DNS_LABELS,
    host_network=False,
    total=2,
    ready=2,
    not_ready_since=None,
    sample=("coredns-1",),
)
DNS_PORTS = (PolicyPort(protocol="UDP", port=53), PolicyPort(protocol="TCP", port=53))
KUBE_SYSTEM = Selector(labels=(("kubernetes.io/metadata.name", "kube-system"),))
TO_DNS = PolicyRule(peers=(Peer(pods=Selector(labels=DNS_LABELS), namespaces=KUBE_SYSTEM),), ports=DNS_PORTS)
TO_DB = PolicyRule(peers=(Peer(pods=Selector(labels=(("app", "db"),))),), ports=(PolicyPort(port=5432),))
TO_RANGE = PolicyRule(peers=(Peer(cidr="10.40.9.0/24"),))


def group(namespace: str = "shop", *, ready: int = 3, host_network: bool = False, **labels: str) -> PodGroup:
    """Three pods of app=api; those that are not ready are so for an hour."""
    return PodGroup(
        namespace=namespace,
        labels=tuple(sorted((labels or {"app": "api"}).items())),
        host_network=host_network,
        total=3,
        ready=ready,
        not_ready_since=ago(hours=1) if ready < 3 else None,
        sample=("api-1",),
    )


def policy(*egress: PolicyRule, pods: Selector | None = None, **more: Any) -> Policy:
    """A NetworkPolicy of namespace shop that governs the egress of every pod there."""
    values: dict[str, Any] = {
        "kind": "NetworkPolicy",
        "namespace": "shop",
        "name": "p",
        "created": ago(days=3),
    }
    return Policy(**values | {"pods": pods or Selector(), "egress": egress} | more)


def cilium_policy(*egress: PolicyRule, **more: Any) -> Policy:
    """The same as a CiliumNetworkPolicy."""
    return policy(*egress, **{"kind": "CiliumNetworkPolicy"} | more)


def drops(grew: float | None) -> AgentMetrics | None:
    """Agents' pages between which so many packets were denied by policy, each way."""
    if grew is None:
        return None

    def page(value: float) -> tuple[Any, ...]:
        name = "cilium_drop_count_total"
        return tuple(
            sample(name, value, reason="Policy denied", direction=way) for way in ("INGRESS", "EGRESS")
        )

    return AgentMetrics(by_node={"n1": metrics(*page(10 + grew), earlier=page(10))})
