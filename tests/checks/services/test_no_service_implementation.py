import pytest

from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import AgentStatus, AgentStatuses, DnsProbe, DnsProbes, TcpProbe, TcpProbes
from checks.parts.aws import EksCluster
from checks.parts.pods import Pod, Pods
from checks.parts.workloads import DaemonSets, Workload
from checks.run import Verdict
from checks.services.no_service_implementation import no_service_implementation as nobody
from tests.checks.hand import (
    META,
    config,
    explained,
    on_nothing,
    only,
    pod,
    service,
    services,
    version,
    workload,
)

DNS = service("kube-dns", cluster_ip="10.100.0.10")


def judge(
    value: str = "false",
    *daemonsets: Workload,
    running: str = "1.16.5",
    says: str | None = None,
    probe: str | None = None,
    tcp: bool = False,
    pods: tuple[Pod, ...] = (),
    auto: bool = False,
) -> list[Finding | Undecided]:
    status = AgentStatuses(by_node={"n1": AgentStatus(kube_proxy_replacement=says)}) if says else None
    probes = DnsProbes(
        items=(DnsProbe(server="10.100.0.10", name="x.", protocol="udp", outcome=probe),) if probe else ()
    )
    tcp_probes = TcpProbes(items=(TcpProbe(address="10.100.0.10", port=53, outcome="ok"),) if tcp else ())
    return nobody(
        META,
        config("cluster-pool", kube_proxy_replacement=value),
        DaemonSets(items=daemonsets),
        Pods(items=pods),
        version(running),
        status,
        services(DNS),
        probes,
        tcp_probes,
        EksCluster(name="demo", endpoint="https://abc.eks.amazonaws.com", auto_mode=auto),
    )


def test_names_a_cluster_without_kube_proxy_and_replacement() -> None:
    finding = only(judge(probe="timeout"))
    assert finding.confidence is Confidence.CERTAIN
    assert finding.inferred
    assert explained(finding, "dns-failing") is None
    assert "k8sServiceHost=abc.eks.amazonaws.com" in str(finding.actions[1].command)


def test_names_a_kube_proxy_that_runs_on_no_node() -> None:
    shown = {(e.field, e.value) for e in only(judge("false", workload("kube-proxy", 0, 0))).evidence}
    assert ("kube-proxy: status.desiredNumberScheduled", "0") in shown
    assert ("data.kube-proxy-replacement", "false") in shown


def test_believes_the_agents_more_than_the_configmap() -> None:
    assert judge("false", says="True") == []
    shown = {(e.asked, e.value) for e in only(judge("true", says="False")).evidence}
    assert ("cilium/n1/status", "False") in shown


@pytest.mark.parametrize(
    ("value", "running"),
    [("true", "1.16.5"), ("strict", "1.13.9"), ("partial", "1.13.9"), ("probe", "1.14.2")],
)
def test_ignores_a_replacement_that_is_on_or_may_be(value: str, running: str) -> None:
    assert judge(value, running=running) == []


def test_takes_values_that_were_removed_for_off_with_less_confidence() -> None:
    assert only(judge("partial", running="1.15.0")).confidence is Confidence.LIKELY


def test_ignores_a_running_kube_proxy() -> None:
    assert judge("false", workload("kube-proxy", 3, 3)) == []
    assert judge("false", pods=(pod("kube-proxy-n1", "kube-system", phase="Running"),)) == []


def test_ignores_a_cluster_in_which_a_clusterip_answers() -> None:
    assert judge(probe="ok") == []
    assert judge(tcp=True) == []


def test_ignores_auto_mode_which_brings_its_own() -> None:
    assert judge(auto=True) == []


def test_writes_the_value_that_this_version_knows() -> None:
    assert "kubeProxyReplacement=strict" in str(only(judge("disabled", running="1.13.4")).actions[1].command)


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(nobody).verdict is Verdict.NOT_CHECKED
