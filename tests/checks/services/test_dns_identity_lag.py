from checks.model import Confidence, Finding, Undecided
from checks.parts.pods import Pods
from checks.run import Verdict
from checks.services.dns_identity_lag import dns_identity_lag as lag
from tests.checks.hand import META, ago, config, on_nothing, only, pod, service, services, version

DNS = service("kube-dns", selector=(("k8s-app", "kube-dns"),))


def judge(slices: str = "true", dns_s: float = 60, operator_s: float = 60) -> list[Finding | Undecided]:
    dns = pod("coredns-1", "kube-system", labels=(("k8s-app", "kube-dns"),), created=ago(seconds=dns_s))
    operator = pod(
        "cilium-operator-1",
        "kube-system",
        labels=(("io.cilium/app", "operator"),),
        created=ago(seconds=operator_s),
    )
    settings = {"enable_cilium_endpoint_slice": slices}
    return lag(
        META, config("cluster-pool", **settings), Pods(items=(dns, operator)), services(DNS), version()
    )


def test_says_at_most_possible_and_only_while_lookups_fail() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.POSSIBLE
    assert finding.drop_if_harmless
    assert {s.name for s in finding.subjects} == {"coredns-1", "cilium-operator-1"}


def test_shows_who_is_new() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert {
        ("data.enable-cilium-endpoint-slice", "true"),
        ("DNS pods younger than 5 min", "coredns-1"),
    } <= shown


def test_ignores_clusters_without_endpoint_slices() -> None:
    assert judge("false") == []


def test_ignores_pods_that_did_not_move_together() -> None:
    assert judge(dns_s=3600) == []
    assert judge(operator_s=3600) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(lag).verdict is Verdict.NOT_CHECKED
