"""The pod range and the Service range must not share addresses."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from checks.advice import change, links, look
from checks.blocks import BLOCK_MODES, blocks_by_node, networks
from checks.dns import dns_service
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
from checks.parts.services import Services
from checks.pod_cidrs.ranges import Blocks, inside, pod_ranges, reached_with_node, shared
from checks.scale import counted


@check(
    id="pod-cidr-overlaps-service-cidr",
    title="Pod range and Service range share addresses",
    source="https://kubernetes.io/docs/concepts/cluster-administration/networking/",
    modes=BLOCK_MODES,
)
def pod_cidr_overlaps_service_cidr(
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    nodes: Nodes | None,
    pod_ip_pools: PodIpPools | None,
    eks: EksCluster | None,
    services: Services | None,
) -> Iterator[Finding | Undecided]:
    """Kubernetes needs separate addresses for pods, Services and nodes.

    Once a node holds a block of the Service range, a pod there can be given an address that names a Service,
    the DNS at .10 among them. Cilium's default pool, 10.0.0.0/8, contains one of the two ranges that EKS
    picks for Services, 10.100.0.0/16.
    """
    blocks = blocks_by_node(cilium.ipam_mode, cilium_nodes, nodes)
    ranges = pod_ranges(cilium, blocks, pod_ip_pools)
    told = networks((eks.service_cidr,)) if eks and eks.service_cidr else None
    taken = networks(s.cluster_ip for s in services.items if s.cluster_ip) if services else ()
    common = shared(ranges, told if told is not None else taken)
    if not common:
        if told is None:
            yield Undecided("the Service range was not read", "eks:DescribeCluster")
        return
    said = (
        Evidence(EksCluster.ASKED, "kubernetesNetworkConfig.serviceIpv4Cidr", " ".join(map(str, told)))
        if told is not None
        else Evidence(Services.ASKED, "spec.clusterIP", str(common[0].network_address), len(common))
    )
    evidence = (_pool(cilium, ranges), said)
    held = {n: bs for n, bs in blocks.items() if shared(bs, common)}
    if held:
        yield _cause(held, services, evidence)
    else:
        yield _risk(cilium, common, blocks, evidence)


def _pool(cilium: CiliumConfig, ranges: tuple[IPv4Network, ...]) -> Evidence:
    field = "cluster-pool-ipv4-cidr" if cilium.ipam_mode == "cluster-pool" else "pod blocks"
    return Evidence(cilium.asked, field, " ".join(map(str, ranges[:4])))


def _cause(held: Blocks, services: Services | None, evidence: tuple[Evidence, ...]) -> Finding:
    named = (
        [(s.cluster_ip, f"{s.namespace}/{s.name}") for s in services.items if s.cluster_ip]
        if services
        else []
    )
    clashes = tuple(inside(held, named))
    dns = dns_service(services)
    shadowed = any(item.what == f"{dns.namespace}/{dns.name}" for item in clashes)
    node, mine = next(iter(held.items()))
    met = "no Service has an address in it yet"
    if clashes:
        met = f"{clashes[0].what} has {clashes[0].address} in {clashes[0].node}'s block"
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if clashes else Confidence.LIKELY,
        title=f"{counted(len(held), 'node hands', 'nodes hand')} out addresses of the Service range to pods",
        because=f"{node} holds {mine[0]} inside the Service range, and {met}. "
        "Blocks are assigned there, so this is no mere overlap of ranges.",
        subjects=tuple(Subject("Node", name) for name in held),
        evidence=(
            *evidence,
            Evidence(CiliumNodes.ASKED, "spec.ipam.podCIDRs", str(mine[0]), len(held)),
            *(Evidence(Services.ASKED, f"{c.what}: spec.clusterIP", str(c.address)) for c in clashes[:3]),
        ),
        actions=_ACTIONS,
        references=_REFERENCES,
        explains=(Explains("dns-failing"),) if shadowed else (),
        inferred=True,
    )


def _risk(
    cilium: CiliumConfig, common: tuple[IPv4Network, ...], blocks: Blocks, evidence: tuple[Evidence, ...]
) -> Finding:
    reached = [n for part in common if (n := reached_with_node(cilium, part)) is not None]
    near = not reached or min(reached) <= 2 * max(1, len(blocks))
    when = (
        f" Allocation gets there with node {min(reached)}; {len(blocks)} have a block now." if reached else ""
    )
    return Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM if near else Severity.LOW,
        title=f"pods and Services share {common[0]}",
        because="No node holds a block of the shared part." + when,
        evidence=evidence,
        actions=_ACTIONS,
        references=_REFERENCES,
    )


_REFERENCES = links("cilium#31504", "cilium#31543", "cilium#13766")
_ACTIONS = (
    look(
        "Compare the blocks of the nodes with the Service range",
        "kubectl get ciliumnodes -o custom-columns=NAME:.metadata.name,BLOCKS:.spec.ipam.podCIDRs; "
        "kubectl get services -A",
        "No CLUSTER-IP lies in a node's block.",
    ),
    change(
        "Move the pods to a range outside Services, nodes and VPC, by a new pool and new nodes",
        None,
        risk="every node is replaced; EKS fixes the Service range, and a pool in use must not be edited",
        verify="All podCIDRs lie outside the Service range.",
    ),
)
