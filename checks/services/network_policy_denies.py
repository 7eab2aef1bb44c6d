"""A policy that drops traffic as written, where the traffic is missed."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Action, Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import AgentMetrics, DnsProbes, Meta, TcpProbes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.kubernetes import Namespaces
from checks.parts.pods import Pods
from checks.parts.policies import CiliumPolicies, NetworkPolicies
from checks.parts.services import Endpoints, Services
from checks.scale import counted
from checks.services.policy_denials import Denial, denied_dns, denied_probes, denied_since
from checks.services.policy_reach import asked_of, drops_grew, growth, in_force


@check(
    id="network-policy-denies",
    title="A network policy denies traffic that is missed",
    source="https://docs.cilium.io/en/stable/security/policy/",
)
def network_policy_denies(
    meta: Meta,
    pods: Pods,
    services: Services,
    cilium: CiliumConfig,
    network_policies: NetworkPolicies,
    cilium_policies: CiliumPolicies,
    version: CiliumVersion | None,
    namespaces: Namespaces | None,
    endpoints: Endpoints | None,
    agent_metrics: AgentMetrics | None,
    dns_probes: DnsProbes | None,
    tcp_probes: TcpProbes | None,
) -> Iterator[Finding | Undecided]:
    """Drops alone prove nothing: a policy that works drops packets all day.

    It is a fault where the DNS pods admit nobody and lookups fail, where a probe of this cluster fails at a
    Service whose pods admit no node, or where drops grow right after a policy came. Which identities were
    denied shows in Hubble alone.
    """
    policies = in_force(network_policies, cilium_policies, cilium)
    always = cilium.data.get("enable-policy") == "always"
    if not policies and not always:
        return
    grew = _grew(agent_metrics)
    ways = (
        denied_dns(policies, always, pods, services, endpoints, namespaces, dns_probes, grew),
        denied_probes(policies, pods, services, endpoints, namespaces, tcp_probes, grew),
        denied_since(policies, pods, namespaces, meta, grew),
    )
    found = [denial for way in ways for denial in way]
    if found:
        yield _finding(found, grew, cilium, version)
    elif grew is None:
        yield Undecided(
            "whether policies deny what is needed shows in the agents' drop counters, of which no pair "
            "was read",
            "get pods/proxy in Cilium's namespace (deploy/metrics-role.yaml)",
        )


def _grew(metrics: AgentMetrics | None) -> float | None:
    both = [drops_grew(metrics, direction) for direction in ("INGRESS", "EGRESS")]
    known = [value for value in both if value is not None]
    return sum(known) if known else None


def _finding(
    found: list[Denial], grew: float | None, cilium: CiliumConfig, version: CiliumVersion | None
) -> Finding:
    policies = {(p.kind, p.namespace, p.name): p for denial in found for p in denial.policies}
    wide = not policies or any(p.namespace is None for p in policies.values())
    sure = max(denial.sure for denial in found)
    dbg = version.dbg if version else "cilium-dbg"
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH
        if wide or any(d.explains.symptom == "dns-failing" for d in found)
        else Severity.MEDIUM,
        confidence=sure,
        title=f"{counted(len(policies), 'policy denies', 'policies deny')} traffic: {found[0].text}"
        if policies
        else f"policy enforcement is always on, and no policy lets traffic in: {found[0].text}",
        because="The policy in force admits nothing of the kind"
        + (", and packets denied by policy grow." if grew else ".")
        + ("" if sure is Confidence.CERTAIN else " Hubble would decide: it names both identities of a drop."),
        subjects=tuple(Subject(kind, name, namespace) for kind, namespace, name in sorted(policies, key=str)),
        evidence=(
            *(
                Evidence(
                    asked_of(p),
                    f"{p.namespace or 'cluster'}/{p.name}: creationTimestamp",
                    p.created.isoformat(),
                )
                for p in list(policies.values())[:5]
            ),
            *growth(grew),
            Evidence(cilium.asked, "data.enable-policy", cilium.data.get("enable-policy", "absent")),
        ),
        explains=tuple(denial.explains for denial in found),
        inferred=any(d.explains.symptom == "traffic-failing" and d.explains.subjects is None for d in found),
        actions=_actions(cilium, dbg),
        references=links("cilium#37711", "cilium#32010"),
    )


def _actions(cilium: CiliumConfig, dbg: str) -> tuple[Action, ...]:
    return (
        look(
            "See who is denied, with both identities",
            f"kubectl -n {quote(cilium.namespace)} exec ds/cilium -- {dbg} monitor --type drop",
            "identity world for a pod of this cluster means that its address was translated: another fault",
        ),
        change(
            "Add the missing allow rule; try it in audit mode first",
            f"kubectl -n {quote(cilium.namespace)} exec ds/cilium -- {dbg} endpoint config ENDPOINT "
            "PolicyAuditMode=Enabled",
            risk="in audit mode the endpoint is open to everybody",
            verify="the drops of that endpoint stop, and stay away with audit mode off and the rule in place",
        ),
    )
