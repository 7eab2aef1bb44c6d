"""Every node must admit the overlay's UDP port from every other node."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from checks.advice import change, links, look
from checks.agent_command import health_of
from checks.blocks import BLOCK_MODES, networks
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import ClusterHealth
from checks.parts.aws import Instances
from checks.parts.cilium import CiliumConfig
from checks.parts.nodes import Node, Nodes
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import GroupRule, Interfaces, SecurityGroups
from checks.reach import unreached
from checks.routing.paths import dns_over, machines, pod_paths, told_by
from checks.scale import counted
from checks.services.ports import HEALTH_PORT

Groups = tuple[str, ...]


@check(
    id="overlay-port-blocked",
    title="Security groups block the overlay between nodes",
    source="https://docs.cilium.io/en/stable/operations/system_requirements/#firewall-rules",
    modes=BLOCK_MODES,
)
def overlay_port_blocked(
    cilium: CiliumConfig,
    nodes: Nodes,
    security_groups: SecurityGroups | None,
    instances: Instances | None,
    interfaces: Interfaces | None,
    health: ClusterHealth | None,
    services: Services | None,
    endpoints: Endpoints | None,
) -> Iterator[Finding | Undecided]:
    """The overlay is UDP 8472 for VXLAN and 6081 for Geneve, admitted by ingress rules on both sides.

    Nodes of one group that admits itself always pass; node groups with groups of their own often do not.
    Encrypted overlays use other ports and are left out.
    """
    nodes = machines(nodes)
    encrypted = cilium.flag("enable-wireguard") or cilium.flag("enable-ipsec")
    if cilium.routing_mode not in (None, "tunnel") or encrypted or len(nodes.items) < 2:
        return
    paths = pod_paths(health)
    members = _members(nodes, instances, interfaces)
    if paths.probed and not (paths.broken or paths.cut_off):
        yield from _health_alone(cilium, security_groups, members, health)
        return  # the packets pass
    if security_groups is None or not members:
        missing = "ec2:DescribeSecurityGroups" if security_groups is None else "ec2:DescribeInstances"
        yield Undecided("the security groups of the nodes were not read", missing)
        return
    port = cilium.tunnel_port
    blocked = {
        (source, target)
        for source in members
        for target in members
        if (source != target or len(members[source]) > 1)
        and _admits(security_groups, members, source, target, port) is False
    }
    if not blocked:
        return
    groups_of = {node.name: groups for groups, found in members.items() for node in found}
    between = frozenset(
        (a, b)
        for a, b in paths.broken | paths.cut_off
        if {(groups_of.get(a, ()), groups_of.get(b, ())), (groups_of.get(b, ()), groups_of.get(a, ()))}
        & blocked
    )
    if (paths.probed or paths.cut_off) and not between:
        return  # the packets pass: something admits them that these rules do not show
    yield _finding(_Blocked(blocked, members, between), cilium, health, nodes, services, endpoints)


@dataclass(frozen=True, slots=True)
class _Blocked:
    pairs: set[tuple[Groups, Groups]]
    members: Mapping[Groups, list[Node]]
    between: frozenset[tuple[str, str]]


def _members(
    nodes: Nodes, instances: Instances | None, interfaces: Interfaces | None
) -> dict[Groups, list[Node]]:
    """Nodes by the security groups of their first interface; without groups they are left out."""
    found: dict[Groups, list[Node]] = {}
    for node in nodes.items:
        mine = interfaces.by_instance.get(node.instance_id or "", ()) if interfaces else ()
        known = instances.by_id.get(node.instance_id or "") if instances else None
        groups = mine[0].security_groups if mine else (known.security_groups if known else ())
        if groups:
            found.setdefault(tuple(sorted(groups)), []).append(node)
    return found


def _admits(
    security_groups: SecurityGroups,
    members: Mapping[Groups, list[Node]],
    source: Groups,
    target: Groups,
    port: int,
    protocol: str = "udp",
) -> bool | None:
    """Whether ``target`` admits the port from ``source``; None when a rule or a group could not be read."""
    known = [security_groups.by_id.get(group) for group in target]
    rules = [rule for group in known if group for rule in group.ingress if rule.covers(protocol, port)]
    if any(_matches(rule, source, members[source]) for rule in rules):
        return True
    return None if None in known or any(rule.prefix_lists for rule in rules) else False


def _matches(rule: GroupRule, source: Groups, senders: list[Node]) -> bool:
    if set(rule.groups) & set(source):
        return True
    ranges = networks(rule.cidrs)
    addresses = [ip_address(node.internal_ips[0]) for node in senders if node.internal_ips]
    return (
        bool(ranges)
        and len(addresses) == len(senders)
        and all(any(address in network for network in ranges) for address in addresses)
    )


def _health_alone(
    cilium: CiliumConfig,
    groups: SecurityGroups | None,
    members: Mapping[Groups, list[Node]],
    health: ClusterHealth | None,
) -> Iterator[Finding]:
    """The overlay passes, and nodes are called unreachable because their health port is closed."""
    failing = {name for name, paths in unreached(health).items() if "host" in paths} if health else set()
    closed = [
        target
        for target in members
        if groups
        and any(_admits(groups, members, source, target, HEALTH_PORT, "tcp") is False for source in members)
    ]
    hit = frozenset(
        Subject("Node", node.name) for target in closed for node in members[target] if node.name in failing
    )
    if not hit:
        return
    target = sorted(closed)[0]
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.LOW,
        confidence=Confidence.LIKELY,
        title=f"security groups close the health port of {counted(len(hit), 'node')}; pods reach each other",
        because=f"No ingress rule of {', '.join(target)} admits TCP {HEALTH_PORT} from every node, and only "
        "the nodes' own addresses fail: the pods behind them answer over the overlay.",
        subjects=tuple(sorted(hit)),
        evidence=(
            Evidence(
                SecurityGroups.ASKED, f"{', '.join(target)}: IpPermissions for TCP {HEALTH_PORT}", "none"
            ),
        ),
        actions=(
            change(
                f"Admit TCP {HEALTH_PORT} and ICMP echo between the nodes' groups",
                f"aws ec2 authorize-security-group-ingress --group-id {target[0]} --protocol tcp "
                f"--port {HEALTH_PORT} --source-group {target[0]}",
                risk="opens the health port to the members of that group",
                verify="cilium-health shows every node reachable.",
            ),
        ),
        references=links("cilium#40167"),
        explains=(Explains("nodes-unreachable", hit),),
    )


def _finding(
    found: _Blocked,
    cilium: CiliumConfig,
    health: ClusterHealth | None,
    nodes: Nodes,
    services: Services | None,
    endpoints: Endpoints | None,
) -> Finding:
    source, target = sorted(found.pairs)[0]
    port, protocol = cilium.tunnel_port, cilium.tunnel_protocol
    names = {node.name for pair in found.pairs for groups in pair for node in found.members[groups]}
    targets = frozenset(name for _, name in found.between)
    observer = sorted(a for a, _ in found.between)[0] if found.between else sorted(names)[0]
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN if found.between else Confidence.LIKELY,
        title=f"security groups do not admit UDP {port} between {counted(len(names), 'node')}",
        because=f"No ingress rule of {', '.join(target)} admits UDP {port} ({protocol}) from "
        f"{', '.join(source)}. "
        + (
            "Agents do not reach the pods on those nodes, and reach others."
            if found.between
            else "No agent's health was read that would show it."
        ),
        subjects=tuple(Subject("Node", name) for name in sorted(names)),
        evidence=(
            Evidence(cilium.asked, "tunnel-protocol", protocol),
            Evidence(
                SecurityGroups.ASKED,
                f"{', '.join(target)}: IpPermissions for UDP {port} from {', '.join(source)}",
                "none",
                len(found.pairs),
            ),
            *told_by(health, found.between),
        ),
        actions=(
            look(
                "See whom one agent reaches",
                health_of(observer, cilium),
                "Nodes answer, and endpoints do not.",
            ),
            change(
                f"Admit UDP {port} between the nodes' groups, and TCP 4240 and ICMP echo for health",
                f"aws ec2 authorize-security-group-ingress --group-id {target[0]} --protocol udp "
                f"--port {port} --source-group {source[0]}",
                risk="opens the overlay's port to the members of that group",
                verify="cilium-health shows the endpoints of those nodes reachable.",
            ),
        ),
        references=links("cilium#40167", "cilium#9457", "cilium#26897", "cilium#18294"),
        explains=(
            Explains("nodes-unreachable", frozenset(Subject("Node", name) for name in targets)),
            *dns_over(targets, services, endpoints),
        ),
        inferred=health is None or not found.between,
    )
