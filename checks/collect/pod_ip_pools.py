"""Snapshot.pod_ip_pools, from the list of CiliumPodIPPools."""

from msgspec import Struct

from checks.collect.addresses import ipv4_ranges
from checks.collect.custom import served
from checks.collect.source import Source
from checks.collect.wire import LONG_AGO, Item
from checks.parts.cilium_nodes import PodIpPool, PodIpPools

RIGHTS = ("list cilium.io/ciliumpodippools",)

PATHS = (PodIpPools.ASKED, PodIpPools.ASKED.replace("/v2alpha1/", "/v2/"))


class _Range(Struct, gc=False, rename="camel"):
    cidrs: tuple[str, ...] | None = None
    mask_size: int | None = None


class _Spec(Struct, gc=False):
    ipv4: _Range | None = None


class _Pool(Item, gc=False, rename="camel"):
    spec: _Spec | None = None


def read(source: Source) -> PodIpPools:
    """Every pool, sorted by name; none where the definition is not installed. Raises UnreadError."""
    found = [_pool(item) for item in served(source, PATHS, _Pool, "CiliumPodIPPool")]
    return PodIpPools(items=tuple(sorted(found, key=lambda pool: pool.name)))


def _pool(item: _Pool) -> PodIpPool:
    ipv4 = (item.spec.ipv4 if item.spec else None) or _Range()
    return PodIpPool(
        name=item.metadata.name,
        created=item.metadata.creation_timestamp or LONG_AGO,
        cidrs=ipv4_ranges(ipv4.cidrs or ()),
        mask=ipv4.mask_size or 0,
    )
