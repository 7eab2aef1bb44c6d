"""Snapshot.network_policies, from the list of all of Kubernetes' own NetworkPolicies.

Their meaning: https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterable

import msgspec

from checks.collect.selectors import SelectorItem, selector
from checks.collect.source import Source
from checks.collect.wire import LONG_AGO, Item, items
from checks.parts.policies import NetworkPolicies, Peer, Policy, PolicyPort, PolicyRule, Selector

RIGHTS = ("list networking.k8s.io/networkpolicies",)


class _Block(msgspec.Struct, gc=False, rename={"excluded": "except"}):
    cidr: str
    excluded: list[str] | None = None


class _Peer(msgspec.Struct, gc=False, rename="camel"):
    pod_selector: SelectorItem | None = None
    namespace_selector: SelectorItem | None = None
    ip_block: _Block | None = None


class _Port(msgspec.Struct, gc=False, rename="camel"):
    protocol: str | None = None
    port: int | str | None = None
    end_port: int | None = None


class _Rule(msgspec.Struct, gc=False, rename={"sources": "from", "targets": "to"}):
    sources: list[_Peer] | None = None
    targets: list[_Peer] | None = None
    ports: list[_Port] | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    pod_selector: SelectorItem | None = None
    policy_types: list[str] | None = None
    ingress: list[_Rule] | None = None
    egress: list[_Rule] | None = None


class _Policy(Item, gc=False):
    spec: _Spec = msgspec.field(default_factory=_Spec)


def read(source: Source) -> NetworkPolicies:
    """Read every NetworkPolicy, sorted by namespace and name. Raises UnreadError."""
    found = [_policy(item) for item in items(source, NetworkPolicies.ASKED, _Policy, "NetworkPolicy")]
    return NetworkPolicies(
        items=tuple(sorted(found, key=lambda policy: (policy.namespace or "", policy.name)))
    )


def _policy(item: _Policy) -> Policy:
    meta, spec = item.metadata, item.spec
    types = spec.policy_types or ["Ingress", *(("Egress",) if spec.egress else ())]
    return Policy(
        kind="NetworkPolicy",
        namespace=meta.namespace,
        name=meta.name,
        created=meta.creation_timestamp or LONG_AGO,
        pods=selector(spec.pod_selector) if spec.pod_selector else Selector(),
        ingress=tuple(_rule(r.sources, r.ports) for r in spec.ingress or ()) if "Ingress" in types else None,
        egress=tuple(_rule(r.targets, r.ports) for r in spec.egress or ()) if "Egress" in types else None,
    )


def _rule(peers: Iterable[_Peer] | None, ports: Iterable[_Port] | None) -> PolicyRule:
    return PolicyRule(
        peers=tuple(_peer(peer) for peer in peers or ()),
        ports=tuple(
            PolicyPort(protocol=port.protocol or "TCP", port=port.port, end=port.end_port)
            for port in ports or ()
        ),
    )


def _peer(item: _Peer) -> Peer:
    if item.ip_block is not None:
        return Peer(cidr=item.ip_block.cidr, except_cidrs=tuple(item.ip_block.excluded or ()))
    return Peer(
        pods=selector(item.pod_selector) if item.pod_selector else None,
        namespaces=selector(item.namespace_selector) if item.namespace_selector else None,
    )
