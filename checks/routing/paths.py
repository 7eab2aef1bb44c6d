"""Which paths between pods fail, and which nodes stand in different subnets."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address

from checks.blocks import networks
from checks.dns import dns_service
from checks.model import Evidence, Explains
from checks.parts.agents import ClusterHealth
from checks.parts.aws import Instances
from checks.parts.nodes import Node, Nodes
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import Interfaces, RouteTables, Subnets

Pair = tuple[str, str]
"""Observer and the node that it probes."""


@dataclass(frozen=True, slots=True)
class PodPaths:
    """Remote endpoint paths by their outcome. ``broken``: the host answers or is not known to fail.

    ``cut_off``: the host fails as well.
    """

    broken: frozenset[Pair] = frozenset()
    working: frozenset[Pair] = frozenset()
    cut_off: frozenset[Pair] = frozenset()

    @property
    def probed(self) -> bool:
        """Whether anything is known of the paths between pods."""
        return bool(self.broken or self.working)


def pod_paths(health: ClusterHealth | None) -> PodPaths:
    """What the agents' probes say of pod addresses on other nodes."""
    broken: set[Pair] = set()
    working: set[Pair] = set()
    cut_off: set[Pair] = set()
    for observer, peers in health.by_observer.items() if health else ():
        for peer in peers:
            if peer.name == observer or peer.endpoint is None:
                continue
            failing = cut_off if peer.host is False else broken
            (working if peer.endpoint else failing).add((observer, peer.name))
    return PodPaths(frozenset(broken), frozenset(working), frozenset(cut_off))


@dataclass(frozen=True, slots=True)
class Places:
    """Where nodes stand. Zones alone tell nodes apart as well: a subnet lies in one zone."""

    subnets: Mapping[str, str]
    zones: Mapping[str, str]

    def apart(self, first: str, second: str) -> bool | None:
        """Whether two nodes are in different subnets; None when it cannot be told."""
        if first in self.subnets and second in self.subnets:
            return self.subnets[first] != self.subnets[second]
        if first in self.zones and second in self.zones and self.zones[first] != self.zones[second]:
            return True
        return None

    @property
    def separate(self) -> bool | None:
        """Whether the nodes stand in at least two subnets; None when it cannot be told."""
        if len(set(self.subnets.values())) > 1 or len(set(self.zones.values())) > 1:
            return True
        names = set(self.subnets) | set(self.zones)
        return False if names and names <= set(self.subnets) else None


def machines(nodes: Nodes) -> Nodes:
    """The nodes that are EC2 instances with an agent: no Fargate, hybrid or Windows ones."""
    return Nodes(items=tuple(node for node in nodes.items if node.compute_type == "ec2"))


def places(
    nodes: Nodes, instances: Instances | None, interfaces: Interfaces | None, subnets: Subnets | None
) -> Places:
    """The subnet of every node: its instance's, its first interface's, or the one around its address."""
    ways: tuple[Callable[[Node], str | None], ...] = (
        lambda node: _by_instance(node, instances),
        lambda node: _by_interface(node, interfaces),
        lambda node: _by_address(node, subnets),
    )
    found = {node.name: next((s for way in ways if (s := way(node))), None) for node in nodes.items}
    return Places(
        {name: subnet for name, subnet in found.items() if subnet},
        {node.name: node.zone for node in nodes.items if node.zone},
    )


def _by_instance(node: Node, instances: Instances | None) -> str | None:
    known = instances.by_id.get(node.instance_id or "") if instances else None
    return known.subnet_id if known else None


def _by_interface(node: Node, interfaces: Interfaces | None) -> str | None:
    mine = interfaces.by_instance.get(node.instance_id or "", ()) if interfaces else ()
    return mine[0].subnet_id if mine else None


def _by_address(node: Node, subnets: Subnets | None) -> str | None:
    for subnet in subnets.by_id.values() if subnets else ():
        for network in networks((subnet.cidr or "",)):
            if any(":" not in ip and ip_address(ip) in network for ip in node.internal_ips):
                return subnet.id
    return None


def unrouted(
    blocks: Mapping[str, tuple[IPv4Network, ...]], where: Places, tables: RouteTables
) -> frozenset[str]:
    """Nodes to whose blocks some other node's subnet has no route in the VPC."""
    found = set()
    for subnet in sorted(set(where.subnets.values())):
        table = tables.of(subnet, None)
        routes = [r for r in table.routes if r.state == "active" and r.target != "local"] if table else []
        ways = [n for n in networks(r.destination for r in routes) if n.prefixlen]
        for name, mine in blocks.items():
            if where.subnets.get(name) != subnet and not all(_covered(block, ways) for block in mine):
                found.add(name)
    return frozenset(found)


def _covered(block: IPv4Network, ways: list[IPv4Network]) -> bool:
    return any(block.subnet_of(way) for way in ways)


def dns_over(
    targets: frozenset[str], services: Services | None, endpoints: Endpoints | None
) -> Iterator[Explains]:
    """The claim on failing DNS, when ready DNS pods run on nodes whose pods others do not reach."""
    if endpoints is None:
        return
    service = dns_service(services)
    if targets & {endpoint.node for endpoint in endpoints.of(service.namespace, service.name).ready}:
        yield Explains("dns-failing")


def told_by(health: ClusterHealth | None, pairs: frozenset[Pair]) -> Iterator[Evidence]:
    """One reading for each of the three agents that fail to reach most pods."""
    if health is None:
        return
    counts = Counter(observer for observer, _ in pairs)
    for observer, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]:
        names = {target for seen, target in pairs if seen == observer}
        peer = next(p for p in health.by_observer[observer] if p.name in names)
        yield Evidence(
            ClusterHealth.ASKED.format(node=observer),
            "nodes[].health-endpoint.primary-address",
            peer.failure or "fails",
            count,
        )
