"""Snapshot.interfaces, from ``ec2 describe-network-interfaces``."""

from msgspec import Struct

from checks.collect.addresses import ipv4_addresses, ipv4_ranges
from checks.collect.source import Source
from checks.collect.tags import Tag, labels
from checks.collect.wire import Instant, clip, entries
from checks.parts.vpc import Interface, Interfaces

RIGHTS = ("ec2:DescribeNetworkInterfaces",)


class _Address(Struct, gc=False, rename="pascal"):
    private_ip_address: str | None = None
    primary: bool = False


class _Prefix(Struct, gc=False, rename={"prefix": "Ipv4Prefix"}):
    prefix: str | None = None


class _Attachment(Struct, gc=False, rename="pascal"):
    instance_id: str | None = None
    device_index: int | None = None
    network_card_index: int | None = None
    attach_time: Instant | None = None


class _Group(Struct, gc=False, rename="pascal"):
    group_id: str | None = None


class _Interface(Struct, gc=False, rename="pascal"):
    network_interface_id: str
    subnet_id: str | None = None
    vpc_id: str | None = None
    availability_zone: str | None = None
    private_ip_address: str | None = None
    private_ip_addresses: tuple[_Address, ...] | None = None
    ipv4_prefixes: tuple[_Prefix, ...] | None = None
    status: str | None = None
    interface_type: str | None = None
    description: str | None = None
    attachment: _Attachment | None = None
    groups: tuple[_Group, ...] | None = None
    source_dest_check: bool | None = None
    requester_managed: bool | None = None
    tag_set: tuple[Tag, ...] | None = None


def read(source: Source) -> Interfaces:
    """Every interface that was listed, sorted by id. Raises UnreadError when refused or not asked."""
    found = (_interface(raw) for raw in entries(source, Interfaces.ASKED, "NetworkInterfaces", _Interface))
    return Interfaces(items=tuple(sorted(found, key=lambda interface: interface.id)))


def _interface(raw: _Interface) -> Interface:
    attachment = raw.attachment or _Attachment()
    return Interface(
        id=raw.network_interface_id,
        subnet_id=raw.subnet_id,
        vpc_id=raw.vpc_id,
        zone=raw.availability_zone,
        ips=_addresses(raw),
        prefixes=ipv4_ranges(prefix.prefix for prefix in raw.ipv4_prefixes or ()),
        status=raw.status or "in-use",
        type=raw.interface_type or "interface",
        description=clip(raw.description, 256),
        instance_id=attachment.instance_id,
        device_index=attachment.device_index,
        card_index=attachment.network_card_index,
        attached_at=attachment.attach_time,
        security_groups=tuple(group.group_id for group in raw.groups or () if group.group_id),
        source_dest_check=raw.source_dest_check,
        requester_managed=bool(raw.requester_managed),
        tags=labels(raw.tag_set),
    )


def _addresses(raw: _Interface) -> tuple[str, ...]:
    """All private addresses, the primary first; one that only PrivateIpAddress tells is among them."""
    listed = sorted(raw.private_ip_addresses or (), key=lambda address: not address.primary)
    texts = [address.private_ip_address for address in listed]
    if raw.private_ip_address not in texts:
        texts.insert(0, raw.private_ip_address)
    return ipv4_addresses(texts)
