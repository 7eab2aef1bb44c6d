"""Snapshot.subnets, from ``ec2 describe-subnets``."""

from msgspec import Struct

from checks.collect.addresses import ipv4_ranges
from checks.collect.source import Source
from checks.collect.tags import Tag, labels
from checks.collect.wire import entries
from checks.parts.vpc import Subnet, Subnets

RIGHTS = ("ec2:DescribeSubnets",)


class _Subnet(Struct, gc=False, rename="pascal"):
    subnet_id: str
    vpc_id: str | None = None
    availability_zone: str | None = None
    cidr_block: str | None = None
    available_ip_address_count: int | None = None
    tags: tuple[Tag, ...] | None = None


def read(source: Source) -> Subnets:
    """Every subnet that was listed, by id. Raises UnreadError when that was refused or not asked."""
    found = {}
    for raw in entries(source, Subnets.ASKED, "Subnets", _Subnet):
        found[raw.subnet_id] = Subnet(
            id=raw.subnet_id,
            vpc_id=raw.vpc_id,
            zone=raw.availability_zone,
            cidr=next(iter(ipv4_ranges([raw.cidr_block])), None),
            free=raw.available_ip_address_count,
            tags=labels(raw.tags),
        )
    return Subnets(by_id=dict(sorted(found.items())))
