"""Network policies, Kubernetes' own and Cilium's, and what their selectors select.

Shapes follow the official API reference (https://kubernetes.io/docs/reference/kubernetes-api/); only fields
that some check reads are kept. Times are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from checks.parts.kubernetes import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """A label selector. ``labels`` must all be there; ``expressions`` are (key, operator, values)."""

    labels: Labels = ()
    expressions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels is selected; an empty selector selects everything."""
        if any(labels.get(key) != value for key, value in self.labels):
            return False
        return all(_holds(labels, *expression) for expression in self.expressions)


def _holds(labels: Mapping[str, str], key: str, operator: str, values: tuple[str, ...]) -> bool:
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPort:
    """A port that a rule allows; port None is every port. ``end`` is the end of a range."""

    protocol: str = "TCP"  # TCP, UDP, SCTP or ANY
    port: int | str | None = None
    end: int | None = None

    def allows(self, protocol: str, number: int) -> bool:
        """Whether this allows a numbered port; a named port is taken as allowing (its number is unknown)."""
        if self.protocol not in (protocol, "ANY"):
            return False
        if self.port is None or isinstance(self.port, str):
            return True
        return self.port <= number <= (self.end or self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One peer of a rule: pods by selectors, a CIDR, a Cilium entity, or names. All None: everything.

    ``namespaces`` None: the policy's own namespace (Kubernetes policies); for Cilium policies the namespace
    stands in ``pods`` under the label ``k8s:io.kubernetes.pod.namespace`` (the collector strips ``k8s:``).
    """

    pods: Selector | None = None
    namespaces: Selector | None = None
    cidr: str | None = None
    except_cidrs: tuple[str, ...] = ()
    entity: str | None = None
    fqdn: str | None = None
    service: tuple[str, str] | None = None  # namespace, name (Cilium toServices)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """One allow (or, in ``deny`` lists, deny) rule: no peers is everybody, no ports is every port."""

    peers: tuple[Peer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()
    allows_nothing: bool = False  # Cilium's empty peer list: selects the pods, allows nobody
    dns_proxy: bool = False  # has L7 DNS rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A NetworkPolicy, CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy (one ``spec`` each).

    ``egress`` None: it does not govern egress; an empty tuple: nothing is allowed out. The same for ingress.
    ``pods`` None: it selects nodes (host policy), not pods.

    ``…_besides``: what it allows in a direction that it does not govern (Cilium's enableDefaultDeny: false);
    that counts where another policy governs the same pods.
    """

    kind: str
    namespace: str | None
    name: str
    created: datetime
    pods: Selector | None
    ingress: tuple[PolicyRule, ...] | None = None
    egress: tuple[PolicyRule, ...] | None = None
    ingress_deny: tuple[PolicyRule, ...] = ()
    egress_deny: tuple[PolicyRule, ...] = ()
    ingress_besides: tuple[PolicyRule, ...] = ()
    egress_besides: tuple[PolicyRule, ...] = ()

    @property
    def lets_in(self) -> tuple[PolicyRule, ...]:
        """Every ingress rule that allows."""
        return self.ingress_besides if self.ingress is None else self.ingress

    @property
    def lets_out(self) -> tuple[PolicyRule, ...]:
        """Every egress rule that allows."""
        return self.egress_besides if self.egress is None else self.egress


@dataclass(frozen=True)
class NetworkPolicies:
    """Kubernetes' own NetworkPolicies."""

    ASKED: ClassVar[str] = "kubernetes/apis/networking.k8s.io/v1/networkpolicies"
    items: tuple[Policy, ...] = ()


@dataclass(frozen=True)
class CiliumPolicies:
    """CiliumNetworkPolicies and clusterwide ones.

    ``unread`` says why one of the two lists is missing, or is ""; ``grant`` would close the gap.
    """

    ASKED: ClassVar[str] = "kubernetes/apis/cilium.io/v2/ciliumnetworkpolicies"
    ASKED_CLUSTERWIDE: ClassVar[str] = "kubernetes/apis/cilium.io/v2/ciliumclusterwidenetworkpolicies"
    items: tuple[Policy, ...] = ()
    unread: str = ""
    grant: str | None = None
