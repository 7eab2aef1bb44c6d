"""Something must turn Service addresses into pod addresses: kube-proxy, or Cilium in its place."""

from collections.abc import Iterable, Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.dns import dns_service
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import AgentStatus, AgentStatuses, DnsProbes, Meta, TcpProbes
from checks.parts.aws import EksCluster
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.pods import Pods
from checks.parts.services import Services
from checks.parts.workloads import DaemonSets

_PROXIES = ("kube-proxy", "kube-router")
_ON = frozenset({"true", "strict"})
_OFF = frozenset({"", "false", "disabled"})
STRICT_SINCE = (1, 15)
"""From here on any value but true and false keeps the agent from starting (deprecated in 1.14)."""


@check(
    id="no-service-implementation",
    title="Nothing serves ClusterIPs",
    source="https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
)
def no_service_implementation(
    meta: Meta,
    cilium: CiliumConfig,
    daemonsets: DaemonSets,
    pods: Pods,
    version: CiliumVersion | None,
    agent_status: AgentStatuses | None,
    services: Services | None,
    dns_probes: DnsProbes | None,
    tcp_probes: TcpProbes | None,
    eks: EksCluster | None,
) -> Iterator[Finding]:
    """With kube-proxy gone and the replacement off, every ClusterIP times out, DNS first; pod addresses work.

    What the agents themselves report stands above the ConfigMap, which they read only at start. One answer
    through a ClusterIP disproves it.
    """
    modes = _reported(agent_status)
    value = cilium.data.get("kube-proxy-replacement", "").strip().lower()
    off = _off(modes, value, version)
    if off is None or (eks is not None and eks.auto_mode) or _has_proxy(daemonsets, pods):
        return
    if _answered(services, dns_probes, tcp_probes):
        return
    if _asked(services, dns_probes, tcp_probes):
        tried = " No probe got an answer through a ClusterIP."
    else:
        off, tried = min(off, Confidence.LIKELY), " A probe of any ClusterIP would decide."
    proxy = next((d for d in daemonsets.items if d.name == "kube-proxy"), None)
    dns = dns_service(services)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=off,
        title="nothing serves ClusterIPs: kube-proxy runs nowhere and Cilium's replacement is off",
        because="No kube-proxy pod is wanted on any node, and "
        + ("the agents report" if modes else "cilium-config has")
        + f" kube-proxy-replacement {', '.join(sorted(modes)) if modes else value or 'absent'}.{tried}",
        subjects=(Subject("DaemonSet", "kube-proxy", "kube-system"),),
        evidence=(
            Evidence(
                DaemonSets.ASKED,
                "kube-proxy: status.desiredNumberScheduled",
                str(proxy.desired) if proxy else "no such DaemonSet",
            ),
            Evidence(cilium.asked, "data.kube-proxy-replacement", value or "absent"),
            *(
                Evidence(AgentStatuses.ASKED.format(node=node), "kube-proxy-replacement.mode", str(mode))
                for node, mode in _first_modes(agent_status)
            ),
        ),
        explains=(
            Explains("dns-failing"),
            Explains("services-failing"),
            Explains("traffic-failing", frozenset({Subject("Service", dns.name, dns.namespace)})),
        ),
        inferred=True,
        leads_to=("coredns-without-endpoints",),
        actions=(
            look(
                "See what an agent does for Services",
                f"kubectl -n {quote(meta.cilium_namespace)} exec ds/cilium -- "
                f"{version.dbg if version else 'cilium-dbg'} status | grep KubeProxyReplacement",
                "False (Disabled in old releases) means that it serves none",
            ),
            change(
                "Turn the replacement on, with the API server's own address",
                f"helm upgrade cilium cilium/cilium -n {quote(meta.cilium_namespace)} --reuse-values "
                f"{f'--version {quote(version.text)} ' if version else ''}--set "
                f"kubeProxyReplacement={'strict' if version and version.minor < (1, 14) else 'true'} --set "
                f"k8sServiceHost={quote(_host(eks))} --set k8sServicePort=443",
                risk="restarts every agent; connections through Services break once",
                verify="a pod resolves kubernetes.default, and the agents report the mode as on",
            ),
            change(
                "Or bring kube-proxy back",
                f"aws eks create-addon --cluster-name {quote(eks.name) if eks else 'CLUSTER'} --addon-name "
                "kube-proxy",
                risk="none to pods that have no working Service now",
                verify="kubectl -n kube-system get daemonset kube-proxy shows a ready pod per node",
            ),
        ),
        references=links("cilium#28882", "cilium#20679", "cilium#35440"),
    )


def _reported(status: AgentStatuses | None) -> set[str]:
    return {s.kube_proxy_replacement for s in _statuses(status) if s.kube_proxy_replacement}


def _statuses(status: AgentStatuses | None) -> Iterable[AgentStatus]:
    return status.by_node.values() if status else ()


def _first_modes(status: AgentStatuses | None) -> list[tuple[str, str]]:
    rows = sorted((status.by_node if status else {}).items())
    return [(node, item.kube_proxy_replacement) for node, item in rows if item.kube_proxy_replacement][:2]


def _off(modes: set[str], value: str, version: CiliumVersion | None) -> Confidence | None:
    """How sure it is that Cilium serves no ClusterIP; None when it does or may."""
    if modes:
        return Confidence.CERTAIN if {m.lower() for m in modes} <= _OFF else None
    if value in _OFF:
        return Confidence.CERTAIN
    removed = version is not None and version.minor >= STRICT_SINCE and value != "true"
    return Confidence.LIKELY if removed and value not in _ON | _OFF else None


def _has_proxy(daemonsets: DaemonSets, pods: Pods) -> bool:
    wanted = any(item.desired > 0 and any(p in item.name for p in _PROXIES) for item in daemonsets.items)
    static = any(p in pod.name for pod in pods.items for p in _PROXIES if pod.phase == "Running")
    return wanted or static


def _answered(services: Services | None, dns: DnsProbes | None, tcp: TcpProbes | None) -> bool:
    """Whether some probe got an answer through a ClusterIP."""
    addresses = {s.cluster_ip for s in services.items if s.cluster_ip} if services else set()
    good = {p.server for p in dns.items if p.outcome in ("ok", "nxdomain")} if dns else set()
    good |= {p.address for p in tcp.items if p.outcome == "ok"} if tcp else set()
    return bool(addresses & good)


def _asked(services: Services | None, dns: DnsProbes | None, tcp: TcpProbes | None) -> bool:
    """Whether an answer through a ClusterIP would have been seen."""
    return services is not None and bool((dns and dns.items) or (tcp and tcp.items))


def _host(eks: EksCluster | None) -> str:
    return (eks.endpoint or "API_SERVER").removeprefix("https://") if eks else "API_SERVER"
