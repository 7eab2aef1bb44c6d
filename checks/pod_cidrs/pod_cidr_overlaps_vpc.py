"""The pod range must not contain addresses that the VPC or its peers use."""

from collections.abc import Iterator
from ipaddress import IPv4Network

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
from checks.parts.aws import EksCluster
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes, PodIpPools
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints
from checks.parts.vpc import Interfaces, RouteTables, Vpcs
from checks.pod_cidrs.ranges import Blocks, Inside, inside, pod_ranges, reached_with_node, shared

ELSEWHERE = ("tgw-", "pcx-", "vgw-", "cagw-", "lgw-")
"""Targets behind which other networks lie: transit and virtual private gateways, peerings."""


@check(
    id="pod-cidr-overlaps-vpc",
    title="Pod range and VPC share addresses",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/",
    modes=BLOCK_MODES,
)
def pod_cidr_overlaps_vpc(
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    pod_ip_pools: PodIpPools | None,
    vpcs: Vpcs | None,
    interfaces: Interfaces | None,
    route_tables: RouteTables | None,
    endpoints: Endpoints | None,
    eks: EksCluster | None,
) -> Iterator[Finding | Undecided]:
    """The node that owns a block keeps traffic to all of its addresses to itself.

    A machine of the VPC whose address lies in an assigned block is unreachable from there; which one, changes
    as nodes join. As long as no assigned block holds a real address nothing is broken. Cilium's default pool,
    10.0.0.0/8, contains most VPCs.
    """
    blocks = _own(blocks_by_node(cilium.ipam_mode, cilium_nodes, nodes), interfaces)
    real = tuple(inside(blocks, _addresses(nodes, interfaces, endpoints)))
    if real:
        yield _cause(cilium, real)
        return
    ranges = pod_ranges(cilium, blocks, pod_ip_pools)
    if vpcs is None:
        held = {ip for node in nodes.items for ip in node.internal_ips}
        common = shared(ranges, networks(held))
        asked, field = Nodes.ASKED, "status.addresses[InternalIP]"
    else:
        common = shared(ranges, _vpc(vpcs, eks))
        asked, field = Vpcs.ASKED, "CidrBlockAssociationSet[].CidrBlock"
    peers = shared(ranges, _peers(route_tables, ranges))
    if common:
        said = Evidence(asked, field, " ".join(map(str, common[:4])))
        yield _risk(cilium, common, blocks, ranges, said, interfaces is not None)
    elif peers:
        said = Evidence(RouteTables.ASKED, "Routes[].DestinationCidrBlock", " ".join(map(str, peers[:4])))
        yield _risk(cilium, peers, blocks, ranges, said, interfaces is not None)
    elif vpcs is None:
        yield Undecided("the VPC's ranges were not read", "ec2:DescribeVpcs")


def _own(blocks: Blocks, interfaces: Interfaces | None) -> Blocks:
    """Blocks that no interface carries as delegated prefixes: those that do are meant to be in the VPC."""
    carried = networks(p for i in interfaces.items for p in i.prefixes) if interfaces else ()
    if not carried:
        return blocks
    kept = {
        name: tuple(b for b in bs if not any(b.overlaps(c) for c in carried)) for name, bs in blocks.items()
    }
    return {name: bs for name, bs in kept.items() if bs}


def _addresses(
    nodes: Nodes, interfaces: Interfaces | None, endpoints: Endpoints | None
) -> Iterator[tuple[str, str]]:
    for node in nodes.items:
        for ip in node.internal_ips:
            yield ip, f"node {node.name}"
    for endpoint in endpoints.of("default", "kubernetes").ready if endpoints else ():
        yield endpoint.ip, "the API server"
    for item in interfaces.items if interfaces else ():
        for ip in item.ips:
            yield ip, f"interface {item.id}"


def _vpc(vpcs: Vpcs, eks: EksCluster | None) -> tuple[IPv4Network, ...]:
    own = vpcs.cidrs.get(eks.vpc_id or "") if eks else None
    return networks(own or [cidr for cidrs in vpcs.cidrs.values() for cidr in cidrs])


def _peers(tables: RouteTables | None, ranges: tuple[IPv4Network, ...]) -> tuple[IPv4Network, ...]:
    """Networks behind gateways that lie within the pod range; wider summary routes say nothing."""
    routes = [route for table in tables.items for route in table.routes] if tables else []
    told = networks(r.destination for r in routes if r.target.startswith(ELSEWHERE) and r.state == "active")
    return tuple(peer for peer in told if any(peer.subnet_of(mine) for mine in ranges))


def _cause(cilium: CiliumConfig, real: tuple[Inside, ...]) -> Finding:
    first = real[0]
    members = {item.what.removeprefix("node ") for item in real if item.what.startswith("node ")}
    seen = {item.address: item for item in reversed(real)}
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        title=f"{len(seen)} addresses of the VPC lie in blocks that nodes hand out to pods"
        if len(seen) > 1
        else f"{first.address} of the VPC lies in a block that a node hands out to pods",
        because=f"{first.what} has {first.address}, and {first.node} holds {first.block}: traffic "
        "to it stays on that node. A block and a real address meet, so this is no mere overlap of ranges.",
        subjects=tuple(Subject("Node", name) for name in sorted({item.node for item in real})),
        evidence=tuple(
            Evidence(_asked_of(item), f"{item.what}, in {item.node}'s block {item.block}", str(item.address))
            for item in [seen[address] for address in sorted(seen)][:5]
        ),
        actions=_ACTIONS,
        references=_REFERENCES,
        explains=(Explains("nodes-unreachable", frozenset(Subject("Node", name) for name in members)),),
        inferred=True,
    )


def _asked_of(item: Inside) -> str:
    if item.what.startswith("node "):
        return Nodes.ASKED
    return Endpoints.ASKED if item.what == "the API server" else Interfaces.ASKED


def _risk(
    cilium: CiliumConfig,
    common: tuple[IPv4Network, ...],
    blocks: Blocks,
    ranges: tuple[IPv4Network, ...],
    said: Evidence,
    complete: bool,
) -> Finding:
    reached = [n for part in common if (n := reached_with_node(cilium, part)) is not None]
    near = not reached or min(reached) <= 2 * max(1, len(blocks))
    when = (
        f" Allocation gets there with node {min(reached)}; {len(blocks)} have a block now." if reached else ""
    )
    return Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM if near else Severity.LOW,
        title=f"pods and the VPC share {common[0]}" + (f" and {len(common) - 1} more" if common[1:] else ""),
        confidence=Confidence.CERTAIN if complete else Confidence.LIKELY,
        because="No assigned block holds an address of a node"
        + (" or of an interface." if complete else "; the VPC's other interfaces were not read.")
        + when,
        evidence=(
            Evidence(
                cilium.asked, _FIELD.get(cilium.ipam_mode, "pod blocks"), " ".join(map(str, ranges[:4]))
            ),
            said,
        ),
        actions=_ACTIONS,
        references=_REFERENCES,
    )


_FIELD = {"cluster-pool": "cluster-pool-ipv4-cidr"}
_REFERENCES = links("cilium#32296", "cilium#9231", "cilium#20204", "cilium#20208", "cilium#13766")
_ACTIONS = (
    look(
        "Compare the blocks of the nodes with the VPC's ranges",
        "kubectl get ciliumnodes -o custom-columns=NAME:.metadata.name,BLOCKS:.spec.ipam.podCIDRs; "
        "aws ec2 describe-vpcs --query 'Vpcs[].CidrBlockAssociationSet[].CidrBlock'",
        "No block lies in a range of the VPC or of a network that is routed to.",
    ),
    change(
        "Move the pods to a range that nobody uses, by a new pool and new nodes",
        None,
        risk="every node is replaced; ranges in use must never be edited in place",
        verify="All podCIDRs lie outside the VPC, and what was unreachable answers.",
    ),
)
