"""What the Cilium agents, the operator and the probes said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStatus:
    """``cilium-dbg status -o json`` of one agent.

    ``used``: length of ``ipam.ipv4``, the allocated addresses in every mode; None when the array is absent.
    ``kube_proxy_replacement``: the mode as it says it ("True", "Strict" …). ``devices``: the network devices
    that it takes for the node's.
    """

    used: int | None = None
    ipam_text: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)  # address to "router", "health", "namespace/pod"
    routing: str | None = None  # "Native", "Tunnel"
    tunnel_protocol: str | None = None
    masquerading: str | None = None  # "BPF", "iptables", None when off
    kube_proxy_replacement: str | None = None
    devices: tuple[str, ...] = ()
    host_routing: str | None = None  # "BPF", "Legacy"
    failing_controllers: tuple[tuple[str, str], ...] = ()  # name, last failure


@dataclass(frozen=True)
class AgentStatuses:
    """Agents by node name; ``errors``: why an agent that was asked did not answer."""

    ASKED: ClassVar[str] = "cilium/{node}/status"
    by_node: Mapping[str, AgentStatus] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerHealth:
    """How one agent sees one node. True answers, False fails, None is not probed (yet)."""

    name: str
    host: bool | None = None
    endpoint: bool | None = None
    host_http: bool | None = None
    host_icmp: bool | None = None
    failure: str = ""  # the first failure's text

    @property
    def reachable(self) -> bool:
        """Cilium's own rule: a node counts unless one of its paths is known to fail."""
        return self.host is not False and self.endpoint is not False


@dataclass(frozen=True)
class ClusterHealth:
    """``cilium-health status -o json``: observer node to the peers it probes, itself included."""

    ASKED: ClassVar[str] = "cilium/{node}/health"
    by_observer: Mapping[str, tuple[PeerHealth, ...]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One line of a metrics page."""

    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True)
class Metrics:
    """One metrics page, indexed by metric name; ``earlier`` is the same page ``apart_s`` seconds before."""

    by_name: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    earlier: Mapping[str, tuple[Sample, ...]] | None = None
    apart_s: float | None = None

    def total(self, name: str, **labels: str) -> float | None:
        """Sum of the samples that carry these labels; None when there is no such sample."""
        found = [s.value for s in self.by_name.get(name, ()) if labels.items() <= s.labels.items()]
        return sum(found) if found else None

    def growth(self, name: str, **labels: str) -> float | None:
        """How far the sum grew since the earlier page; None without one, or after a restart (it fell)."""
        if self.earlier is None:
            return None
        now = self.total(name, **labels)
        before = sum(s.value for s in self.earlier.get(name, ()) if labels.items() <= s.labels.items())
        return now - before if now is not None and now >= before else None


@dataclass(frozen=True)
class AgentMetrics:
    """Metrics pages of agents by node name; only the names that some check reads are kept."""

    ASKED: ClassVar[str] = "cilium/{node}/metrics.prom"
    by_node: Mapping[str, Metrics] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OperatorMetrics:
    """The leading operator's metrics page."""

    ASKED: ClassVar[str] = "cilium/operator/metrics.prom"
    page: Metrics = field(default_factory=Metrics)


@dataclass(frozen=True)
class OperatorLog:
    """The operator's log lines of level warning and above, and those that name IPAM, the newest last."""

    ASKED: ClassVar[str] = "cilium/operator/log.txt"
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgentLogs:
    """The same of agents, by node name."""

    ASKED: ClassVar[str] = "cilium/{node}/log.txt"
    by_node: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsProbe:
    """One DNS question and how it went. ``from_node`` None: the place is not known."""

    server: str
    name: str
    protocol: str  # "udp" or "tcp"
    outcome: str  # ok, timeout, refused, nxdomain, servfail, error
    from_node: str | None = None
    seconds: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class DnsProbes:
    """DNS probes, in the order they were made."""

    ASKED: ClassVar[str] = "probes/dns"
    items: tuple[DnsProbe, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpProbe:
    """One TCP connection and how it went; ``kind``, ``namespace``, ``name``: what it was for."""

    address: str
    port: int
    outcome: str  # ok, timeout, refused, unreachable, error
    kind: str = ""
    namespace: str | None = None
    name: str = ""
    from_node: str | None = None
    seconds: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class TcpProbes:
    """TCP probes, in the order they were made."""

    ASKED: ClassVar[str] = "probes/tcp"
    items: tuple[TcpProbe, ...] = ()


@dataclass(frozen=True)
class Meta:
    """What is known of every sweep: whose cluster, when, from where. Always there."""

    cluster: str
    taken_at: datetime
    region: str | None = None
    account: str | None = None
    cilium_namespace: str = "kube-system"
    source: str = "recording"  # or "live"
    note: str = ""
    metrics_apart_s: float | None = None
