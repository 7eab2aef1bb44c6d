"""Which blocks of pod addresses belong to which node, in the modes that give nodes blocks."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, ip_network

from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.nodes import Nodes

BLOCK_MODES = ("cluster-pool", "kubernetes", "multi-pool")
"""Modes in which pods get addresses that no AWS interface carries."""


def networks(texts: Iterable[str]) -> tuple[IPv4Network, ...]:
    """The IPv4 ranges among these texts; IPv6 and malformed ones are left out."""
    return tuple(network for text in texts if (network := _network(text)) is not None)


@lru_cache(maxsize=20_000)
def _network(text: str) -> IPv4Network | None:
    """One range by its text: several checks ask for the same blocks, and a cluster has one for each node."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    return network if isinstance(network, IPv4Network) else None


def blocks_by_node(
    mode: str, cilium_nodes: CiliumNodes | None, nodes: Nodes | None
) -> Mapping[str, tuple[IPv4Network, ...]]:
    """Assigned IPv4 blocks by node name; nodes without one are left out.

    cluster-pool and multi-pool keep them in the CiliumNode, kubernetes mode in the Node
    (https://docs.cilium.io/en/stable/network/concepts/ipam/).
    """
    found: dict[str, tuple[IPv4Network, ...]] = {}
    for item in cilium_nodes.items if cilium_nodes else ():
        texts = [cidr for pool in item.allocated for cidr in pool.cidrs] if mode == "multi-pool" else []
        found[item.name] = networks([*texts, *(item.pod_cidrs if mode != "multi-pool" else ())])
    if mode == "kubernetes":
        for node in nodes.items if nodes else ():
            annotated = (node.annotations_pod_cidr,) if node.annotations_pod_cidr else ()
            own = networks(node.pod_cidrs or annotated)
            found[node.name] = own or found.get(node.name, ())
    return {name: blocks for name, blocks in sorted(found.items()) if blocks}
