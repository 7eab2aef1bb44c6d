from datetime import datetime

import pytest

from checks.model import Confidence, Finding, Severity, Undecided
from checks.parts.agents import DnsProbe, DnsProbes, TcpProbe, TcpProbes
from checks.parts.pods import PodGroup, Pods
from checks.parts.policies import (
    CiliumPolicies,
    NetworkPolicies,
    Peer,
    Policy,
    PolicyPort,
    PolicyRule,
    Selector,
)
from checks.parts.services import Endpoints
from checks.run import Verdict
from checks.services.network_policy_denies import network_policy_denies as denies
from tests.checks.hand import (
    META,
    ago,
    behind,
    claims,
    config,
    explained,
    on_nothing,
    only,
    service,
    services,
    undecided,
    version,
)
from tests.checks.services.hand_policies import DNS, DNS_GROUP, TO_DB, cilium_policy, drops, group, policy

API = service("api", "shop")
API_GROUP: PodGroup = group(app="api")
YOUNG, OLD = ago(minutes=10), ago(days=3)
NOBODY: tuple[PolicyRule, ...] = ()


def judge(
    *policies: Policy,
    grew: float | None = None,
    dns: str | None = None,
    tcp: str | None = None,
    settings: dict[str, str] | None = None,
) -> list[Finding | Undecided]:
    own = tuple(p for p in policies if p.kind == "NetworkPolicy")
    probes = (DnsProbe(server="10.100.0.10", name="x.", protocol="udp", outcome=dns),) if dns else ()
    tcp_probes = (
        TcpProbe(
            address="10.100.3.3",
            port=8080,
            outcome=tcp or "ok",
            kind="Service",
            namespace="shop",
            name="api",
            from_node="n1",
        ),
    )
    return denies(
        META,
        Pods(groups=(DNS_GROUP, API_GROUP)),
        services(DNS, API),
        config("cluster-pool", **(settings or {})),
        NetworkPolicies(items=own),
        CiliumPolicies(items=tuple(p for p in policies if p not in own)),
        version(),
        None,
        Endpoints(
            by_service=dict(behind(DNS, "10.0.1.4").by_service) | dict(behind(API, "10.0.1.9").by_service)
        ),
        drops(grew),
        DnsProbes(items=probes),
        TcpProbes(items=tcp_probes if tcp else ()),
    )


def closing(created: datetime = OLD, *rules: PolicyRule, namespace: str = "shop") -> Policy:
    return policy(egress=None, ingress=rules, created=created, namespace=namespace)


def test_names_a_young_policy_since_which_packets_are_denied() -> None:
    finding = only(judge(policy(TO_DB, created=YOUNG), grew=200))
    assert finding.confidence is Confidence.LIKELY
    assert finding.severity is Severity.MEDIUM
    assert finding.inferred
    assert "Hubble" in finding.because


def test_shows_when_the_policy_came_and_how_far_drops_grew() -> None:
    shown = {(e.field, e.value) for e in only(judge(policy(TO_DB, created=YOUNG), grew=200)).evidence}
    assert ("shop/p: creationTimestamp", YOUNG.isoformat()) in shown
    assert ('growth of cilium_drop_count_total{reason="Policy denied"}', "400") in shown


def test_ignores_old_policies_that_drop_packets_all_day() -> None:
    assert judge(policy(TO_DB, created=OLD), grew=200) == []


def test_ignores_a_young_policy_that_drops_nothing_or_governs_nobody() -> None:
    assert judge(policy(TO_DB, created=YOUNG), grew=0) == []
    nobody = Selector(labels=(("app", "gone"),))
    assert judge(policy(TO_DB, created=YOUNG, pods=nobody), grew=200) == []


def test_names_the_policy_that_closes_the_dns_pods_while_lookups_time_out() -> None:
    finding = only(judge(closing(namespace="kube-system"), dns="timeout", grew=9))
    assert claims(finding) == {"dns-failing"}
    assert finding.confidence is Confidence.CERTAIN
    assert finding.severity is Severity.HIGH


def test_ignores_a_policy_of_the_dns_pods_that_admits_somebody() -> None:
    assert judge(closing(OLD, PolicyRule(), namespace="kube-system"), dns="timeout", grew=0) == []
    only_metrics = PolicyRule(ports=(PolicyPort(protocol="TCP", port=9153),))
    assert only(judge(closing(OLD, only_metrics, namespace="kube-system"), dns="timeout", grew=0))


def test_ignores_a_policy_of_the_dns_pods_while_lookups_answer() -> None:
    assert judge(closing(namespace="kube-system"), dns="ok", grew=0) == []


def test_names_the_policy_that_does_not_admit_the_node_that_probed() -> None:
    finding = only(judge(closing(), tcp="timeout", grew=0))
    assert finding.confidence is Confidence.POSSIBLE
    assert {s.name for s in explained(finding, "traffic-failing") or ()} == {"api"}
    assert not finding.inferred


def test_ignores_a_probe_that_the_policy_would_admit() -> None:
    host = PolicyRule(peers=(Peer(entity="remote-node"),))
    admitting = cilium_policy(egress=None, ingress=(host,))
    assert judge(admitting, tcp="timeout", grew=0) == []
    assert judge(closing(OLD, PolicyRule()), tcp="timeout", grew=0) == []


def test_names_enforcement_that_is_always_on_without_a_rule_for_dns() -> None:
    finding = only(judge(dns="timeout", settings={"enable_policy": "always"}))
    assert "always on" in finding.title


def test_is_silent_without_policies() -> None:
    assert judge(grew=200, dns="timeout", tcp="timeout") == []


def test_does_not_take_unread_counters_for_calm() -> None:
    assert "drop counters" in undecided(judge(policy(TO_DB)))


@pytest.mark.parametrize("key", ["enable_policy", "policy_audit_mode"])
def test_ignores_policies_that_are_not_enforced(key: str) -> None:
    value = "never" if key == "enable_policy" else "true"
    assert judge(policy(TO_DB, created=YOUNG), grew=200, settings={key: value}) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(denies).verdict is Verdict.NOT_CHECKED
