"""A policy that lets pods call others by name must let them ask the cluster's DNS."""

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from checks.advice import change, links, look
from checks.derive import GRACE
from checks.dns import dns_service
from checks.model import (
    Action,
    Confidence,
    Evidence,
    Explains,
    Finding,
    Kind,
    Severity,
    Subject,
    Undecided,
    check,
)
from checks.parts.agents import AgentMetrics, Meta
from checks.parts.cilium import CiliumConfig
from checks.parts.kubernetes import Namespaces
from checks.parts.pods import PodGroup, Pods
from checks.parts.policies import CiliumPolicies, NetworkPolicies, Policy
from checks.parts.services import Endpoints, Services
from checks.parts.workloads import DaemonSets
from checks.scale import counted
from checks.services.policy_reach import (
    EVERYBODY,
    Target,
    allows,
    asked_of,
    drops_grew,
    growth,
    in_force,
    may_select,
    names_in,
    surely_selects,
)
from checks.services.waiting_backends import kept_backends

LOCAL_DNS = "169.254.20.10"
"""NodeLocal DNS's usual address (https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/)."""

MANY = 100
"""Packets denied between two pages that are no stray ones: a lookup that fails is asked again and again."""


@dataclass(frozen=True, slots=True)
class _Blocked:
    """A group of pods that cannot ask the DNS, and the policies that see to it."""

    group: PodGroup
    policies: tuple[Policy, ...]
    by_name: bool  # something is allowed that is usually called by name
    sealed: bool  # nothing at all is allowed out: that is meant
    unready: bool


@check(
    id="dns-blocked-by-network-policy",
    title="An egress policy leaves DNS out",
    source="https://docs.cilium.io/en/stable/security/policy/",
)
def dns_blocked_by_network_policy(
    meta: Meta,
    pods: Pods,
    services: Services,
    cilium: CiliumConfig,
    network_policies: NetworkPolicies,
    cilium_policies: CiliumPolicies,
    namespaces: Namespaces | None,
    endpoints: Endpoints | None,
    daemonsets: DaemonSets | None,
    agent_metrics: AgentMetrics | None,
) -> Iterator[Finding | Undecided]:
    """Governing a pod's egress denies whatever no policy lists, port 53 to kube-dns included.

    All policies of a pod add up, so each is searched. Pods that may reach nothing are meant to be sealed;
    pods that may only reach addresses may do without names; neither is a fault without a sign of harm: pods
    that fail, or, where something is allowed at all, packets denied by the hundred.
    """
    policies = in_force(network_policies, cilium_policies, cilium)
    target = _target(services, pods, endpoints, daemonsets)
    found = list(_blocked(policies, pods, target, namespaces, meta))
    if found and cilium_policies.unread:
        raise Undecided(f"a policy that allows DNS may be among those not read: {cilium_policies.unread}")
    grew = drops_grew(agent_metrics, "EGRESS")
    hurt = [item for item in found if _hurts(item, grew)]
    if hurt:
        yield _finding(hurt, Kind.CAUSE, grew, services)
    calm = [item for item in found if item not in hurt and not item.sealed]
    if calm:
        yield _finding(calm, Kind.RISK, grew, services)


def _target(
    services: Services, pods: Pods, endpoints: Endpoints | None, daemonsets: DaemonSets | None
) -> Target:
    service = dns_service(services)
    labels = dict(service.selector)
    for pod in kept_backends(service, pods):
        labels |= dict(pod.labels)
    behind = endpoints.of(service.namespace, service.name).ready if endpoints else ()
    local = any("node-local-dns" in item.name for item in (daemonsets.items if daemonsets else ()))
    return Target(
        namespace=service.namespace,
        labels=labels,
        addresses=(
            LOCAL_DNS,
            *(e.ip for e in behind),
            *((service.cluster_ip,) if service.cluster_ip else ()),
        ),
        service=(service.namespace, service.name),
        port=53,
        entities=EVERYBODY | ({"host", "remote-node"} if local else set()),
    )


def _blocked(
    policies: tuple[Policy, ...], pods: Pods, target: Target, namespaces: Namespaces | None, meta: Meta
) -> Iterator[_Blocked]:
    for group in pods.groups:
        governing = tuple(
            p for p in policies if p.egress is not None and surely_selects(p, group, namespaces)
        )
        if not governing or (
            group.namespace == target.namespace and set(target.labels.items()) <= set(group.labels)
        ):
            continue
        near = [p for p in policies if may_select(p, group, namespaces)]
        open_ = any(allows(p, p.lets_out, target, namespaces) for p in near)
        denied = tuple(p for p in governing if allows(p, p.egress_deny, target, namespaces))
        if open_ and not denied:
            continue
        rules = [rule for p in governing for rule in p.egress or ()]
        late = group.not_ready_since is not None and meta.taken_at - group.not_ready_since > GRACE
        yield _Blocked(
            group=group,
            policies=denied or governing,
            by_name=names_in(rules),
            sealed=not any(not rule.allows_nothing for rule in rules),
            unready=group.ready < group.total and late,
        )


def _hurts(item: _Blocked, grew: float | None) -> bool:
    if item.by_name:
        return grew is None or grew > 0 or item.unready
    return bool(grew) and (item.unready or ((grew or 0) >= MANY and not item.sealed))


def _finding(found: list[_Blocked], kind: Kind, grew: float | None, services: Services) -> Finding:
    service = dns_service(services)
    policies = {(p.kind, p.namespace, p.name): p for item in found for p in item.policies}
    total = sum(item.group.total for item in found)
    where = sorted({item.group.namespace for item in found})
    cause = kind is Kind.CAUSE
    sure = cause and bool(grew) and all(item.by_name for item in found)
    first = next(iter(sorted(policies.values(), key=lambda p: (p.namespace or "", p.name))))
    return Finding(
        kind=kind,
        severity=Severity.MEDIUM if cause else Severity.LOW,
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        title=f"{counted(total, 'pod')} of {', '.join(where[:3])} may not ask {service.name}: their egress "
        "policies leave port 53 out",
        because="No policy that selects them allows port 53 to the DNS pods, and policies only add up. "
        + (
            "Packets denied by policy on egress grow meanwhile."
            if grew
            else "A growing counter of packets denied by policy would prove the harm."
        ),
        subjects=(
            *(Subject(kind_, name, namespace) for kind_, namespace, name in sorted(policies, key=str)),
            *(Subject("Namespace", name) for name in where),
        ),
        evidence=(
            *(
                Evidence(
                    asked_of(p),
                    f"{p.namespace or 'cluster'}/{p.name}: egress",
                    "no rule for port 53 to kube-dns",
                )
                for p in policies.values()
            ),
            Evidence(Pods.ASKED, "pods that they select", ", ".join(_names(found)), total),
            *growth(grew),
        ),
        explains=(Explains("traffic-failing"),) if cause else (),
        inferred=cause,
        leads_to=("network-policy-denies",),
        actions=_actions(where, first),
        references=links(
            "kubernetes/website#54997", "kubernetes/website#38267", "cilium#11767", "cilium#44396"
        ),
    )


def _actions(where: list[str], first: Policy) -> tuple[Action, ...]:
    return (
        look(
            "Ask from one of these pods",
            f"kubectl -n {quote(where[0])} exec POD -- nslookup kubernetes.default",
            "it times out there and answers in a pod that no egress policy selects",
        ),
        change(
            "Allow DNS beside the rules that are there",
            f"kubectl -n {quote(first.namespace or where[0])} edit {quote(first.kind.lower())} "
            f"{quote(first.name)}   # allow UDP and TCP 53 to namespace kube-system, k8s-app: kube-dns "
            "(with toFQDNs: a DNS rule, matchPattern '*')",
            risk="opens port 53 to the DNS pods, nothing else",
            verify="the same lookup answers, and denied packets stop growing",
        ),
    )


def _names(found: list[_Blocked]) -> list[str]:
    return [f"{item.group.namespace}/{name}" for item in found for name in item.group.sample[:2]][:5]
