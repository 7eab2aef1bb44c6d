"""Without kube-proxy the agents must know the API server by a name that stays."""

from collections.abc import Iterator
from ipaddress import ip_address
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.aws import EksCluster
from checks.parts.cilium import CiliumConfig
from checks.parts.workloads import DaemonSets

HOST = "KUBERNETES_SERVICE_HOST"


@check(
    id="kpr-api-server-unreachable",
    title="The agents know the API server by an address that may be gone",
    source="https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
)
def kpr_api_server_unreachable(
    meta: Meta, cilium: CiliumConfig, daemonsets: DaemonSets, eks: EksCluster
) -> Iterator[Finding]:
    """EKS changes the addresses behind its endpoint; another cluster's name never worked.

    With kube-proxy running, the API's ClusterIP is always there to fall back on. A name of one's own that
    leads to the endpoint is fine.
    """
    agents = daemonsets.find(meta.cilium_namespace, "cilium")
    proxied = any(item.name == "kube-proxy" and item.desired for item in daemonsets.items)
    host = dict(agents.env).get(HOST, "") if agents else ""
    endpoint = (eks.endpoint or "").removeprefix("https://").rstrip("/").lower()
    if not agents or not host or not endpoint or proxied or cilium.kube_proxy_replacement is False:
        return
    literal, foreign = (
        _is_address(host),
        host.lower().endswith(".eks.amazonaws.com") and host.lower() != endpoint,
    )
    if not literal and not foreign:
        return
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN if foreign else Confidence.LIKELY,
        title=f"the agents call the API server at {host}, which is not this cluster's endpoint"
        if foreign
        else f"the agents call the API server at the literal address {host}, which EKS may take away",
        because=f"EKS names {endpoint} as the endpoint, and no kube-proxy serves the API's ClusterIP instead."
        + ("" if foreign else " Whether the address still answers shows in an agent's log."),
        subjects=(Subject("DaemonSet", agents.name, agents.namespace),),
        evidence=(
            Evidence(DaemonSets.ASKED, f"cilium: env {HOST}", host),
            Evidence(EksCluster.ASKED, "endpoint", endpoint),
            Evidence(
                cilium.asked,
                "data.kube-proxy-replacement",
                cilium.data.get("kube-proxy-replacement", "absent"),
            ),
        ),
        explains=(Explains("agents-not-ready"), Explains("operator-not-ready"), Explains("nodes-not-ready")),
        actions=(
            look(
                "See whether the agents reach it",
                f"kubectl -n {quote(meta.cilium_namespace)} logs ds/cilium --tail=50 | grep -i 'api server'",
                "timeouts or refused connections to that host",
            ),
            change(
                "Set the endpoint's name, without scheme",
                f"helm upgrade cilium cilium/cilium -n {quote(meta.cilium_namespace)} --reuse-values --set "
                f"k8sServiceHost={quote(endpoint)} --set k8sServicePort=443",
                risk="restarts every agent",
                verify="agents become ready and the nodes with them",
            ),
        ),
        references=links("cilium#22039", "cilium#28807", "cilium#29094"),
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
