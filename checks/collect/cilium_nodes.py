"""Snapshot.cilium_nodes, from the list of CiliumNodes.

The API's traps, per version: zeros are omitted (the primary ENI has no ``number``), empty structs are always
written, and ``addresses`` repeats each address of a delegated prefix
(https://github.com/cilium/cilium: pkg/k8s/apis/cilium.io/v2/types.go, pkg/aws/eni/types/types.go).
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from checks.collect.addresses import ipv4_addresses, ipv4_ranges
from checks.collect.attached_enis import EniSpecItem, EniStatusItem, attached_enis, eni_spec
from checks.collect.source import Source
from checks.collect.wire import LONG_AGO, Item, clip, items
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes, PoolAllocation

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


class _Spec(Struct, gc=False, rename={"instance_id": "instance-id"}):
    instance_id: str | None = None
    addresses: list[_Address] | None = None
    health: _Endpoint | None = None
    ingress: _Endpoint | None = None
    ipam: _Ipam | None = None
    eni: EniSpecItem | None = None


class _Operator(Struct, gc=False):
    error: str | None = None


class _IpamStatus(Struct, gc=False, rename="kebab"):
    used: dict[str, msgspec.Raw] | None = None
    operator_status: _Operator | None = None
    release_ips: dict[str, str] | None = None


class _Status(Struct, gc=False):
    ipam: _IpamStatus | None = None
    eni: EniStatusItem | None = None


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
        eni=eni_spec(spec.eni or EniSpecItem()),
        enis=attached_enis((status.eni.enis if status.eni else None) or {}),
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
