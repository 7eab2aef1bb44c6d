"""Snapshot.instances, from ``ec2 describe-instances``."""

from msgspec import Struct

from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.aws import Instance, Instances

RIGHTS = ("ec2:DescribeInstances",)


class _State(Struct, gc=False, rename="pascal"):
    name: str | None = None


class _Placement(Struct, gc=False, rename="pascal"):
    availability_zone: str | None = None


class _Interface(Struct, gc=False, rename="pascal"):
    network_interface_id: str | None = None


class _Group(Struct, gc=False, rename="pascal"):
    group_id: str | None = None


class _Metadata(Struct, gc=False, rename="pascal"):
    http_put_response_hop_limit: int | None = None


class _Instance(Struct, gc=False, rename="pascal"):
    instance_id: str
    instance_type: str | None = None
    state: _State | None = None
    subnet_id: str | None = None
    vpc_id: str | None = None
    placement: _Placement | None = None
    private_ip_address: str | None = None
    network_interfaces: tuple[_Interface, ...] | None = None
    security_groups: tuple[_Group, ...] | None = None
    source_dest_check: bool | None = None
    metadata_options: _Metadata | None = None


class _Reservation(Struct, gc=False, rename="pascal"):
    instances: tuple[_Instance, ...] | None = None


def read(source: Source) -> Instances:
    """Every instance that was listed, by id. Raises UnreadError when that was refused or not asked."""
    found = {}
    for reservation in entries(source, Instances.ASKED, "Reservations", _Reservation):
        for raw in reservation.instances or ():
            found[raw.instance_id] = _instance(raw)
    return Instances(by_id=found)


def _instance(raw: _Instance) -> Instance:
    interfaces = (interface.network_interface_id for interface in raw.network_interfaces or ())
    return Instance(
        id=raw.instance_id,
        type=raw.instance_type,
        state=(raw.state.name if raw.state else None) or "running",
        subnet_id=raw.subnet_id,
        vpc_id=raw.vpc_id,
        zone=raw.placement.availability_zone if raw.placement else None,
        private_ip=raw.private_ip_address or None,
        interfaces=tuple(found for found in interfaces if found),
        security_groups=tuple(group.group_id for group in raw.security_groups or () if group.group_id),
        source_dest_check=raw.source_dest_check,
        metadata_hop_limit=raw.metadata_options.http_put_response_hop_limit if raw.metadata_options else None,
    )
