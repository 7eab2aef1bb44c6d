"""Free /28 blocks of a subnet, which no AWS API tells: a delegated prefix needs a whole aligned one.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html and, for reservations,
https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network
from socket import AF_INET, inet_pton

from checks.parts.vpc import Interfaces, Reservations, Subnet

BLOCK_BITS = 4
"""A /28 spans four bits of address."""


@dataclass(frozen=True, slots=True)
class FreeBlocks:
    """``count`` whole free /28 blocks; when it is not ``exact`` there are at most that many.

    It is not exact when the subnet's CIDR reservations were not read. None left is none in any case.
    """

    count: int
    exact: bool


def free_blocks(cidr: str, taken: Iterable[str]) -> int:
    """Count the aligned /28 blocks of an IPv4 subnet in which nothing is taken.

    ``taken`` are addresses and ranges, in any order and overlapping at will; what lies outside the subnet is
    ignored. AWS keeps the first four addresses and the last one of each subnet: they are taken as well.
    Raises ValueError when a text is no IPv4 address or range.
    """
    subnet = IPv4Network(cidr, strict=False)
    first, last = int(subnet.network_address), int(subnet.broadcast_address)
    blocks = range(first >> BLOCK_BITS, (last >> BLOCK_BITS) + 1)
    used = {blocks[0], blocks[-1]}
    for text in taken:
        if ":" in text:
            continue  # IPv6 takes nothing of an IPv4 range
        if "/" not in text:
            address = int.from_bytes(_packed(text), "big")
            if first <= address <= last:
                used.add(address >> BLOCK_BITS)
            continue
        low, high = _bounds(text)
        low, high = max(low, first), min(high, last)
        if low <= high:
            used.update(range(low >> BLOCK_BITS, (high >> BLOCK_BITS) + 1))
    return len(blocks) - len(used)


def _packed(text: str) -> bytes:
    try:
        return inet_pton(AF_INET, text)  # as strict as IPv4Address and much faster: subnets hold thousands
    except OSError:
        raise ValueError(f"{text!r} is no IPv4 address") from None


def _bounds(text: str) -> tuple[int, int]:
    network = IPv4Network(text, strict=False)
    return int(network.network_address), int(network.broadcast_address)


def free_blocks_of(
    subnet: Subnet, interfaces: Interfaces, reservations: Reservations | None
) -> FreeBlocks | None:
    """The free /28 blocks of one subnet, from its interfaces and its reservations of type explicit.

    Room under a reservation of type prefix counts as free: it is kept for prefixes. None when the subnet has
    no IPv4 range or an address could not be understood.
    """
    if subnet.cidr is None:
        return None
    taken: list[str] = []
    for interface in interfaces.by_subnet.get(subnet.id, ()):
        taken.extend(interface.ips)
        taken.extend(interface.prefixes)
    known = reservations is not None and _asked(subnet.id, reservations)
    if reservations is not None:
        taken.extend(reservations.explicit.get(subnet.id, ()))
    try:
        count = free_blocks(subnet.cidr, taken)
    except ValueError:
        return None
    return FreeBlocks(count, exact=known or count == 0)


def _asked(subnet_id: str, reservations: Reservations) -> bool:
    return subnet_id in reservations.explicit or subnet_id in reservations.prefix
