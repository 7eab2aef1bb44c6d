"""Nodes that route directly to each other's pods must stand in one subnet."""

from collections import Counter
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.agent_command import health_of
from checks.blocks import BLOCK_MODES, blocks_by_node
from checks.model import (
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
from checks.parts.agents import ClusterHealth
from checks.parts.aws import Instances
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import Interfaces, RouteTables, Subnets
from checks.routing.paths import Places, dns_over, machines, places, pod_paths, told_by, unrouted
from checks.routing.switch import to_tunnel
from checks.scale import counted


@check(
    id="direct-routes-across-subnets",
    title="Direct node routes end at the subnet's edge",
    source="https://docs.cilium.io/en/stable/network/concepts/routing/#native-routing",
    modes=BLOCK_MODES,
)
def direct_routes_across_subnets(
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    version: CiliumVersion | None,
    health: ClusterHealth | None,
    instances: Instances | None,
    interfaces: Interfaces | None,
    subnets: Subnets | None,
    route_tables: RouteTables | None,
    services: Services | None,
    endpoints: Endpoints | None,
) -> Iterator[Finding | Undecided]:
    """With autoDirectNodeRoutes every agent installs "peer's block via peer's address".

    That needs the peer on the same link. AWS subnets are separate links, and the VPC's router knows no pod
    range, so nodes of other subnets, and so of other zones, are not reached, unless the VPC has routes.
    """
    nodes = machines(nodes)
    if cilium.routing_mode != "native" or not cilium.flag("auto-direct-node-routes") or len(nodes.items) < 2:
        return
    paths = pod_paths(health)
    if paths.probed and not paths.broken:
        return  # the packets pass: the VPC, or something else, has routes
    where = places(nodes, instances, interfaces, subnets)
    if where.separate is None:
        yield Undecided("the subnets of the nodes were not read", "ec2:DescribeInstances")
    if not where.separate:
        return
    blocks = blocks_by_node(cilium.ipam_mode, cilium_nodes, nodes)
    lost = unrouted(blocks, where, route_tables) if route_tables and where.subnets else None
    broken = frozenset(pair for pair in paths.broken if where.apart(*pair))
    if lost == frozenset() or (not broken and paths.probed):
        return  # the VPC has a route to every block, or something else carries the packets
    near_works = any(where.apart(*pair) is False for pair in paths.working)
    targets = frozenset(target for _, target in broken)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN if lost or near_works else Confidence.LIKELY,
        title=f"direct node routes end at the subnet's edge, and the {len(nodes.items)} nodes stand in "
        + counted(len(set(where.subnets.values())), "subnet")
        if where.subnets
        else f"direct node routes end at the zone's edge, and the {len(nodes.items)} nodes stand in "
        + counted(len(set(where.zones.values())), "zone"),
        because=_because(bool(lost), route_tables is not None, bool(broken)),
        subjects=tuple(Subject("Node", name) for name in sorted(targets or {n.name for n in nodes.items})),
        evidence=(
            Evidence(cilium.asked, "routing-mode", "native"),
            Evidence(cilium.asked, "auto-direct-node-routes", "true"),
            *_subnets(where),
            *told_by(health, broken),
        ),
        actions=(
            look(
                "See which nodes one agent reaches, and its refusal to install routes",
                health_of(sorted(o for o, _ in broken)[0] if broken else nodes.items[0].name, cilium),
                'Only nodes of its own subnet answer; its log says "must be directly reachable".',
            ),
            to_tunnel(cilium, version),
            change(
                "Or add a VPC route to every node's block, with the source/destination check off",
                None,
                risk="a route table holds some 50 routes by default, and every new node needs one",
                verify="cilium-health shows every node reachable. directRoutingSkipUnreachable only silences "
                "the error.",
            ),
        ),
        references=links("cilium#7853", "cilium#24618", "cilium#31124", "cilium#24777"),
        explains=(
            Explains("nodes-unreachable", frozenset(Subject("Node", name) for name in targets)),
            *dns_over(targets, services, endpoints),
        ),
        inferred=not paths.probed,
    )


def _because(lost: bool, read: bool, broken: bool) -> str:
    seen = (
        "Agents reach the hosts of other subnets and not the pods on them"
        if broken
        else "Routing is native by direct node routes, and the nodes stand in several subnets"
    )
    if lost:
        return (
            f"{seen}. The VPC's route tables have no way to the nodes' blocks, so nothing else carries them."
        )
    if read:
        return f"{seen}, while nodes of one subnet reach each other."
    return f"{seen}. The VPC's route tables were not read: they would tell whether something else routes."


def _subnets(where: Places) -> Iterator[Evidence]:
    if where.subnets:
        for subnet, count in sorted(Counter(where.subnets.values()).items())[:4]:
            yield Evidence(Instances.ASKED, "SubnetId", subnet, count)
        return
    for zone, count in sorted(Counter(where.zones.values()).items())[:4]:
        yield Evidence(Nodes.ASKED, "metadata.labels[topology.kubernetes.io/zone]", zone, count)
