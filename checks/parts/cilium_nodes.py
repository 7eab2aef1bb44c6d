"""What Cilium wrote of its nodes, endpoints and pools.

Field meanings per version: Cilium's API types (pkg/k8s/apis/cilium.io/v2/types.go) and Helm charts
1.10 to 1.20 (https://github.com/cilium/cilium).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from ipaddress import ip_network
from typing import ClassVar

from checks.parts.kubernetes import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedEni:
    """One ``status.eni.enis{}``. ``number`` is 0 where the key is absent (an omitted zero).

    ``addresses``: secondary addresses, those of delegated prefixes included (a /28 is flattened into 16).
    ``lone``: addresses that lie in none of ``prefixes``.
    """

    id: str
    number: int = 0
    ip: str | None = None
    subnet_id: str | None = None
    subnet_cidr: str | None = None
    vpc_id: str | None = None
    vpc_cidrs: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    lone: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    tags: Labels = ()

    @property
    def size(self) -> int:
        """Distinct pod addresses on it: lone ones, and 16 for each /28."""
        return len(self.lone) + sum(ip_network(p, strict=False).num_addresses for p in self.prefixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class EniSpec:
    """``spec.eni``: what this node asks the operator for."""

    instance_type: str | None = None
    first_interface_index: int = 0
    security_groups: tuple[str, ...] = ()
    security_group_tags: Labels = ()
    subnet_ids: tuple[str, ...] = ()
    subnet_tags: Labels = ()
    node_subnet_id: str | None = None
    vpc_id: str | None = None
    zone: str | None = None
    exclude_tags: Labels = ()
    use_primary_address: bool = False
    disable_prefix_delegation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAllocation:
    """One ``spec.ipam.pools.allocated[]``: the blocks of one pool that the agent may hand out."""

    pool: str
    cidrs: tuple[str, ...] = ()
    first: bool = False  # allowFirstIP
    last: bool = False  # allowLastIP


@dataclass(frozen=True, slots=True, kw_only=True)
class CiliumNode:
    """One CiliumNode.

    ``used``: number of entries in ``status.ipam.used``; None when that map is absent or empty (from 1.20 on
    ENI agents no longer write it, so empty says nothing). ``requested``: pool name to ipv4-addrs.
    ``pool_size``: entries in ``spec.ipam.pool``. ``own_addresses``: the router's, the health endpoint's and
    the ingress listener's addresses that are set.
    """

    name: str
    created: datetime
    instance_id: str | None = None
    internal_ip: str | None = None
    own_addresses: tuple[str, ...] = ()
    pod_cidrs: tuple[str, ...] = ()
    pool_size: int = 0
    used: int | None = None
    allocated: tuple[PoolAllocation, ...] = ()
    requested: Mapping[str, int] = field(default_factory=dict)
    pre_allocate: int | None = None
    min_allocate: int | None = None
    max_allocate: int | None = None
    max_above_watermark: int | None = None
    operator_error: str = ""
    releases: Mapping[str, str] = field(default_factory=dict)  # status.ipam.release-ips: address to state
    released_in_pool: tuple[str, ...] = ()  # addresses in state "released" that are still in spec.ipam.pool
    eni: EniSpec = field(default_factory=EniSpec)
    enis: tuple[AttachedEni, ...] = ()

    @property
    def pod_enis(self) -> tuple[AttachedEni, ...]:
        """The ENIs that count for pods: number at or above the first index, and not excluded by tags."""
        wanted = [eni for eni in self.enis if eni.number >= self.eni.first_interface_index]
        exclude = set(self.eni.exclude_tags)
        return tuple(eni for eni in wanted if not exclude or not exclude <= set(eni.tags))


@dataclass(frozen=True)
class CiliumNodes:
    """Every CiliumNode, sorted by name."""

    ASKED: ClassVar[str] = "kubernetes/apis/cilium.io/v2/ciliumnodes"
    items: tuple[CiliumNode, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, CiliumNode]:
        """CiliumNodes by name, which is the Node's name."""
        return {node.name: node for node in self.items}


@dataclass(frozen=True)
class CiliumEndpoints:
    """(namespace, name) of every CiliumEndpoint, and of those in CiliumEndpointSlices if that is in use.

    ``unread`` says why slices were not read though they were asked for, or is ""; ``grant`` would close the
    gap.
    """

    ASKED: ClassVar[str] = "kubernetes/apis/cilium.io/v2/ciliumendpoints"
    names: frozenset[tuple[str, str]] = frozenset()
    not_ready: tuple[tuple[str, str, str], ...] = ()  # namespace, name, state
    slices: bool = False  # there are CiliumEndpointSlices, or may be: the list of endpoints is not the whole
    unread: str = ""
    grant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PodIpPool:
    """One CiliumPodIPPool."""

    name: str
    created: datetime
    cidrs: tuple[str, ...] = ()
    mask: int = 0


@dataclass(frozen=True)
class PodIpPools:
    """Every CiliumPodIPPool; none where the definition is not installed."""

    ASKED: ClassVar[str] = "kubernetes/apis/cilium.io/v2alpha1/ciliumpodippools"
    items: tuple[PodIpPool, ...] = ()
