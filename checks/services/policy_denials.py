"""Where a policy denies traffic that is missed: three proofs, each by its own readings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from checks.dns import dns_service
from checks.model import Confidence, Explains, Subject
from checks.parts.agents import DnsProbes, Meta, TcpProbes
from checks.parts.kubernetes import Namespaces
from checks.parts.pods import PodGroup, Pods
from checks.parts.policies import Policy
from checks.parts.services import Endpoints, Service, Services
from checks.services.policy_reach import EVERYBODY, Target, allows, may_select, surely_selects
from checks.starting import groups_of

RECENT = timedelta(minutes=30)
"""A policy this young may be what began the drops that grow now."""

FROM_A_NODE = EVERYBODY | {"host", "remote-node"}


@dataclass(frozen=True, slots=True)
class Denial:
    """What one proof found: the policies, what they hurt, and how sure that is."""

    policies: tuple[Policy, ...]
    explains: Explains
    sure: Confidence
    text: str


def _shuts(
    policies: tuple[Policy, ...], group: PodGroup, target: Target, namespaces: Namespaces | None
) -> tuple[Policy, ...]:
    """The policies that shut a group's ingress to everybody at this port; empty when one opens it."""
    governing = tuple(p for p in policies if p.ingress is not None and surely_selects(p, group, namespaces))
    near = [p for p in policies if may_select(p, group, namespaces)]
    if any(_admits(p, target) for p in near):
        return ()
    return governing


def _admits(policy: Policy, target: Target) -> bool:
    """Whether some rule admits anybody at all at the target's port."""
    return any(
        not rule.allows_nothing
        and (not rule.ports or any(port.allows(target.protocol, target.port) for port in rule.ports))
        for rule in policy.lets_in
    )


def denied_dns(
    policies: tuple[Policy, ...],
    always: bool,
    pods: Pods,
    services: Services,
    endpoints: Endpoints | None,
    namespaces: Namespaces | None,
    dns_probes: DnsProbes | None,
    grew: float | None,
) -> Iterator[Denial]:
    """The DNS pods are ready, admit nobody at port 53, and lookups time out or packets are denied."""
    service = dns_service(services)
    failing = any(p.outcome == "timeout" for p in dns_probes.items) if dns_probes else False
    if not (failing or grew) or (endpoints and not endpoints.of(service.namespace, service.name).ready):
        return
    target = _target(service, 53, "UDP")
    for group in groups_of(service, pods):
        shut = _shuts(policies, group, target, namespaces)
        unlisted = always and not any(
            p.ingress is not None and may_select(p, group, namespaces) for p in policies
        )
        if shut or unlisted:
            sure = Confidence.CERTAIN if shut and grew else Confidence.LIKELY
            yield Denial(shut, Explains("dns-failing"), sure, "the DNS pods admit nobody at port 53")


def denied_probes(
    policies: tuple[Policy, ...],
    pods: Pods,
    services: Services,
    endpoints: Endpoints | None,
    namespaces: Namespaces | None,
    probes: TcpProbes | None,
    grew: float | None,
) -> Iterator[Denial]:
    """A probe from a node fails at a Service with ready pods that a policy closes to nodes."""
    for probe in probes.items if probes else ():
        service = services.by_name.get((probe.namespace or "", probe.name))
        ready = endpoints is None or (service and endpoints.of(service.namespace, service.name).ready)
        if probe.outcome != "timeout" or not probe.from_node or service is None or not ready:
            continue
        for group in groups_of(service, pods):
            closed = _closed_to_nodes(policies, group, _target(service, probe.port, "TCP"), namespaces)
            if closed:
                yield Denial(
                    closed,
                    Explains(
                        "traffic-failing", frozenset({Subject("Service", service.name, service.namespace)})
                    ),
                    Confidence.LIKELY if grew else Confidence.POSSIBLE,
                    f"{service.namespace}/{service.name} does not admit the node that asked",
                )
                break


def _closed_to_nodes(
    policies: tuple[Policy, ...], group: PodGroup, target: Target, namespaces: Namespaces | None
) -> tuple[Policy, ...]:
    governing = tuple(p for p in policies if p.ingress is not None and surely_selects(p, group, namespaces))
    near = [p for p in policies if may_select(p, group, namespaces)]
    return () if any(allows(p, p.lets_in, target, namespaces) for p in near) else governing


def denied_since(
    policies: tuple[Policy, ...], pods: Pods, namespaces: Namespaces | None, meta: Meta, grew: float | None
) -> Iterator[Denial]:
    """Denied packets grow, and a policy that governs live pods came within the last half hour."""
    young = tuple(
        p
        for p in policies
        if meta.taken_at - p.created <= RECENT
        and (p.ingress is not None or p.egress is not None or p.ingress_deny or p.egress_deny)
        and any(group.total and surely_selects(p, group, namespaces) for group in pods.groups)
    )
    if grew and young:
        yield Denial(
            young,
            Explains("traffic-failing"),
            Confidence.LIKELY,
            f"packets are denied since a policy came {(meta.taken_at - young[0].created).seconds // 60} "
            "min ago",
        )


def _target(service: Service, port: int, protocol: str) -> Target:
    return Target(
        namespace="",
        labels={},
        addresses=(),
        service=(service.namespace, service.name),
        port=port,
        protocol=protocol,
        entities=FROM_A_NODE,
    )
