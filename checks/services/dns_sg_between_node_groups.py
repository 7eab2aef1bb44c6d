"""Nodes must be let in at port 53 where the DNS pods are."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.dns import dns_service
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import DnsProbes
from checks.parts.cilium import CiliumConfig
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import Interface, Interfaces, SecurityGroups
from checks.scale import counted
from checks.services.ports import admitted, interface_of


@check(
    id="dns-sg-between-node-groups",
    title="Security groups keep nodes from the DNS pods",
    source="https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html",
)
def dns_sg_between_node_groups(
    cilium: CiliumConfig,
    services: Services,
    endpoints: Endpoints,
    nodes: Nodes,
    interfaces: Interfaces,
    security_groups: SecurityGroups,
    dns_probes: DnsProbes | None,
) -> Iterator[Finding]:
    """Node groups made at different times can carry separate groups; DNS then works only beside CoreDNS.

    In an overlay the packets between nodes are the tunnel's and its port is what counts.
    """
    if cilium.routing_mode == "tunnel":
        return
    service = dns_service(services)
    behind = {
        e.ip: interface_of(e.ip, interfaces) for e in endpoints.of(service.namespace, service.name).ready
    }
    closed: dict[str, set[str]] = {}
    for node in nodes.items:
        senders = interfaces.by_instance.get(node.instance_id or "", ())
        for target in behind.values():
            if target is None or not senders or target.instance_id == node.instance_id:
                continue
            ways = [_way(sender, target, security_groups) for sender in senders]
            if all(way is False for way in ways):
                closed.setdefault(node.name, set()).update(target.security_groups)
    if not closed:
        return
    timeouts = {p.from_node for p in dns_probes.items if p.outcome == "timeout"} if dns_probes else set()
    seen = sorted(name for name in closed if name in timeouts)
    groups = sorted({group for names in closed.values() for group in names})
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if seen else Confidence.LIKELY,
        title=f"{counted(len(closed), 'node')} may not ask the DNS pods: {', '.join(groups)} do not admit "
        "port 53",
        because="No rule of the groups on the DNS pods' interfaces admits these nodes' groups or "
        "addresses at "
        "udp 53." + (" Lookups from them time out." if seen else " A lookup from one of them would decide."),
        subjects=tuple(Subject("Node", name) for name in sorted(closed)),
        evidence=(
            Evidence(
                SecurityGroups.ASKED,
                f"{', '.join(groups)}: IpPermissions",
                "none for udp 53 from these nodes",
            ),
            Evidence(Endpoints.ASKED, f"{service.name}: addresses", ", ".join(sorted(behind))),
            *((Evidence(DnsProbes.ASKED, "timeouts from these nodes", ", ".join(seen)),) if seen else ()),
        ),
        explains=(Explains("dns-failing"),),
        actions=(
            look(
                "Compare the groups of both nodes",
                "aws ec2 describe-instances --query 'Reservations[].Instances[].[InstanceId,SecurityGroups]'",
                "two node groups without a common group",
            ),
            change(
                "Admit port 53, or better: give all nodes one common group that admits itself",
                f"aws ec2 authorize-security-group-ingress --group-id {quote(groups[0])} --protocol udp "
                "--port 53 --source-group SENDER && aws ec2 authorize-security-group-ingress --group-id "
                f"{quote(groups[0])} --protocol tcp --port 53 --source-group SENDER",
                risk="none to what works now",
                verify="a lookup from those nodes answers",
            ),
        ),
        references=links("eks-ami#200", "aws/aws-cdk#10884", "eksctl#414"),
    )


def _way(sender: Interface, target: Interface, groups: SecurityGroups) -> bool | None:
    """Whether what leaves one interface is let in at port 53 of another."""
    return admitted(
        target.security_groups,
        "udp",
        53,
        source_groups=sender.security_groups,
        source_addresses=sender.ips,
        groups=groups,
    )
