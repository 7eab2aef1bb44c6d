"""With kube-proxy replaced, NodeLocal DNS needs Cilium's own redirect."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.dns import dns_service
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import DnsProbes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.neighbours import LocalRedirectPolicies
from checks.parts.services import Endpoints, Service, Services
from checks.parts.workloads import DaemonSets

REDIRECT = "enable-local-redirect-policy"


@check(
    id="node-local-dns-redirect-broken",
    title="NodeLocal DNS and Cilium's redirect disagree",
    source="https://docs.cilium.io/en/stable/network/kubernetes/local-redirect-policy/",
)
def node_local_dns_redirect_broken(
    cilium: CiliumConfig,
    daemonsets: DaemonSets,
    endpoints: Endpoints,
    dns_probes: DnsProbes,
    services: Services | None,
    local_redirect_policies: LocalRedirectPolicies | None,
    version: CiliumVersion | None,
) -> Iterator[Finding]:
    """Cilium turns the DNS Service's address into a pod's before NodeLocal DNS's iptables rule could act.

    Lookups fail on some nodes although CoreDNS is ready and answers; where its pods were not asked directly,
    this is a guess. Whether a redirect policy that is there lists a local backend on a node shows in its
    agent alone.
    """
    local = next((d for d in daemonsets.items if "node-local-dns" in d.name and d.desired), None)
    service = dns_service(services)
    healthy = endpoints.of(service.namespace, service.name).ready
    pods = {endpoint.ip for endpoint in healthy}
    asked = [p.outcome for p in dns_probes.items if p.server in pods]
    direct = "ok" in asked
    lost = [p for p in dns_probes.items if p.outcome == "timeout" and p.server not in pods]
    if local is None or not cilium.kube_proxy_replacement or not healthy or not lost:
        return
    if asked and not direct:
        return
    off = cilium.flag(REDIRECT) is not True
    none = local_redirect_policies is not None and not _redirects(local_redirect_policies, service)
    where = sorted({p.from_node for p in lost if p.from_node})
    dbg = version.dbg if version else "cilium-dbg"
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.LIKELY if direct and (off or none) else Confidence.POSSIBLE,
        title="lookups by way of NodeLocal DNS time out while CoreDNS "
        + ("answers" if direct else "is ready"),
        because=(
            "CoreDNS pods answer directly and NodeLocal DNS runs behind a kube-proxy replacement. "
            if direct
            else "NodeLocal DNS runs behind a kube-proxy replacement and CoreDNS is ready; whether a CoreDNS "
            "pod answers when asked directly would decide. "
        )
        + (
            "Local redirect policies are off, so nothing leads lookups to it."
            if off
            else f"No redirect policy is for {service.name}, so nothing leads lookups to it."
            if none
            else f"{dbg} lrp list on a failing node would decide: it must show a local backend."
        ),
        subjects=(
            Subject("DaemonSet", local.name, local.namespace),
            *(Subject("Node", name) for name in where),
        ),
        evidence=(
            Evidence(
                DnsProbes.ASKED, f"{lost[0].server}: timeout", ", ".join(where) or "place unknown", len(lost)
            ),
            Evidence(cilium.asked, f"data.{REDIRECT}", cilium.data.get(REDIRECT, "absent")),
            *((Evidence(LocalRedirectPolicies.ASKED, f"for {service.name}", "none"),) if none else ()),
            Evidence(DaemonSets.ASKED, f"{local.name}: desiredNumberScheduled", str(local.desired)),
        ),
        explains=(Explains("dns-failing"),),
        actions=(
            look(
                "See the redirects of an agent",
                f"kubectl -n {quote(cilium.namespace)} exec ds/cilium -- {dbg} lrp list",
                "no entry for kube-dns, or one without a local backend",
            ),
            change(
                "Turn local redirect policies on and apply one for kube-dns; node-local-dns without "
                "hostNetwork",
                f"helm upgrade cilium cilium/cilium -n {quote(cilium.namespace)} --reuse-values "
                + (
                    "--set localRedirectPolicies.enabled=true"
                    if version and version.minor >= (1, 18)
                    else "--set localRedirectPolicy=true"
                ),
                risk="restarts the agents; lookups move to the node's own cache",
                verify="lookups from every node answer",
            ),
        ),
        references=links("cilium#43080", "cilium#43454", "cilium#38891", "cilium#13040", "cilium#16906"),
    )


def _redirects(policies: LocalRedirectPolicies, service: Service) -> bool:
    """Whether some policy is for this Service or its address."""
    whole = (service.namespace, service.name)
    return any(p.service == whole or (p.address and p.address == service.cluster_ip) for p in policies.items)
