"""Free /28 blocks are counted as a person with a pencil would count them."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.free_blocks import FreeBlocks, free_blocks, free_blocks_of
from checks.parts.vpc import Interface, Interfaces, Reservations, Subnet

SUBNET = Subnet(id="subnet-a", cidr="10.40.3.0/24")
NONE_THERE = Reservations(explicit={"subnet-a": ()}, prefix={"subnet-a": ()})


def counted_by_hand(cidr: str, taken: list[str]) -> int:
    """Look at every address of every block."""
    subnet = IPv4Network(cidr)
    used = {address for text in taken for address in IPv4Network(text, strict=False)}
    everything = list(subnet)
    used.update(everything[:4])
    used.add(everything[-1])
    if subnet.prefixlen > 28:
        return 0
    return sum(1 for block in subnet.subnets(new_prefix=28) if not used & set(block))


@st.composite
def subnets_and_what_is_taken(draw: st.DrawFn) -> tuple[str, list[str]]:
    length = draw(st.integers(22, 29))
    subnet = IPv4Network((0x0A280000 + (draw(st.integers(0, 3)) << 10), length))
    start = int(subnet.network_address)
    places = st.integers(start - 40, start + subnet.num_addresses + 40)
    ranges = st.builds(
        lambda at, bits: str(IPv4Network((at, bits), strict=False)), places, st.integers(26, 32)
    )
    singles = st.builds(lambda at: str(IPv4Address(at)), places)
    return str(subnet), draw(st.lists(st.one_of(singles, ranges), max_size=12))


@given(subnets_and_what_is_taken())
def test_agrees_with_looking_at_every_address(case: tuple[str, list[str]]) -> None:
    cidr, taken = case
    assert free_blocks(cidr, taken) == counted_by_hand(cidr, taken)


@pytest.mark.parametrize(
    ("cidr", "free"), [("10.0.0.0/28", 0), ("10.0.0.0/27", 0), ("10.0.0.0/26", 2), ("10.0.0.0/24", 14)]
)
def test_an_empty_subnet_loses_the_blocks_that_aws_has_addresses_in(cidr: str, free: int) -> None:
    assert free_blocks(cidr, []) == free


def test_the_largest_subnet_has_4094_blocks() -> None:
    assert free_blocks("10.40.0.0/16", []) == 4094


def test_one_address_takes_a_whole_block() -> None:
    assert free_blocks("10.40.3.0/24", ["10.40.3.21", "10.40.3.22", "10.40.3.200"]) == 12


def test_scattered_addresses_leave_no_block_in_a_subnet_with_hundreds_free() -> None:
    assert free_blocks("10.40.3.0/24", [f"10.40.3.{n}" for n in range(0, 256, 16)]) == 0


def test_ignores_ipv6_and_other_subnets() -> None:
    assert free_blocks("10.40.3.0/24", ["2001:db8::1", "10.40.4.9", "10.40.2.0/24"]) == 14


@pytest.mark.parametrize("text", ["", "ten", "10.40.3.300", "10.40.3.0/40"])
def test_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        free_blocks("10.40.3.0/24", [text])


def test_counts_addresses_prefixes_and_explicit_reservations_of_the_subnet() -> None:
    mine = Interface(
        id="eni-1", subnet_id="subnet-a", ips=("10.40.3.17", "10.40.3.18"), prefixes=("10.40.3.32/28",)
    )
    other = Interface(id="eni-2", subnet_id="subnet-b", ips=("10.40.3.50",))
    reserved = Reservations(
        explicit={"subnet-a": ("10.40.3.64/27",)}, prefix={"subnet-a": ("10.40.3.128/25",)}
    )
    got = free_blocks_of(SUBNET, Interfaces((mine, other)), reserved)
    assert got == FreeBlocks(14 - 1 - 1 - 2, exact=True)


@pytest.mark.parametrize("reservations", [None, Reservations(errors={"subnet-a": "refused"})])
def test_says_that_it_is_at_most_that_many_without_the_reservations(
    reservations: Reservations | None,
) -> None:
    assert free_blocks_of(SUBNET, Interfaces(), reservations) == FreeBlocks(14, exact=False)


def test_none_left_is_none_with_or_without_the_reservations() -> None:
    full = Interface(id="eni-1", subnet_id="subnet-a", prefixes=("10.40.3.0/24",))
    assert free_blocks_of(SUBNET, Interfaces((full,)), None) == FreeBlocks(0, exact=True)


@pytest.mark.parametrize("cidr", [None, "2001:db8::/64", "soon"])
def test_does_not_count_a_subnet_without_an_ipv4_range(cidr: str | None) -> None:
    assert free_blocks_of(Subnet(id="subnet-a", cidr=cidr), Interfaces(), NONE_THERE) is None


def test_does_not_count_when_an_address_is_not_understood() -> None:
    odd = Interface(id="eni-1", subnet_id="subnet-a", ips=("10.40.3",))
    assert free_blocks_of(SUBNET, Interfaces((odd,)), NONE_THERE) is None
