from typing import Any

from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.node_capacity.node_pod_cidr_full import node_pod_cidr_full as full
from checks.parts.derived import StuckPod
from checks.run import Verdict, run
from checks.snapshot import Snapshot
from tests.builder import Cluster
from tests.checks.hand import (
    META,
    account,
    accounts,
    cilium_nodes,
    config,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    stuck,
    version,
    waiting,
)
from tests.checks.node_capacity.scene import result

SAID = "unable to allocate IP via local cilium agent: [POST /ipam][502] postIpamFailure range is full"
AGENT = "cilium/n1/status"


def judge(
    *waits: StuckPod, running: str = "1.16.5", mode: str = "cluster-pool", **figures: Any
) -> list[Finding | Undecided]:
    figures = {"capacity": 62, "used": 62, "max_pods": 110, "pods": 65, "used_asked": AGENT} | figures
    return full(
        nodes=nodes(node("n1")),
        cilium=config(mode),
        accounts=accounts(account("n1", **figures), mode=mode),
        waiting=waiting(*waits),
        version=version(running),
        cilium_nodes=cilium_nodes(),
    )


def test_finds_a_block_without_an_address_left() -> None:
    finding = only(judge(*stuck(1, message=SAID)))
    assert (finding.kind, finding.severity) == (Kind.CAUSE, Severity.HIGH)
    assert finding.confidence is Confidence.CERTAIN
    assert explained(finding, "pods-without-ip") == {Subject("Pod", "n1-stuck-0", "shop")}
    assert "gone" not in finding.because


def test_tells_addresses_that_pods_long_gone_still_hold() -> None:
    assert "gone" in only(judge(*stuck(1, message=SAID), pods=30)).because


def test_is_likely_without_the_agents_own_words() -> None:
    assert only(judge(*stuck(1))).confidence is Confidence.LIKELY


def test_ignores_a_block_with_addresses_left() -> None:
    assert judge(*stuck(1, message=SAID), used=30, max_pods=58) == []


def test_ignores_a_lasting_error_when_nobody_waits() -> None:
    assert judge(max_pods=62) == []


def test_doubts_an_agent_that_says_full_while_only_pods_were_counted() -> None:
    finding = only(judge(*stuck(1, message=SAID), used=30, max_pods=58, used_asked="kubernetes/api/v1/pods"))
    assert finding.confidence is Confidence.POSSIBLE
    assert "would decide" in finding.because


def test_warns_of_a_limit_that_the_block_cannot_hold() -> None:
    finding = only(judge(used=20, pods=20))
    assert (finding.kind, finding.severity) == (Kind.RISK, Severity.MEDIUM)


def test_ignores_a_limit_that_the_block_holds() -> None:
    assert judge(capacity=254, used=20, pods=20) == []


def test_ignores_nodes_without_a_block_or_without_figures() -> None:
    assert judge(*stuck(1, message=SAID), capacity=0, used=0) == []
    assert judge(*stuck(1), capacity=None, used=None) == []


def test_names_the_agents_tool_of_the_running_version() -> None:
    assert "-- cilium-dbg status" in (only(judge(*stuck(1))).actions[0].command or "")
    assert "-- cilium status" in (only(judge(*stuck(1), running="1.14.6")).actions[0].command or "")


def test_shows_what_it_read_and_where() -> None:
    finding = only(judge(*stuck(1, message=SAID)))
    assert [(e.asked, e.value) for e in finding.evidence] == [
        ("kubernetes/api/v1/nodes", "110"),
        ("kubernetes/apis/cilium.io/v2/ciliumnodes", "62"),
        (AGENT, "62"),
        ("kubernetes/api/v1/events", SAID),
    ]
    assert only(judge(*stuck(1), mode="kubernetes")).evidence[1].asked == "kubernetes/api/v1/nodes"


def test_does_not_apply_in_eni_mode() -> None:
    [result] = run([full], Snapshot(meta=META, cilium=config("eni")))
    assert result.verdict is Verdict.NOT_APPLICABLE


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(full).verdict is Verdict.NOT_CHECKED


def test_is_not_checked_without_the_nodes_blocks() -> None:
    cluster = Cluster(mode="cluster-pool")
    cluster.nodes(3)
    told = result(full, cluster, "kubernetes/apis/cilium.io/v2/ciliumnodes")
    assert told.verdict is Verdict.NOT_CHECKED
    assert told.reason.startswith("refused")
