"""Snapshot.cilium_nodes, from the list of CiliumNodes.

The API's traps, per version: zeros are omitted (the primary ENI has no ``number``), empty structs are always
written, and ``addresses`` repeats each address of a delegated prefix
(https://github.com/cilium/cilium: pkg/k8s/apis/cilium.io/v2/types.go, pkg/aws/eni/types/types.go).
"""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

import msgspec
from msgspec import Struct

from checks.collect.addresses import ipv4_addresses, ipv4_ranges, networks, number
from checks.collect.source import Source
from checks.collect.wire import LONG_AGO, Item, clip, items, pairs
from checks.parts.cilium_nodes import AttachedEni, CiliumNode, CiliumNodes, EniSpec, PoolAllocation

RIGHTS = ("list cilium.io/ciliumnodes",)


class _Address(Struct, gc=False):
    type: str | None = None
    ip: str | None = None


class _Endpoint(Struct, gc=False):
    ipv4: str | None = None


class _Needed(Struct, gc=False, rename="kebab"):
    ipv4_addrs: int = 0


class _Requested(Struct, gc=False):
    pool: str
    needed: _Needed | None = None


class _Allocated(Struct, gc=False, rename={"first": "allowFirstIP", "last": "allowLastIP"}):
    pool: str
    cidrs: list[str] | None = None
    first: bool | None = None
    last: bool | None = None


class _Pools(Struct, gc=False):
    requested: list[_Requested] | None = None
    allocated: list[_Allocated] | None = None


class _Ipam(
    Struct,
    gc=False,
    rename={
        "pod_cidrs": "podCIDRs",
        "pre_allocate": "pre-allocate",
        "min_allocate": "min-allocate",
        "max_allocate": "max-allocate",
        "max_above_watermark": "max-above-watermark",
    },
):
    pod_cidrs: list[str] | None = None
    pool: dict[str, msgspec.Raw] | None = None
    pools: _Pools | None = None
    pre_allocate: int | None = None
    min_allocate: int | None = None
    max_allocate: int | None = None
    max_above_watermark: int | None = None


class _EniSpec(Struct, gc=False, rename="kebab"):
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


class _Spec(Struct, gc=False, rename={"instance_id": "instance-id"}):
    instance_id: str | None = None
    addresses: list[_Address] | None = None
    health: _Endpoint | None = None
    ingress: _Endpoint | None = None
    ipam: _Ipam | None = None
    eni: _EniSpec | None = None


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


class _EniStatus(Struct, gc=False):
    enis: dict[str, _Eni] | None = None


class _Operator(Struct, gc=False):
    error: str | None = None


class _IpamStatus(Struct, gc=False, rename="kebab"):
    used: dict[str, msgspec.Raw] | None = None
    operator_status: _Operator | None = None
    release_ips: dict[str, str] | None = None


class _Status(Struct, gc=False):
    ipam: _IpamStatus | None = None
    eni: _EniStatus | None = None


class _CiliumNode(Item, gc=False, rename="camel"):
    spec: _Spec | None = None
    status: _Status | None = None


def read(source: Source) -> CiliumNodes:
    """Every CiliumNode, sorted by name. Raises UnreadError, also when the definition is not installed.

    Without that definition there is no Cilium: a gap, where other custom resources would just be none.
    """
    found = [_node(item) for item in items(source, CiliumNodes.ASKED, _CiliumNode, "CiliumNode")]
    return CiliumNodes(items=tuple(sorted(found, key=lambda node: node.name)))


def _node(item: _CiliumNode) -> CiliumNode:
    spec = item.spec or _Spec()
    ipam = spec.ipam or _Ipam()
    status = item.status or _Status()
    told = status.ipam or _IpamStatus()
    pools = ipam.pools or _Pools()
    releases = told.release_ips or {}
    pool = ipam.pool or {}
    return CiliumNode(
        name=item.metadata.name,
        created=item.metadata.creation_timestamp or LONG_AGO,
        instance_id=spec.instance_id or None,
        internal_ip=next(iter(_typed(spec, "InternalIP")), None),
        own_addresses=_own(spec),
        pod_cidrs=ipv4_ranges(ipam.pod_cidrs or ()),
        pool_size=len(pool),
        used=len(told.used) if told.used else None,
        allocated=tuple(map(_allocation, pools.allocated or ())),
        requested={r.pool: r.needed.ipv4_addrs if r.needed else 0 for r in pools.requested or ()},
        pre_allocate=ipam.pre_allocate,
        min_allocate=ipam.min_allocate,
        max_allocate=ipam.max_allocate,
        max_above_watermark=ipam.max_above_watermark,
        operator_error=clip(told.operator_status.error) if told.operator_status else "",
        releases=releases,
        released_in_pool=tuple(ip for ip, state in sorted(releases.items()) if _leaked(ip, state, pool)),
        eni=_eni_spec(spec.eni or _EniSpec()),
        enis=_enis((status.eni.enis if status.eni else None) or {}),
    )


def _leaked(ip: str, state: str, pool: Mapping[str, msgspec.Raw]) -> bool:
    return state == "released" and ip in pool


def _typed(spec: _Spec, type: str) -> tuple[str, ...]:
    return ipv4_addresses(address.ip for address in spec.addresses or () if address.type == type)


def _own(spec: _Spec) -> tuple[str, ...]:
    """The router's, the health endpoint's and the listener's IPv4 addresses: each takes one of the pool."""
    others = (endpoint.ipv4 for endpoint in (spec.health, spec.ingress) if endpoint is not None)
    return tuple(dict.fromkeys((*_typed(spec, "CiliumInternalIP"), *ipv4_addresses(others))))


def _allocation(raw: _Allocated) -> PoolAllocation:
    return PoolAllocation(
        pool=raw.pool, cidrs=ipv4_ranges(raw.cidrs or ()), first=bool(raw.first), last=bool(raw.last)
    )


def _eni_spec(raw: _EniSpec) -> EniSpec:
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


def _enis(raw: Mapping[str, _Eni]) -> tuple[AttachedEni, ...]:
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
