"""What a CiliumNode says of interfaces: those that it asks for, and those that it has."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

from msgspec import Struct

from checks.collect.addresses import ipv4_addresses, ipv4_ranges, networks, number
from checks.collect.wire import pairs
from checks.parts.cilium_nodes import AttachedEni, EniSpec


class EniSpecItem(Struct, gc=False, rename="kebab"):
    """``spec.eni``."""

    instance_type: str | None = None
    first_interface_index: int | None = None
    security_groups: list[str] | None = None
    security_group_tags: dict[str, str] | None = None
    subnet_ids: list[str] | None = None
    subnet_tags: dict[str, str] | None = None
    node_subnet_id: str | None = None
    vpc_id: str | None = None
    availability_zone: str | None = None
    exclude_interface_tags: dict[str, str] | None = None
    use_primary_address: bool | None = None
    disable_prefix_delegation: bool | None = None


class _Subnet(Struct, gc=False):
    id: str | None = None
    cidr: str | None = None


class _Vpc(Struct, gc=False, rename="kebab"):
    id: str | None = None
    primary_cidr: str | None = None
    cidrs: list[str] | None = None


class _Eni(Struct, gc=False, rename="kebab"):
    id: str | None = None
    number: int = 0
    ip: str | None = None
    subnet: _Subnet | None = None
    vpc: _Vpc | None = None
    addresses: list[str] | None = None
    prefixes: list[str] | None = None
    security_groups: list[str] | None = None
    tags: dict[str, str] | None = None


class EniStatusItem(Struct, gc=False):
    """``status.eni``."""

    enis: dict[str, _Eni] | None = None


def eni_spec(raw: EniSpecItem) -> EniSpec:
    """What the node asks the operator for."""
    return EniSpec(
        instance_type=raw.instance_type or None,
        first_interface_index=raw.first_interface_index or 0,
        security_groups=tuple(raw.security_groups or ()),
        security_group_tags=pairs(raw.security_group_tags),
        subnet_ids=tuple(raw.subnet_ids or ()),
        subnet_tags=pairs(raw.subnet_tags),
        node_subnet_id=raw.node_subnet_id or None,
        vpc_id=raw.vpc_id or None,
        zone=raw.availability_zone or None,
        exclude_tags=pairs(raw.exclude_interface_tags),
        use_primary_address=bool(raw.use_primary_address),
        disable_prefix_delegation=bool(raw.disable_prefix_delegation),
    )


def attached_enis(raw: Mapping[str, _Eni]) -> tuple[AttachedEni, ...]:
    """The interfaces that it has, in the order of their numbers."""
    found = (_eni(eni_id, eni) for eni_id, eni in raw.items())
    return tuple(sorted(found, key=lambda eni: (eni.number, eni.id)))


def _eni(eni_id: str, raw: _Eni) -> AttachedEni:
    subnet, vpc = raw.subnet or _Subnet(), raw.vpc or _Vpc()
    addresses = ipv4_addresses(raw.addresses or ())
    blocks = networks(raw.prefixes or ())
    return AttachedEni(
        id=eni_id,
        number=raw.number,
        ip=raw.ip or None,
        subnet_id=subnet.id or None,
        subnet_cidr=next(iter(ipv4_ranges([subnet.cidr])), None),
        vpc_id=vpc.id or None,
        vpc_cidrs=tuple(dict.fromkeys(ipv4_ranges([vpc.primary_cidr, *(vpc.cidrs or ())]))),
        addresses=addresses,
        prefixes=tuple(map(str, blocks)),
        lone=_outside(addresses, blocks),
        security_groups=tuple(raw.security_groups or ()),
        tags=pairs(raw.tags),
    )


def _outside(addresses: Sequence[str], blocks: Sequence[IPv4Network]) -> tuple[str, ...]:
    """The addresses in none of the blocks; by arithmetic, as a large cluster has some 100,000 of them."""
    lone = addresses
    for length in {block.prefixlen for block in blocks}:
        shift = 32 - length
        inside = {int(block.network_address) >> shift for block in blocks if block.prefixlen == length}
        lone = [address for address in lone if number(address) >> shift not in inside]
    return tuple(lone)
