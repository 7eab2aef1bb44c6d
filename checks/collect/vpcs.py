"""Snapshot.vpcs, from ``ec2 describe-vpcs``."""

from msgspec import Struct

from checks.collect.addresses import ipv4_ranges
from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.vpc import Vpcs

RIGHTS = ("ec2:DescribeVpcs",)

_IN_FORCE = (None, "associated", "associating")


class _State(Struct, gc=False, rename="pascal"):
    state: str | None = None


class _Association(Struct, gc=False, rename="pascal"):
    cidr_block: str | None = None
    cidr_block_state: _State | None = None


class _Vpc(Struct, gc=False, rename="pascal"):
    vpc_id: str
    cidr_block: str | None = None
    cidr_block_association_set: tuple[_Association, ...] | None = None


def read(source: Source) -> Vpcs:
    """The associated IPv4 ranges of each VPC, the primary first. Raises UnreadError."""
    return Vpcs(cidrs={raw.vpc_id: _ranges(raw) for raw in entries(source, Vpcs.ASKED, "Vpcs", _Vpc)})


def _ranges(raw: _Vpc) -> tuple[str, ...]:
    associated = [
        association.cidr_block
        for association in raw.cidr_block_association_set or ()
        if (association.cidr_block_state or _State()).state in _IN_FORCE
    ]
    return tuple(dict.fromkeys(ipv4_ranges([raw.cidr_block, *associated])))
