"""Capacity arithmetic gives the figures that are published for real instance types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import capacity

TYPES = [
    # type, E, A, EKS default, plain f=0, plain f=1, prefixes f=1
    ("t3.small", 3, 4, 11, 9, 6, 96),
    ("t3.medium", 3, 6, 17, 15, 10, 160),
    ("m5.large", 3, 10, 29, 27, 18, 288),
    ("t3.large", 3, 12, 35, 33, 22, 352),
    ("m5.xlarge", 4, 15, 58, 56, 42, 672),
    ("m5.4xlarge", 8, 30, 234, 232, 203, 3248),
]

small = st.integers(0, 60)


@pytest.mark.parametrize(("name", "enis", "each", "default", "plain", "reserved", "prefixed"), TYPES)
def test_agrees_with_the_published_figures(
    name: str, enis: int, each: int, default: int, plain: int, reserved: int, prefixed: int
) -> None:
    assert capacity.eks_default_max_pods(enis, each) == default, name
    assert capacity.eni_capacity(enis=enis, ipv4_per_eni=each) == plain
    assert capacity.eni_capacity(enis=enis, ipv4_per_eni=each, first_index=1) == reserved
    assert capacity.eni_capacity(enis=enis, ipv4_per_eni=each, first_index=1, prefixes=True) == prefixed


@pytest.mark.parametrize(
    ("enis", "each", "vcpus", "recommended"),
    [(3, 6, 2, 110), (3, 10, 2, 110), (8, 30, 16, 110), (15, 50, 48, 250), (8, 30, 32, 250)],
)
def test_recommends_at_most_110_or_250_with_prefixes(
    enis: int, each: int, vcpus: int, recommended: int
) -> None:
    assert capacity.eks_recommended_max_pods(enis, each, vcpus, prefixes=True) == recommended


def test_recommends_the_formula_where_it_is_below_the_limit() -> None:
    assert capacity.eks_recommended_max_pods(3, 6, 2) == 17


@given(small, small, st.integers(0, 15), st.booleans(), st.booleans())
def test_counts_what_walking_over_every_interface_counts(
    enis: int, each: int, first: int, prefixes: bool, primary: bool
) -> None:
    counted = 0
    for number in range(enis):
        if number < first:
            continue
        for slot in range(each):
            if slot > 0:
                counted += 16 if prefixes else 1
        if primary:
            counted += 1
    got = capacity.eni_capacity(
        enis=enis, ipv4_per_eni=each, first_index=first, prefixes=prefixes, use_primary=primary
    )
    assert got == counted


@pytest.mark.parametrize(("length", "held"), [(24, 254), (25, 126), (26, 62), (28, 14), (31, 2), (32, 1)])
def test_a_block_loses_its_first_and_last_address(length: int, held: int) -> None:
    assert capacity.block_capacity(length) == held


def test_a_block_gets_back_what_the_pool_allows() -> None:
    assert capacity.block_capacity(27, first=True) == 31
    assert capacity.block_capacity(28, first=True, last=True) == 16
    assert capacity.block_capacity(32, first=True, last=True) == 1


@pytest.mark.parametrize(("pool", "block", "nodes"), [(8, 24, 65536), (20, 24, 16), (24, 24, 1), (25, 24, 0)])
def test_a_pool_holds_as_many_nodes_as_it_has_blocks(pool: int, block: int, nodes: int) -> None:
    assert capacity.blocks_in_pool(pool, block) == nodes


def test_takes_off_what_cilium_needs_itself() -> None:
    assert capacity.own_addresses() == 2
    assert capacity.own_addresses(endpoint_health=False) == 1
    assert capacity.own_addresses(ingress=True) == 3
    assert capacity.pods_with_address(15) == 13
    assert capacity.pods_with_address(254) == 252
    assert capacity.pods_with_address(1) == 0


def test_a_safe_limit_leaves_room_for_pods_on_the_hosts_network() -> None:
    assert capacity.safe_max_pods(15, host_network=3) == 16
