from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from checks.parts.cilium_nodes import PodIpPool, PodIpPools, PoolAllocation
from checks.pools import PoolRoom, pool_rooms
from checks.snapshot import Snapshot
from tests.checks.hand import META, NOON, cilium_node, cilium_nodes, config


def rooms(**parts: Any) -> tuple[PoolRoom, ...]:
    return pool_rooms(Snapshot(meta=META, **parts))


@given(st.integers(16, 24), st.integers(24, 28), st.integers(0, 40))
def test_counts_the_blocks_of_the_clusters_pool(pool: int, mask: int, taken: int) -> None:
    held = [cilium_node(f"n{n}", pod_cidrs=(f"10.0.{n}.0/{mask}",)) for n in range(taken)]
    cilium = config(cluster_pool_ipv4_cidr=f"10.0.0.0/{pool}", cluster_pool_ipv4_mask_size=str(mask))
    [room] = rooms(cilium=cilium, cilium_nodes=cilium_nodes(*held))
    assert room == PoolRoom(name="cluster-pool", blocks=2 ** (mask - pool), taken=taken)
    assert room.free == max(0, 2 ** (mask - pool) - taken)


def test_counts_each_pool_of_multi_pool_apart() -> None:
    pools = PodIpPools(
        items=(
            PodIpPool(name="default", created=NOON, cidrs=("10.1.0.0/24", "10.2.0.0/24"), mask=27),
            PodIpPool(name="other", created=NOON, cidrs=("10.3.0.0/26",), mask=27),
        )
    )
    allocated = (PoolAllocation(pool="default", cidrs=("10.1.0.0/27", "10.1.0.32/27")),)
    found = rooms(
        cilium=config("multi-pool"),
        cilium_nodes=cilium_nodes(cilium_node("a", allocated=allocated), cilium_node("b")),
        pod_ip_pools=pools,
    )
    assert [(room.name, room.blocks, room.free) for room in found] == [("default", 16, 14), ("other", 2, 2)]


def test_says_nothing_where_a_side_of_the_sum_was_not_read() -> None:
    assert rooms(cilium=config(), cilium_nodes=None) == ()
    assert rooms(cilium=None, cilium_nodes=cilium_nodes()) == ()
    assert rooms(cilium=config("multi-pool"), cilium_nodes=cilium_nodes(), pod_ip_pools=None) == ()


def test_other_modes_have_no_pool() -> None:
    assert rooms(cilium=config("eni"), cilium_nodes=cilium_nodes()) == ()
