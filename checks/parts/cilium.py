"""Cilium's configuration and its running version.

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

    @cached_property
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
