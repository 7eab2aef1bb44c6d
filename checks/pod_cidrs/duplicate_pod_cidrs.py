"""A block of pod addresses must belong to one node."""

import shlex
from collections.abc import Iterator
from ipaddress import IPv4Network

from checks.advice import change, links, look
from checks.blocks import BLOCK_MODES, blocks_by_node
from checks.model import Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.nodes import Nodes
from checks.scale import counted
from checks.stale_nodes import stale_nodes

Owned = tuple[IPv4Network, str]


@check(
    id="duplicate-pod-cidrs",
    title="Two nodes own the same block",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/",
    modes=BLOCK_MODES,
)
def duplicate_pod_cidrs(
    meta: Meta, cilium: CiliumConfig, cilium_nodes: CiliumNodes, nodes: Nodes
) -> Iterator[Finding]:
    """Traffic to a pod of one owner reaches the other; who gets it, changes with every route update.

    It comes from an operator that handed out blocks before it had read the existing CiliumNodes, or from a
    restored backup. What the CiliumNode of a dead node still lists does not count.
    """
    dead = {node.name for node in stale_nodes(cilium_nodes, nodes, meta.taken_at)}
    held = blocks_by_node(cilium.ipam_mode, cilium_nodes, nodes)
    owned = sorted(
        ((block, name) for name, blocks in held.items() if name not in dead for block in blocks),
        key=lambda own: (int(own[0].network_address), own[0].prefixlen, own[1]),
    )
    twice = list(_overlapping(owned))
    if not twice:
        return
    names = frozenset(Subject("Node", name) for pair in twice for _, name in pair)
    (block, first), (other, second) = twice[0]
    younger = max(
        (first, second),
        key=lambda name: nodes.by_name[name].created if name in nodes.by_name else meta.taken_at,
    )
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        title=f"{counted(len(twice), 'block belongs', 'blocks belong')} to two nodes at once",
        because=f"{first} holds {block} and {second} holds {other}, and both nodes are alive. "
        "An address in it has two places, so packets go astray whatever the routing mode.",
        subjects=tuple(sorted(names)),
        evidence=tuple(
            Evidence(CiliumNodes.ASKED, f"{name}: block", str(net))
            for pair in twice[:3]
            for net, name in pair
        ),
        actions=(
            look(
                "See who holds which block",
                "kubectl get ciliumnodes -o custom-columns=NAME:.metadata.name,BLOCKS:.spec.ipam.podCIDRs,"
                "POOLS:.spec.ipam.pools.allocated | sort -k2",
                "One block stands in two lines.",
            ),
            change(
                "Restart the operator, then drain and recreate the younger of the two nodes",
                f"kubectl -n {cilium.namespace} rollout restart deployment/cilium-operator && "
                f"kubectl drain {shlex.quote(younger)} --ignore-daemonsets --delete-emptydir-data",
                risk="evicts the pods of that node",
                verify="Every block stands in one CiliumNode only.",
            ),
        ),
        references=links("cilium#17277", "cilium#21482", "cilium#22770", "cilium#41986"),
        explains=(Explains("nodes-unreachable", names),),
        inferred=True,
    )


def _overlapping(owned: list[Owned]) -> Iterator[tuple[Owned, Owned]]:
    """Neighbours in order of address that share some, of different nodes."""
    widest: Owned | None = None
    for item in owned:
        if widest is not None and item[0].overlaps(widest[0]) and item[1] != widest[1]:
            yield widest, item
        if widest is None or int(item[0].broadcast_address) > int(widest[0].broadcast_address):
            widest = item
