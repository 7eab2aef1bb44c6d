"""How many node blocks each pool of pod addresses has, and how many of them are given away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.blocks import networks
from checks.capacity import blocks_in_pool
from checks.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRoom:
    """One pool in blocks: how many there are, how many nodes hold (nodes that are gone included)."""

    name: str
    blocks: int
    taken: int

    @property
    def free(self) -> int:
        """Blocks for further nodes; never negative, though a pool's ranges may have been edited."""
        return max(0, self.blocks - self.taken)


def pool_rooms(snapshot: Snapshot) -> tuple[PoolRoom, ...]:
    """The pools of the modes that have them, as far as both sides of the sum were read.

    https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/ and …/multi-pool/
    """
    return tuple(pool for pool in _rooms(snapshot) if pool.blocks)


def _rooms(snapshot: Snapshot) -> Iterator[PoolRoom]:
    cilium, nodes = snapshot.cilium, snapshot.cilium_nodes
    if cilium is None or nodes is None:
        return
    if cilium.allocator == "cluster-pool":
        taken = sum(len(networks(node.pod_cidrs)) for node in nodes.items)
        lengths = (range.prefixlen for range in cilium.pool_cidrs)
        yield PoolRoom(name="cluster-pool", blocks=_blocks(lengths, cilium.pool_mask), taken=taken)
    if cilium.allocator == "multi-pool" and snapshot.pod_ip_pools is not None:
        for pool in snapshot.pod_ip_pools.items:
            held = (one.cidrs for node in nodes.items for one in node.allocated if one.pool == pool.name)
            lengths = (range.prefixlen for range in networks(pool.cidrs))
            taken = sum(len(networks(cidrs)) for cidrs in held)
            yield PoolRoom(name=pool.name, blocks=_blocks(lengths, pool.mask), taken=taken)


def _blocks(lengths: Iterable[int], block: int) -> int:
    return sum(blocks_in_pool(length, block) for length in lengths)
