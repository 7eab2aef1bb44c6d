"""Instances that send or receive pod addresses must be allowed to carry foreign addresses."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.blocks import BLOCK_MODES, blocks_by_node, networks
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
from checks.parts.nodes import Node, Nodes
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import Interfaces, RouteTables, Subnets
from checks.routing.paths import Pair, dns_over, machines, places, pod_paths, told_by, unrouted
from checks.routing.switch import to_tunnel
from checks.scale import counted


@check(
    id="source-dest-check-drops",
    title="EC2 drops packets with pod addresses",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html",
    modes=BLOCK_MODES,
)
def source_dest_check_drops(
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
    """Unless the source/destination check is off, EC2 drops what is not addressed from or to the interface.

    With native routing pods have addresses that no interface carries, so even two nodes of one subnet cannot
    exchange pod traffic. Overlays and ENI mode send interface addresses only and are not affected.
    """
    nodes = machines(nodes)
    if cilium.routing_mode != "native" or len(nodes.items) < 2:
        return
    paths = pod_paths(health)
    if paths.probed and not paths.broken:
        return  # such packets do pass
    checked = {node.name: _check_of(node, instances, interfaces) for node in nodes.items}
    if all(state is None for state in checked.values()):
        yield Undecided("the source/destination check of the nodes was not read", "ec2:DescribeInstances")
    blocks = blocks_by_node(cilium.ipam_mode, cilium_nodes, nodes)
    carried = networks(p for item in interfaces.items for p in item.prefixes) if interfaces else ()
    on = {
        name
        for name, state in checked.items()
        if state and not any(b.overlaps(c) for b in blocks.get(name, ()) for c in carried)
    }
    broken = frozenset(pair for pair in paths.broken if on & set(pair))
    disproved = any(set(pair) <= on for pair in paths.working)  # such packets do pass
    if not on or disproved or (paths.probed and not broken):
        return
    where = places(nodes, instances, interfaces, subnets)
    direct = bool(cilium.flag("auto-direct-node-routes"))
    lost = unrouted(blocks, where, route_tables) if route_tables else frozenset(blocks)
    far = frozenset(p for p in broken if direct and where.apart(*p) and p[1] in lost)
    mine = broken - far
    targets = frozenset(target for _, target in mine or broken)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.LIKELY if broken and not mine else Confidence.CERTAIN,
        title=f"{counted(len(on), 'node has', 'nodes have')} EC2's source/destination check on, "
        "and native routing sends pod addresses",
        because=_because(mine, broken),
        subjects=tuple(Subject("Node", name) for name in sorted(on)),
        evidence=(
            Evidence(cilium.asked, "routing-mode", "native"),
            Evidence(cilium.asked, "ipam", cilium.ipam_mode),
            Evidence(Interfaces.ASKED if interfaces else Instances.ASKED, "SourceDestCheck", "true", len(on)),
            *told_by(health, mine or broken),
        ),
        actions=(
            look(
                "See the check of every node's interface",
                "aws ec2 describe-instances --query "
                "'Reservations[].Instances[].[PrivateDnsName,SubnetId,SourceDestCheck]' --output table",
                "true on nodes whose pods have addresses that no interface carries.",
            ),
            change(
                "Turn the check off on every node's interface, at launch (there is no Helm value for it)",
                f"aws ec2 modify-instance-attribute --no-source-dest-check --instance-id {_one(nodes, on)}",
                risk="the instance may then send any address; nodes in several subnets need VPC routes too",
                verify="Two nodes of one subnet reach each other's pods in cilium-health.",
            ),
            to_tunnel(cilium, version),
        ),
        references=links(
            "vpc-cni#2223", "projectcalico/calico#4154", "cloudnativelabs/kube-router#553", "kops#4466"
        ),
        explains=(
            Explains("nodes-unreachable", frozenset(Subject("Node", name) for name in targets)),
            *dns_over(targets, services, endpoints),
        ),
        inferred=not paths.probed,
    )


def _check_of(node: Node, instances: Instances | None, interfaces: Interfaces | None) -> bool | None:
    """The check on the node's first interface, or the instance's own word; None when neither was read."""
    mine = interfaces.by_instance.get(node.instance_id or "", ()) if interfaces else ()
    if mine and mine[0].source_dest_check is not None:
        return mine[0].source_dest_check
    known = instances.by_id.get(node.instance_id or "") if instances else None
    return known.source_dest_check if known else None


def _because(mine: frozenset[Pair], broken: frozenset[Pair]) -> str:
    if mine:
        return (
            "Hosts answer and the pods on them do not, where routes exist: EC2 drops the packets. "
            "No interface carries the nodes' blocks, and no overlay hides them."
        )
    if broken:
        return (
            "The check is on and no interface carries the nodes' blocks; only nodes in other subnets were "
            "probed, where direct routes fail as well. Health of two nodes in one subnet would decide."
        )
    return (
        "Routing is native, no interface carries the nodes' blocks, and the check is on: EC2 drops such "
        "packets. No agent's health was read that would show it."
    )


def _one(nodes: Nodes, on: set[str]) -> str:
    return next((node.instance_id for node in nodes.items if node.name in on and node.instance_id), "$ID")
