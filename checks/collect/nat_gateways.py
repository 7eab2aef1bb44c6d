"""Snapshot.nat_gateways, from ``ec2 describe-nat-gateways``."""

from msgspec import Struct

from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.aws_account import NatGateways

RIGHTS = ("ec2:DescribeNatGateways",)


class _Gateway(Struct, gc=False, rename="pascal"):
    nat_gateway_id: str
    state: str


def read(source: Source) -> NatGateways:
    """The state of every gateway that was listed. Raises UnreadError."""
    found = entries(source, NatGateways.ASKED, "NatGateways", _Gateway)
    return NatGateways(state={gateway.nat_gateway_id: gateway.state for gateway in found})
