"""Snapshot.security_groups, from ``ec2 describe-security-groups``."""

from msgspec import Struct

from checks.collect.addresses import ipv4_ranges
from checks.collect.source import Source
from checks.collect.tags import Tag, labels
from checks.collect.wire import entries
from checks.parts.vpc import GroupRule, SecurityGroup, SecurityGroups

RIGHTS = ("ec2:DescribeSecurityGroups",)


class _Range(Struct, gc=False, rename="pascal"):
    cidr_ip: str | None = None


class _Pair(Struct, gc=False, rename="pascal"):
    group_id: str | None = None


class _PrefixList(Struct, gc=False, rename="pascal"):
    prefix_list_id: str | None = None


class _Permission(Struct, gc=False, rename="pascal"):
    ip_protocol: str
    from_port: int | None = None
    to_port: int | None = None
    ip_ranges: tuple[_Range, ...] | None = None
    user_id_group_pairs: tuple[_Pair, ...] | None = None
    prefix_list_ids: tuple[_PrefixList, ...] | None = None


class _Group(Struct, gc=False, rename="pascal"):
    group_id: str
    group_name: str | None = None
    vpc_id: str | None = None
    ip_permissions: tuple[_Permission, ...] | None = None
    tags: tuple[Tag, ...] | None = None


def read(source: Source) -> SecurityGroups:
    """Every group that was listed, by id. Raises UnreadError when that was refused or not asked."""
    found = {}
    for raw in entries(source, SecurityGroups.ASKED, "SecurityGroups", _Group):
        found[raw.group_id] = SecurityGroup(
            id=raw.group_id,
            name=raw.group_name or "",
            vpc_id=raw.vpc_id,
            ingress=tuple(_rule(permission) for permission in raw.ip_permissions or ()),
            tags=labels(raw.tags),
        )
    return SecurityGroups(by_id=dict(sorted(found.items())))


def _rule(raw: _Permission) -> GroupRule:
    return GroupRule(
        protocol=raw.ip_protocol,
        from_port=raw.from_port,
        to_port=raw.to_port,
        cidrs=ipv4_ranges(each.cidr_ip for each in raw.ip_ranges or ()),
        groups=tuple(pair.group_id for pair in raw.user_id_group_pairs or () if pair.group_id),
        prefix_lists=tuple(x.prefix_list_id for x in raw.prefix_list_ids or () if x.prefix_list_id),
    )
