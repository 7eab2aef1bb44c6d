"""Which policies govern which pods, and whether they let them reach a Service.

Policies only add up: a pod that one policy governs may do what any of its policies allows
(https://kubernetes.io/docs/concepts/services-networking/network-policies/). Where a selector asks for
something that a snapshot does not hold, a policy may allow but is never taken to forbid.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from checks.model import Evidence
from checks.parts.agents import AgentMetrics
from checks.parts.cilium import CiliumConfig
from checks.parts.kubernetes import Namespaces
from checks.parts.pods import PodGroup
from checks.parts.policies import CiliumPolicies, NetworkPolicies, Peer, Policy, PolicyRule, Selector

KUBERNETES = "NetworkPolicy"
NAMESPACE = "io.kubernetes.pod.namespace"
NAMESPACE_LABEL = "io.cilium.k8s.namespace.labels."
EVERYBODY = frozenset({"all", "cluster"})
_OPAQUE = (
    "io.cilium.k8s.policy.",
    "reserved",
    "statefulset.kubernetes.io/",
    "apps.kubernetes.io/pod-index",
    "controller-revision-hash",
    "pod-template-hash",
    "batch.kubernetes.io/",
    "controller-uid",
    "job-name",
)
"""Label keys whose values the folded groups do not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom a rule would have to let through to: labels and namespace of the pods, addresses, the port."""

    namespace: str
    labels: Mapping[str, str]
    addresses: tuple[str, ...]
    service: tuple[str, str]
    port: int
    protocol: str = "UDP"
    entities: frozenset[str] = EVERYBODY


def in_force(
    network_policies: NetworkPolicies, cilium_policies: CiliumPolicies, cilium: CiliumConfig
) -> tuple[Policy, ...]:
    """The policies that Cilium enforces under these settings; none in audit mode or with enforcement off."""
    if cilium.data.get("enable-policy", "default") == "never" or cilium.flag("policy-audit-mode"):
        return ()
    own = network_policies.items if cilium.flag("enable-k8s-networkpolicy") is not False else ()
    return tuple(policy for policy in (*own, *cilium_policies.items) if policy.pods is not None)


def surely_selects(policy: Policy, group: PodGroup, namespaces: Namespaces | None) -> bool:
    """Whether the policy governs this group, known for certain."""
    selector = policy.pods
    if selector is None or _elsewhere(policy, group) or _asks_opaque(selector, policy, namespaces):
        return False
    return selector.matches(_labels(policy, group, namespaces))


def may_select(policy: Policy, group: PodGroup, namespaces: Namespaces | None) -> bool:
    """Whether the policy governs this group as far as can be told; what is not known counts as met."""
    selector = policy.pods
    if selector is None or _elsewhere(policy, group):
        return False
    return _known(selector, policy, namespaces).matches(_labels(policy, group, namespaces))


def allows(
    policy: Policy, rules: Iterable[PolicyRule], target: Target, namespaces: Namespaces | None
) -> bool:
    """Whether one of these rules of a policy lets traffic to the target through, as far as can be told."""
    return any(
        not rule.allows_nothing
        and (not rule.ports or any(port.allows(target.protocol, target.port) for port in rule.ports))
        and (not rule.peers or any(_is_peer(policy, peer, target, namespaces) for peer in rule.peers))
        for rule in rules
    )


def drops_grew(metrics: AgentMetrics | None, direction: str) -> float | None:
    """How many packets were denied by policy between the two pages, over all agents; None without a pair."""
    if metrics is None:
        return None
    pairs = [page for page in metrics.by_node.values() if page.earlier is not None]
    if not pairs:
        return None
    labels = {"reason": "Policy denied", "direction": direction}
    return sum(page.growth("cilium_drop_count_total", **labels) or 0.0 for page in pairs)


def growth(grew: float | None) -> tuple[Evidence, ...]:
    """That growth as a reading; nothing where it is not known."""
    if grew is None:
        return ()
    field = 'growth of cilium_drop_count_total{reason="Policy denied"}'
    return (Evidence(AgentMetrics.ASKED.format(node="*"), field, f"{grew:g}"),)


def asked_of(policy: Policy) -> str:
    """The path that a policy was read from."""
    if policy.kind == KUBERNETES:
        return NetworkPolicies.ASKED
    return CiliumPolicies.ASKED if policy.namespace else CiliumPolicies.ASKED_CLUSTERWIDE


def names_in(rules: Iterable[PolicyRule]) -> bool:
    """Whether the rules allow something that is usually called by name, and not by address alone."""
    return any(
        not rule.allows_nothing and (not rule.peers or any(peer.cidr is None for peer in rule.peers))
        for rule in rules
    )


def _elsewhere(policy: Policy, group: PodGroup) -> bool:
    return group.host_network or policy.namespace not in (None, group.namespace)


def _labels(policy: Policy, group: PodGroup, namespaces: Namespaces | None) -> dict[str, str]:
    return _as_seen_by(policy, group.namespace, dict(group.labels), namespaces)


def _as_seen_by(
    policy: Policy, namespace: str, labels: Mapping[str, str], namespaces: Namespaces | None
) -> dict[str, str]:
    """Labels that the policy's selectors look at: Cilium adds the namespace and its labels to the pod's."""
    if policy.kind == KUBERNETES:
        return dict(labels)
    own = {NAMESPACE_LABEL + key: value for key, value in _namespace_labels(namespace, namespaces).items()}
    return {**labels, NAMESPACE: namespace, **own}


def _namespace_labels(namespace: str, namespaces: Namespaces | None) -> dict[str, str]:
    found = next((n for n in (namespaces.items if namespaces else ()) if n.name == namespace), None)
    return {"kubernetes.io/metadata.name": namespace, **dict(found.labels if found else ())}


def _keys(selector: Selector) -> Iterator[str]:
    yield from (key for key, _ in selector.labels)
    yield from (key for key, _, _ in selector.expressions)


def _is_opaque(key: str, policy: Policy, namespaces: Namespaces | None) -> bool:
    if key.startswith(_OPAQUE):
        return True
    unread = namespaces is None and key.startswith(NAMESPACE_LABEL)
    return unread and not key.endswith("kubernetes.io/metadata.name") and policy.kind != KUBERNETES


def _asks_opaque(selector: Selector, policy: Policy, namespaces: Namespaces | None) -> bool:
    return any(_is_opaque(key, policy, namespaces) for key in _keys(selector))


def _known(selector: Selector, policy: Policy, namespaces: Namespaces | None) -> Selector:
    """The selector without what a snapshot cannot answer."""
    return Selector(
        labels=tuple(pair for pair in selector.labels if not _is_opaque(pair[0], policy, namespaces)),
        expressions=tuple(e for e in selector.expressions if not _is_opaque(e[0], policy, namespaces)),
    )


def _is_peer(policy: Policy, peer: Peer, target: Target, namespaces: Namespaces | None) -> bool:
    if peer.fqdn is not None:
        return False
    if peer.entity is not None:
        return peer.entity in target.entities
    if peer.service is not None:
        return peer.service == target.service
    if peer.cidr is not None:
        return _contains(peer, target)
    return _selected_peer(policy, peer, target, namespaces)


def _contains(peer: Peer, target: Target) -> bool:
    """Whether a range holds one of the target's addresses. Cilium matches ranges with nothing inside the
    cluster, so this errs on the side of allowing.
    """
    try:
        ranges = ip_network(peer.cidr or "", strict=False)
        return any(ip_address(address) in ranges for address in target.addresses)
    except ValueError:
        return True


def _selected_peer(policy: Policy, peer: Peer, target: Target, namespaces: Namespaces | None) -> bool:
    if policy.kind == KUBERNETES:
        if peer.namespaces is None and peer.pods is not None and policy.namespace != target.namespace:
            return False
        labels = _namespace_labels(target.namespace, namespaces)
        if peer.namespaces is not None and namespaces is not None and not peer.namespaces.matches(labels):
            return False
        return peer.pods is None or peer.pods.matches(target.labels)
    if peer.pods is None:
        return True
    foreign = policy.namespace not in (None, target.namespace)
    if foreign and not any(_names_namespace(key) for key in _keys(peer.pods)):
        return False
    seen = _as_seen_by(policy, target.namespace, target.labels, namespaces)
    return _known(peer.pods, policy, namespaces).matches(seen)


def _names_namespace(key: str) -> bool:
    return key == NAMESPACE or key.startswith(NAMESPACE_LABEL)
