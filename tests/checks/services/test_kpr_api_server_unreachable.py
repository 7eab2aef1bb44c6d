from checks.model import Confidence, Finding, Undecided
from checks.parts.aws import EksCluster
from checks.parts.workloads import DaemonSets, Workload
from checks.run import Verdict
from checks.services.kpr_api_server_unreachable import kpr_api_server_unreachable as unreachable
from tests.checks.hand import META, claims, config, on_nothing, only, workload

OWN = "abc.gr7.eu-west-1.eks.amazonaws.com"


def judge(host: str, *more: Workload, value: str = "true") -> list[Finding | Undecided]:
    env = (("KUBERNETES_SERVICE_HOST", host),) if host else ()
    return unreachable(
        META,
        config("cluster-pool", kube_proxy_replacement=value),
        DaemonSets(items=(workload("cilium", env=env), *more)),
        EksCluster(name="demo", endpoint=f"https://{OWN.upper()}"),
    )


def test_names_the_endpoint_of_another_cluster() -> None:
    finding = only(judge("zzz.gr7.eu-west-1.eks.amazonaws.com"))
    assert finding.confidence is Confidence.CERTAIN
    assert "agents-not-ready" in claims(finding)
    assert f"k8sServiceHost={OWN}" in str(finding.actions[1].command)


def test_names_a_literal_address_with_less_confidence() -> None:
    assert only(judge("10.40.9.9")).confidence is Confidence.LIKELY


def test_shows_both_hosts() -> None:
    shown = {(e.field, e.value) for e in only(judge("10.40.9.9")).evidence}
    assert {("cilium: env KUBERNETES_SERVICE_HOST", "10.40.9.9"), ("endpoint", OWN)} <= shown


def test_ignores_the_own_endpoint_and_names_of_ones_own() -> None:
    assert judge(OWN) == []
    assert judge("api.internal.example") == []
    assert judge("") == []


def test_ignores_clusters_with_kube_proxy_or_without_replacement() -> None:
    assert judge("10.40.9.9", workload("kube-proxy", 3, 3)) == []
    assert judge("10.40.9.9", value="false") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(unreachable).verdict is Verdict.NOT_CHECKED
