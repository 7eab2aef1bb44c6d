"""Snapshot.cilium_policies, from CiliumNetworkPolicies and CiliumClusterwideNetworkPolicies.

Their meaning: https://docs.cilium.io/en/stable/security/policy/ and Cilium's pkg/policy/api. A direction is
governed when it has a rule at all, and not when its list is empty. A rule without peers and without ports
allows nothing (the documented default deny), and so does one with a peer list that is there and empty.
"""

from collections.abc import Iterable, Iterator
from functools import partial

import msgspec

from checks.collect.selectors import SelectorItem, selector
from checks.collect.source import Source
from checks.collect.wire import LONG_AGO, Item, Metadata, both, items
from checks.parts.policies import CiliumPolicies, Peer, Policy, PolicyPort, PolicyRule

RIGHTS = (
    "list cilium.io/ciliumnetworkpolicies",
    "list cilium.io/ciliumclusterwidenetworkpolicies",
)
_RESERVED = ("reserved:", "reserved.")
_OUTSIDE = "cidr-group"  # an entity of our own: ranges that stand elsewhere, and never name a pod
_GROUPS = "aws-group"  # the same, for security groups
_NODES = "remote-node"


class _Block(msgspec.Struct, gc=False, rename={"excluded": "except"}):
    cidr: str | None = None
    excluded: list[str] | None = None


class _Name(msgspec.Struct, gc=False, rename="camel"):
    match_name: str | None = None
    match_pattern: str | None = None


class _NamedService(msgspec.Struct, gc=False, rename="camel"):
    service_name: str | None = None
    namespace: str | None = None


class _Service(msgspec.Struct, gc=False, rename={"named": "k8sService", "selected": "k8sServiceSelector"}):
    named: _NamedService | None = None
    selected: _NamedService | None = None


class _Port(msgspec.Struct, gc=False, rename="camel"):
    port: str | int | None = None
    protocol: str | None = None
    end_port: int | None = None


class _L7(msgspec.Struct, gc=False):
    dns: list[msgspec.Raw] | None = None


class _PortRule(msgspec.Struct, gc=False):
    ports: list[_Port] | None = None
    rules: _L7 | None = None


class _Ingress(msgspec.Struct, gc=False):
    endpoints: list[SelectorItem] | None = msgspec.field(name="fromEndpoints", default=None)
    nodes: list[SelectorItem] | None = msgspec.field(name="fromNodes", default=None)
    entities: list[str] | None = msgspec.field(name="fromEntities", default=None)
    cidr: list[str] | None = msgspec.field(name="fromCIDR", default=None)
    cidr_set: list[_Block] | None = msgspec.field(name="fromCIDRSet", default=None)
    groups: list[msgspec.Raw] | None = msgspec.field(name="fromGroups", default=None)
    ports: list[_PortRule] | None = msgspec.field(name="toPorts", default=None)
    icmps: list[msgspec.Raw] | None = None


class _Egress(msgspec.Struct, gc=False):
    endpoints: list[SelectorItem] | None = msgspec.field(name="toEndpoints", default=None)
    nodes: list[SelectorItem] | None = msgspec.field(name="toNodes", default=None)
    entities: list[str] | None = msgspec.field(name="toEntities", default=None)
    cidr: list[str] | None = msgspec.field(name="toCIDR", default=None)
    cidr_set: list[_Block] | None = msgspec.field(name="toCIDRSet", default=None)
    groups: list[msgspec.Raw] | None = msgspec.field(name="toGroups", default=None)
    fqdns: list[_Name] | None = msgspec.field(name="toFQDNs", default=None)
    services: list[_Service] | None = msgspec.field(name="toServices", default=None)
    ports: list[_PortRule] | None = msgspec.field(name="toPorts", default=None)
    icmps: list[msgspec.Raw] | None = None


_Side = _Ingress | _Egress


class _DefaultDeny(msgspec.Struct, gc=False):
    ingress: bool | None = None
    egress: bool | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    endpoint_selector: SelectorItem | None = None
    node_selector: SelectorItem | None = None
    ingress: list[_Ingress] | None = None
    egress: list[_Egress] | None = None
    ingress_deny: list[_Ingress] | None = None
    egress_deny: list[_Egress] | None = None
    enable_default_deny: _DefaultDeny | None = None


class _Condition(msgspec.Struct, gc=False):
    type: str = ""
    status: str = ""


class _Status(msgspec.Struct, gc=False):
    conditions: list[_Condition] | None = None


class _Policy(Item, gc=False):
    spec: _Spec | None = None
    specs: list[_Spec] | None = None
    status: _Status | None = None


def read(source: Source) -> CiliumPolicies:
    """Read both lists; one of them is enough. Raises UnreadError when neither can be read."""
    found, unread, grant = both(
        partial(_listed, source, CiliumPolicies.ASKED, "CiliumNetworkPolicy"),
        partial(_listed, source, CiliumPolicies.ASKED_CLUSTERWIDE, "CiliumClusterwideNetworkPolicy"),
    )
    found.sort(key=lambda policy: (policy.kind, policy.namespace or "", policy.name))
    return CiliumPolicies(items=tuple(found), unread=unread, grant=grant)


def _listed(source: Source, path: str, kind: str) -> list[Policy]:
    """The policies of one kind, one for each of its specs. Cilium does not take what it found invalid."""
    return [
        _policy(kind, item.metadata, spec)
        for item in items(source, path, _Policy, kind, optional=True)
        if not any((c.type, c.status) == ("Valid", "False") for c in _conditions(item))
        for spec in (item.spec, *(item.specs or ()))
        if spec is not None and (spec.endpoint_selector or spec.node_selector)
    ]


def _conditions(item: _Policy) -> Iterable[_Condition]:
    return (item.status.conditions if item.status else None) or ()


def _policy(kind: str, meta: Metadata, spec: _Spec) -> Policy:
    asked = spec.enable_default_deny or _DefaultDeny()
    ingress, ingress_deny = _rules(spec.ingress), _rules(spec.ingress_deny)
    egress, egress_deny = _rules(spec.egress), _rules(spec.egress_deny)
    into = bool(ingress or ingress_deny) if asked.ingress is None else asked.ingress
    out = bool(egress or egress_deny) if asked.egress is None else asked.egress
    return Policy(
        kind=kind,
        namespace=meta.namespace or None,
        name=meta.name,
        created=meta.creation_timestamp or LONG_AGO,
        pods=selector(spec.endpoint_selector) if spec.endpoint_selector else None,
        ingress=ingress if into else None,
        egress=egress if out else None,
        ingress_deny=ingress_deny,
        egress_deny=egress_deny,
        ingress_besides=() if into else ingress,
        egress_besides=() if out else egress,
    )


def _rules(sides: Iterable[_Side] | None) -> tuple[PolicyRule, ...]:
    return tuple(_rule(side) for side in sides or ())


def _rule(side: _Side) -> PolicyRule:
    peers, ports = tuple(_peers(side)), tuple(_ports(side))
    lists = (side.endpoints, side.nodes, side.entities, side.cidr, side.cidr_set)
    return PolicyRule(
        peers=peers,
        ports=ports,
        allows_nothing=any(listed == [] for listed in lists) or not (peers or ports),
        dns_proxy=any(rule.rules is not None and bool(rule.rules.dns) for rule in side.ports or ()),
    )


def _peers(side: _Side) -> Iterator[Peer]:
    for item in side.endpoints or ():
        yield _selected(item)
    yield from (Peer(entity=_NODES) for _ in side.nodes or ())
    yield from (Peer(entity=entity) for entity in side.entities or ())
    yield from (Peer(cidr=cidr) for cidr in side.cidr or ())
    for block in side.cidr_set or ():
        known = block.cidr is not None
        yield (
            Peer(cidr=block.cidr, except_cidrs=tuple(block.excluded or ()))
            if known
            else Peer(entity=_OUTSIDE)
        )
    yield from (Peer(entity=_GROUPS) for _ in side.groups or ())
    if isinstance(side, _Egress):
        yield from (Peer(fqdn=name.match_name or name.match_pattern or "") for name in side.fqdns or ())
        yield from (_backends(service) for service in side.services or ())


def _backends(item: _Service) -> Peer:
    told = item.named or item.selected or _NamedService()
    return Peer(service=(told.namespace or "", told.service_name or ""))


def _selected(item: SelectorItem) -> Peer:
    """Endpoints by their labels; the label "reserved:host" and its like are entities."""
    for key in item.match_labels or {}:
        if key.startswith(_RESERVED):
            return Peer(entity=key[len(_RESERVED[0]) :])
    return Peer(pods=selector(item))


def _ports(side: _Side) -> Iterator[PolicyPort]:
    for rule in side.ports or ():
        for port in rule.ports or (_Port(),):
            number = _number(port.port)
            yield PolicyPort(
                protocol=(port.protocol or "ANY").upper(), port=number, end=port.end_port or None
            )
    yield from (PolicyPort(protocol="ICMP") for _ in side.icmps or ())


def _number(port: str | int | None) -> int | str | None:
    """A number, a port's name, or None for every port (Cilium writes "0" or leaves it out)."""
    text = "" if port is None else str(port).strip()
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return int(text) or None
    return text or None
