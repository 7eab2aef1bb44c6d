from typing import Any

import pytest

from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import DnsProbe, DnsProbes
from checks.parts.neighbours import LocalRedirectPolicies, LocalRedirectPolicy
from checks.parts.workloads import DaemonSets
from checks.run import Verdict
from checks.services.node_local_dns_redirect_broken import node_local_dns_redirect_broken as broken
from tests.checks.hand import behind, claims, config, on_nothing, only, service, services, version, workload

DNS = service("kube-dns", cluster_ip="10.100.0.10")


def judge(
    *,
    kpr: str = "true",
    redirect: str = "",
    desired: int = 3,
    service_says: str = "timeout",
    pod_says: str | None = "ok",
    policies: LocalRedirectPolicies | None = None,
) -> list[Finding | Undecided]:
    settings = {"kube_proxy_replacement": kpr} | (
        {"enable_local_redirect_policy": redirect} if redirect else {}
    )
    probes = tuple(
        DnsProbe(server=server, name="x.", protocol="udp", outcome=says, from_node="n2")
        for server, says in (("10.100.0.10", service_says), ("10.0.1.4", pod_says))
        if says
    )
    return broken(
        config("cluster-pool", **settings),
        DaemonSets(items=(workload("node-local-dns", desired, desired),)),
        behind(DNS, "10.0.1.4"),
        DnsProbes(items=probes),
        services(DNS),
        policies,
        version("1.18.3"),
    )


def test_names_lookups_that_fail_beside_a_healthy_coredns() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.LIKELY
    assert claims(finding) == {"dns-failing"}
    assert [s.name for s in finding.subjects] == ["node-local-dns", "n2"]


def test_is_only_possible_with_redirects_on() -> None:
    finding = only(judge(redirect="true"))
    assert finding.confidence is Confidence.POSSIBLE
    assert "lrp list" in finding.because


def test_is_likely_where_no_policy_is_for_the_service() -> None:
    other = LocalRedirectPolicy(namespace="shop", name="metadata", address="169.254.169.254")
    finding = only(judge(redirect="true", policies=LocalRedirectPolicies(items=(other,))))
    assert finding.confidence is Confidence.LIKELY
    assert (LocalRedirectPolicies.ASKED, "none") in {(e.asked, e.value) for e in finding.evidence}


def test_is_only_possible_where_no_pod_was_asked_directly() -> None:
    finding = only(judge(pod_says=None))
    assert finding.confidence is Confidence.POSSIBLE
    assert "asked directly would decide" in finding.because


@pytest.mark.parametrize("front", [{"service": ("kube-system", "kube-dns")}, {"address": "10.100.0.10"}])
def test_is_only_possible_where_a_policy_is_for_it(front: dict[str, Any]) -> None:
    mine = LocalRedirectPolicy(namespace="kube-system", name="nodelocaldns", **front)
    found = only(judge(redirect="true", policies=LocalRedirectPolicies(items=(mine,))))
    assert found.confidence is Confidence.POSSIBLE


def test_shows_where_lookups_time_out_and_the_switch() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert {("10.100.0.10: timeout", "n2"), ("data.enable-local-redirect-policy", "absent")} <= shown


def test_ignores_clusters_with_kube_proxy_or_without_node_local_dns() -> None:
    assert judge(kpr="false") == []
    assert judge(desired=0) == []


def test_ignores_answers_and_a_coredns_that_fails_itself() -> None:
    assert judge(service_says="ok") == []
    assert judge(pod_says="timeout") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(broken).verdict is Verdict.NOT_CHECKED
