from dataclasses import replace

import pytest

from checks.model import Confidence, Finding, Kind, Severity, Undecided
from checks.parts.kubernetes import Namespace, Namespaces
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
from checks.run import Verdict
from checks.services.dns_blocked_by_network_policy import dns_blocked_by_network_policy as blocked
from tests.checks.hand import META, ago, behind, claims, config, on_nothing, only, services
from tests.checks.services.hand_policies import (
    DNS,
    DNS_GROUP,
    DNS_LABELS,
    DNS_PORTS,
    TO_DB,
    TO_DNS,
    TO_RANGE,
    cilium_policy,
    drops,
    group,
    policy,
)


def judge(
    *policies: Policy,
    grew: float | None = None,
    at: PodGroup | None = None,
    unread: str = "",
    settings: dict[str, str] | None = None,
) -> list[Finding | Undecided]:
    own = tuple(p for p in policies if p.kind == "NetworkPolicy")
    return blocked(
        META,
        Pods(groups=(DNS_GROUP, at or group())),
        services(DNS),
        config("cluster-pool", **(settings or {})),
        NetworkPolicies(items=own),
        CiliumPolicies(items=tuple(p for p in policies if p not in own), unread=unread),
        Namespaces(items=(Namespace(name="kube-system"), Namespace(name="shop"))),
        behind(DNS, "10.0.1.4"),
        None,
        drops(grew),
    )


def test_names_pods_that_may_call_others_and_not_ask_for_names() -> None:
    finding = only(judge(policy(TO_DB)))
    assert finding.kind is Kind.CAUSE
    assert finding.confidence is Confidence.LIKELY
    assert finding.inferred
    assert claims(finding) == {"traffic-failing"}


def test_is_certain_when_denied_packets_grow() -> None:
    assert only(judge(policy(TO_DB), grew=40)).confidence is Confidence.CERTAIN


def test_shows_the_policy_the_pods_and_the_counter() -> None:
    shown = {(e.asked, e.field, e.value, e.count) for e in only(judge(policy(TO_DB), grew=40)).evidence}
    assert (NetworkPolicies.ASKED, "shop/p: egress", "no rule for port 53 to kube-dns", 1) in shown
    assert ("kubernetes/api/v1/pods", "pods that they select", "shop/api-1", 3) in shown
    assert any(value == "40" for _, _, value, _ in shown)


def test_is_a_low_risk_when_denied_packets_are_seen_not_to_grow() -> None:
    finding = only(judge(policy(TO_DB), grew=0))
    assert (finding.kind, finding.severity) == (Kind.RISK, Severity.LOW)


def test_adds_up_all_policies_of_a_pod() -> None:
    assert judge(policy(TO_DB), policy(TO_DNS, name="dns")) == []
    assert only(judge(policy(TO_DB), policy(TO_DNS, name="dns", namespace="other")))


def test_ignores_a_namespace_that_is_sealed_on_purpose() -> None:
    assert judge(policy()) == []
    assert judge(policy(), grew=50) == []


def test_takes_a_sealed_namespace_for_hurt_only_with_drops_and_pods_that_fail() -> None:
    assert only(judge(policy(), grew=50, at=group(ready=0))).confidence is Confidence.LIKELY


def test_is_a_low_risk_where_only_addresses_are_allowed() -> None:
    assert only(judge(policy(TO_RANGE))).kind is Kind.RISK


def test_takes_pods_that_may_only_reach_addresses_for_hurt_by_many_denied_packets() -> None:
    assert only(judge(policy(TO_RANGE), grew=1100)).confidence is Confidence.LIKELY
    assert only(judge(policy(TO_RANGE), grew=9)).kind is Kind.RISK
    assert judge(policy(), grew=1100) == []


def test_names_a_policy_that_allows_names_without_dns() -> None:
    to_name = PolicyRule(peers=(Peer(fqdn="api.example.com"),), ports=(PolicyPort(port=443),))
    assert only(judge(cilium_policy(to_name))).kind is Kind.CAUSE


@pytest.mark.parametrize(
    "peer",
    [
        Peer(entity="cluster"),
        Peer(entity="all"),
        Peer(service=("kube-system", "kube-dns")),
        Peer(pods=Selector(labels=(*DNS_LABELS, ("io.kubernetes.pod.namespace", "kube-system")))),
        Peer(cidr="10.100.0.10/32"),
        Peer(cidr="0.0.0.0/0"),
    ],
)
def test_knows_the_ways_to_allow_dns(peer: Peer) -> None:
    assert judge(cilium_policy(TO_DB, PolicyRule(peers=(peer,), ports=DNS_PORTS))) == []


@pytest.mark.parametrize(
    "peer",
    [
        Peer(entity="world"),
        Peer(pods=Selector(labels=DNS_LABELS)),  # of its own namespace
        Peer(pods=Selector(labels=(("k8s-app", "other"), ("io.kubernetes.pod.namespace", "kube-system")))),
        Peer(cidr="10.99.0.0/16"),
    ],
)
def test_knows_what_does_not_allow_dns(peer: Peer) -> None:
    assert only(judge(cilium_policy(TO_DB, PolicyRule(peers=(peer,), ports=DNS_PORTS)))).kind is Kind.CAUSE


def test_knows_that_tcp_alone_is_no_dns_and_that_no_ports_are_all() -> None:
    tcp = PolicyRule(ports=(PolicyPort(protocol="TCP", port=53),))
    assert only(judge(policy(TO_DB, tcp)))
    assert judge(policy(TO_DB, PolicyRule())) == []


def test_finds_a_deny_rule_beside_an_allow_rule() -> None:
    assert only(judge(cilium_policy(TO_DB, TO_DNS, PolicyRule(), egress_deny=(PolicyRule(ports=DNS_PORTS),))))


def test_ignores_policies_of_other_pods() -> None:
    assert judge(policy(TO_DB, pods=Selector(labels=(("app", "web"),)))) == []
    assert judge(policy(TO_DB, namespace="other")) == []
    assert judge(policy(TO_DB), at=group(host_network=True)) == []
    assert judge(policy(TO_DB, egress=None)) == []


def test_never_takes_a_selector_it_cannot_answer_for_a_prohibition() -> None:
    account = Selector(labels=(("io.cilium.k8s.policy.serviceaccount", "api"),))
    assert judge(cilium_policy(TO_DB, pods=account)) == []
    dns = cilium_policy(PolicyRule(peers=(Peer(entity="cluster"),)), pods=account, name="dns")
    assert judge(cilium_policy(TO_DB), dns) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("enable_policy", "never"), ("policy_audit_mode", "true"), ("enable_k8s_networkpolicy", "false")],
)
def test_ignores_policies_that_are_not_enforced(key: str, value: str) -> None:
    assert judge(policy(TO_DB), settings={key: value}) == []


def test_does_not_judge_while_an_allowing_policy_may_be_unread() -> None:
    with pytest.raises(Undecided, match="refused"):
        judge(policy(TO_DB), unread="refused: list ciliumclusterwidenetworkpolicies (Forbidden)")


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(blocked).verdict is Verdict.NOT_CHECKED


def test_ignores_the_dns_pods_themselves() -> None:
    own = policy(TO_DB, namespace="kube-system", pods=Selector(labels=DNS_LABELS))
    assert judge(own) == []


def test_takes_pods_that_are_just_starting_for_no_harm() -> None:
    starting = replace(group(ready=0), not_ready_since=ago(seconds=30))
    assert judge(policy(), grew=50, at=starting) == []


def test_takes_failing_pods_for_harm_although_nothing_is_seen_to_be_denied() -> None:
    assert only(judge(policy(TO_DB), grew=0, at=group(ready=1))).kind is Kind.CAUSE
