"""What Cilium's own objects said: cilium-config, CiliumNodes, CiliumEndpoints, pools, the running version.

Field meanings per version: Cilium's API types (pkg/k8s/apis/cilium.io/v2/types.go) and Helm charts
1.10 to 1.20 (https://github.com/cilium/cilium).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from ipaddress import IPv4Network, ip_network
from typing import ClassVar

from checks.parts.kubernetes import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class CiliumVersion:
    """The running Cilium version, from the agent DaemonSet's image tag (or its version label).

    ``others``: other versions still seen in agent pods, as during a rolling upgrade.
    """

    ASKED: ClassVar[str] = "kubernetes/apis/apps/v1/daemonsets"
    text: str  # "1.14.6"
    others: tuple[str, ...] = ()

    @property
    def minor(self) -> tuple[int, int]:
        """(1, 14) of "1.14.6"."""
        return self.parts[0], self.parts[1]

    @property
    def parts(self) -> tuple[int, int, int]:
        """(1, 14, 6) of "1.14.6"; a missing patch is 0."""
        numbers = [int(n) for n in re.findall(r"\d+", self.text)[:3]] + [0, 0, 0]
        return numbers[0], numbers[1], numbers[2]

    @property
    def dbg(self) -> str:
        """The CLI inside the agent: ``cilium-dbg`` from 1.15 on, ``cilium`` before."""
        return "cilium-dbg" if self.minor >= (1, 15) else "cilium"


@dataclass(frozen=True)
class CiliumConfig:
    """The ConfigMap cilium-config: what the chart rendered. Every value is text; a missing key is absent.

    Properties fold the renamed keys of older versions in; None means that the key is not there.
    """

    ASKED: ClassVar[str] = "kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config"
    data: Mapping[str, str] = field(default_factory=dict)
    namespace: str = "kube-system"
    changed: datetime | None = None  # newest managedFields time, where the API server tells it

    @property
    def asked(self) -> str:
        """The path it was read from, in this cluster's Cilium namespace."""
        return self.ASKED.replace("/kube-system/", f"/{self.namespace}/")

    def flag(self, key: str) -> bool | None:
        """A boolean key: True, False, or None when absent or of another form."""
        return {"true": True, "false": False}.get(self.data.get(key, "").strip().lower())

    @property
    def ipam_mode(self) -> str:
        """``cluster-pool`` (also when the key is absent: the default), ``eni``, ``kubernetes`` …"""
        return self.data.get("ipam", "").strip() or "cluster-pool"

    @property
    def chaining(self) -> str | None:
        """The chaining mode (``aws-cni`` …), None when Cilium is the only CNI."""
        mode = self.data.get("cni-chaining-mode", "none").strip()
        return None if mode in ("", "none") else mode

    @property
    def allocator(self) -> str:
        """Who hands out pod addresses: the IPAM mode, or ``chained`` when another CNI plug-in does."""
        return self.ipam_mode if self.chaining in (None, "portmap") else "chained"

    @property
    def routing_mode(self) -> str | None:
        """``native`` or ``tunnel``; up to 1.13 from ``tunnel`` (disabled is native). None: neither key."""
        mode = self.data.get("routing-mode", "").strip()
        if mode:
            return mode
        tunnel = self.data.get("tunnel", "").strip()
        if not tunnel:
            return None
        return "native" if tunnel == "disabled" else "tunnel"

    @property
    def tunnel_protocol(self) -> str:
        """``vxlan`` (the default) or ``geneve``."""
        old = self.data.get("tunnel", "").strip()
        return self.data.get("tunnel-protocol", "").strip() or (
            old if old in ("vxlan", "geneve") else "vxlan"
        )

    @property
    def tunnel_port(self) -> int:
        """UDP port of the overlay: 8472 for VXLAN, 6081 for Geneve, unless set."""
        port = self.data.get("tunnel-port", "0").strip()
        return (int(port) if port.isdigit() else 0) or (6081 if self.tunnel_protocol == "geneve" else 8472)

    @cached_property
    def pool_cidrs(self) -> tuple[IPv4Network, ...]:
        """The cluster pool's IPv4 ranges (10.0.0.0/8 when the key is absent); malformed ones are left out."""
        return _networks(self.data.get("cluster-pool-ipv4-cidr", "10.0.0.0/8"))

    @property
    def pool_mask(self) -> int:
        """Prefix length of a node's block in cluster-pool mode; 24 by default."""
        mask = self.data.get("cluster-pool-ipv4-mask-size", "24").strip()
        return int(mask) if mask.isdigit() and 0 < int(mask) <= 32 else 24

    @cached_property
    def native_cidr(self) -> IPv4Network | None:
        """``ipv4-native-routing-cidr``, or the older ``native-routing-cidr``."""
        text = self.data.get("ipv4-native-routing-cidr") or self.data.get("native-routing-cidr") or ""
        return next(iter(_networks(text)), None)

    @property
    def masquerade(self) -> bool:
        """IPv4 masquerading; on when the key is absent."""
        return self.flag("enable-ipv4-masquerade") is not False

    @property
    def prefix_delegation(self) -> bool:
        """``aws-enable-prefix-delegation`` is "true"; an absent key is off (the chart's default)."""
        return self.flag("aws-enable-prefix-delegation") is True

    @property
    def kube_proxy_replacement(self) -> bool | None:
        """Whether Cilium serves ClusterIPs. ``partial`` and ``probe`` (up to 1.13) are None: not told."""
        value = self.data.get("kube-proxy-replacement", "").strip().lower()
        return {"true": True, "strict": True, "false": False, "disabled": False}.get(
            value, False if not value else None
        )

    @property
    def endpoint_health(self) -> bool:
        """Whether each node has a health endpoint, which takes one pod address."""
        return (
            self.flag("enable-endpoint-health-checking") is not False
            and self.flag("enable-health-checking") is not False
        )


def _networks(text: str) -> tuple[IPv4Network, ...]:
    found = []
    for word in re.split(r"[\s,]+", text.strip()):
        try:
            network = ip_network(word, strict=False)
        except ValueError:
            continue
        if isinstance(network, IPv4Network):
            found.append(network)
    return tuple(found)


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
    """(namespace, name) of every CiliumEndpoint, and of those in CiliumEndpointSlices if that is in use."""

    ASKED: ClassVar[str] = "kubernetes/apis/cilium.io/v2/ciliumendpoints"
    names: frozenset[tuple[str, str]] = frozenset()
    not_ready: tuple[tuple[str, str, str], ...] = ()  # namespace, name, state
    slices: bool = False  # CiliumEndpointSlices exist: the list of endpoints alone is not the whole


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConfig:
    """One CiliumNodeConfig: overrides of cilium-config for some nodes."""

    name: str
    node_selector: Labels = ()
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NodeConfigs:
    """Every CiliumNodeConfig; none where the definition is not installed."""

    ASKED: ClassVar[str] = "kubernetes/apis/cilium.io/v2/ciliumnodeconfigs"
    items: tuple[NodeConfig, ...] = ()


@dataclass(frozen=True)
class HelmValues:
    """The values a person handed over, flattened: dotted key to its JSON text ("eni.enabled" to "true")."""

    ASKED: ClassVar[str] = "helm/values"
    items: Mapping[str, str] = field(default_factory=dict)
