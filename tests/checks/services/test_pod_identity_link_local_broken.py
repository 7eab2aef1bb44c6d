from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import AgentMetrics, AgentStatus, AgentStatuses
from checks.parts.workloads import DaemonSets
from checks.run import Verdict
from checks.services.pod_identity_link_local_broken import DROPS
from checks.services.pod_identity_link_local_broken import pod_identity_link_local_broken as broken
from tests.checks.hand import config, metrics, on_nothing, only, sample, undecided, version, workload


def judge(
    grown: float = 30, *, reason: str = "FIB lookup failed", desired: int = 3, legacy: str = "false"
) -> list[Finding | Undecided]:
    page = metrics(sample(DROPS, 10 + grown, reason=reason), earlier=(sample(DROPS, 10, reason=reason),))
    return broken(
        config("cluster-pool", enable_host_legacy_routing=legacy),
        version("1.16.3"),
        DaemonSets(items=(workload("eks-pod-identity-agent", desired, desired),)),
        AgentMetrics(by_node={"n1": page}),
        None,
    )


def listed(
    *devices: str, routing: str | None = "BPF", metrics: AgentMetrics | None = None
) -> list[Finding | Undecided]:
    return broken(
        config("eni"),
        version("1.16.3"),
        DaemonSets(items=(workload("eks-pod-identity-agent", 3, 3),)),
        metrics,
        AgentStatuses(
            by_node={"n1": AgentStatus(devices=devices, host_routing=routing), "n2": AgentStatus()}
        ),
    )


def test_names_growing_lookup_failures_beside_the_identity_agent() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.LIKELY
    assert finding.inferred
    assert [s.name for s in finding.subjects] == ["n1"]


def test_shows_the_counter_and_the_release() -> None:
    shown = {(e.asked.rsplit("/", 1)[-1], e.value) for e in only(judge()).evidence}
    assert {("metrics.prom", "30"), ("daemonsets", "1.16.3")} <= shown


def test_is_sure_where_an_agent_lists_the_interface_among_its_devices() -> None:
    finding = only(listed("ens5", "pod-id-link0"))
    assert finding.confidence is Confidence.CERTAIN
    assert [s.name for s in finding.subjects] == ["n1"]
    assert ("deviceList", "pod-id-link0") in {(e.field, e.value) for e in finding.evidence}


def test_ignores_the_interface_where_the_host_routes() -> None:
    still = AgentMetrics(by_node={"n1": metrics(sample(DROPS, 9, reason="x"), earlier=())})
    assert listed("ens5", "pod-id-link0", routing="Legacy", metrics=still) == []


def test_cannot_tell_by_one_metrics_page_or_none() -> None:
    once = AgentMetrics(by_node={"n1": metrics(sample(DROPS, 9, reason="FIB lookup failed"))})
    assert "two metrics pages" in undecided(listed("ens5", metrics=once))
    assert undecided(listed("ens5")) == "agent_metrics"


def test_ignores_counters_that_stand_still_and_other_drops() -> None:
    assert judge(0) == []
    assert judge(reason="Policy denied") == []


def test_ignores_clusters_without_the_agent_or_with_legacy_routing() -> None:
    assert judge(desired=0) == []
    assert judge(legacy="true") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(broken).verdict is Verdict.NOT_CHECKED
