"""Snapshot.vpc_endpoints, from ``ec2 describe-vpc-endpoints``."""

from msgspec import Struct

from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.aws_account import VpcEndpoint, VpcEndpoints

RIGHTS = ("ec2:DescribeVpcEndpoints",)


class _Endpoint(Struct, gc=False, rename="pascal"):
    vpc_endpoint_id: str
    service_name: str
    state: str
    vpc_endpoint_type: str | None = None
    vpc_id: str | None = None
    private_dns_enabled: bool | None = None


def read(source: Source) -> VpcEndpoints:
    """Every endpoint that was listed, sorted by id. Raises UnreadError."""
    found = [_endpoint(raw) for raw in entries(source, VpcEndpoints.ASKED, "VpcEndpoints", _Endpoint)]
    return VpcEndpoints(items=tuple(sorted(found, key=lambda endpoint: endpoint.id)))


def _endpoint(raw: _Endpoint) -> VpcEndpoint:
    return VpcEndpoint(
        id=raw.vpc_endpoint_id,
        service=raw.service_name,
        state=raw.state.lower(),  # EC2 has answered "Available" and "available" for the same
        type=raw.vpc_endpoint_type or "Interface",
        vpc_id=raw.vpc_id,
        private_dns=bool(raw.private_dns_enabled),
    )
