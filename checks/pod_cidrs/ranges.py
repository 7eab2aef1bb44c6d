"""Pod ranges by mode, who holds an address inside a node's block, and when allocation gets somewhere."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from checks.blocks import networks
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import PodIpPools

Blocks = Mapping[str, tuple[IPv4Network, ...]]


@dataclass(frozen=True, slots=True)
class Inside:
    """An address that lies in a node's block."""

    node: str
    block: IPv4Network
    address: IPv4Address
    what: str


def pod_ranges(cilium: CiliumConfig, blocks: Blocks, pools: PodIpPools | None) -> tuple[IPv4Network, ...]:
    """What pods may get addresses from: the pool's ranges, or the blocks where there is no pool."""
    if cilium.ipam_mode == "cluster-pool":
        return cilium.pool_cidrs
    if cilium.ipam_mode == "multi-pool" and pools is not None:
        return networks(cidr for pool in pools.items for cidr in pool.cidrs)
    return tuple(dict.fromkeys(block for mine in blocks.values() for block in mine))


def shared(first: Iterable[IPv4Network], second: Iterable[IPv4Network]) -> tuple[IPv4Network, ...]:
    """The ranges that lie in both, sorted."""
    others = tuple(second)
    found = {max(a, b, key=lambda n: n.prefixlen) for a in first for b in others if a.overlaps(b)}
    return tuple(sorted(found))


def inside(blocks: Blocks, addresses: Iterable[tuple[str, str]]) -> Iterator[Inside]:
    """Those of these (address, what it is) that lie in some node's block."""
    owners = {
        (block.prefixlen, int(block.network_address)): (node, block)
        for node, mine in blocks.items()
        for block in mine
    }
    lengths = sorted({length for length, _ in owners})
    for text, what in addresses:
        try:
            address = IPv4Address(text)
        except ValueError:
            continue
        for length in lengths:
            owner = owners.get((length, int(address) >> (32 - length) << (32 - length)))
            if owner is not None:
                yield Inside(*owner, address, what)


def reached_with_node(cilium: CiliumConfig, part: IPv4Network) -> int | None:
    """The number of nodes with which allocation gets into this part of the cluster pool.

    Blocks are given from the lowest free one of the first range that is not full. None in other modes.
    """
    if cilium.ipam_mode != "cluster-pool":
        return None
    before = 0
    for pool in cilium.pool_cidrs:
        if pool.prefixlen > cilium.pool_mask:
            continue
        if pool.overlaps(part):
            start = max(int(pool.network_address), int(part.network_address))
            return before + ((start - int(pool.network_address)) >> (32 - cilium.pool_mask)) + 1
        before += 1 << (cilium.pool_mask - pool.prefixlen)
    return None
