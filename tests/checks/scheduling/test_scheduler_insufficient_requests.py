from typing import Any

import pytest

from checks.model import Confidence, Finding, Undecided
from checks.parts.derived import UnscheduledPod
from checks.parts.nodes import Resources
from checks.run import Verdict
from checks.scheduling.scheduler_insufficient_requests import scheduler_insufficient_requests as insufficient
from tests.checks.hand import config, explained, nodes, on_nothing, only, waiting
from tests.checks.scheduling.waits import ASKED, FIELD, fleet, loads, waits

FULL = "0/14 nodes are available: 14 Insufficient cpu. preemption: 0/14 nodes are available."


def judge(*waiting_pods: UnscheduledPod, cpu_milli: int = 1900, **more: Any) -> list[Finding | Undecided]:
    return insufficient(
        nodes=nodes(*fleet(14, **more)),
        pods=loads(14, pods=8, cpu_milli=cpu_milli),
        waiting=waiting(unscheduled=waiting_pods),
        cilium=config(),
    )


def test_finds_requests_that_fill_every_node() -> None:
    finding = only(judge(*waits(FULL, 120)))
    assert finding.confidence is Confidence.CERTAIN
    assert len(explained(finding, "pods-not-scheduled") or ()) == 120
    assert "cpu" in finding.title


def test_finds_room_in_pieces_that_are_too_small_for_one_pod() -> None:
    finding = only(judge(*waits(FULL, requests=Resources(cpu_milli=1100)), cpu_milli=1000))
    assert finding.confidence is Confidence.CERTAIN


def test_ignores_a_cluster_in_which_nobody_waits() -> None:
    assert judge() == []


@pytest.mark.parametrize(
    "message",
    [
        "0/14 nodes are available: 14 Too many pods.",
        "0/14 nodes are available: 2 Insufficient cpu, 12 Too many pods.",
        "0/14 nodes are available: 2 Insufficient cpu, 12 node(s) had volume node affinity conflict.",
    ],
)
def test_ignores_reasons_that_weigh_more(message: str) -> None:
    assert judge(*waits(message)) == []


def test_binds_together_with_the_pod_limit_when_every_node_gives_both() -> None:
    message = "0/14 nodes are available: 14 Insufficient cpu, 14 Too many pods."
    assert only(judge(*waits(message))).confidence is Confidence.CERTAIN


def test_doubts_requests_that_leave_room() -> None:
    finding = only(judge(*waits(FULL), cpu_milli=100))
    assert finding.confidence is Confidence.POSSIBLE
    assert "FailedScheduling" in finding.because


def test_does_not_pretend_to_count_devices() -> None:
    finding = only(judge(*waits("0/14 nodes are available: 14 Insufficient nvidia.com/gpu.")))
    assert finding.confidence is Confidence.POSSIBLE
    assert "nvidia.com/gpu" in finding.title


def test_is_likely_when_devices_are_short_as_well() -> None:
    message = "0/14 nodes are available: 14 Insufficient cpu, 14 Insufficient nvidia.com/gpu."
    assert only(judge(*waits(message))).confidence is Confidence.LIKELY


def test_is_likely_when_fewer_nodes_are_short_than_the_scheduler_said() -> None:
    finding = only(judge(*waits("0/20 nodes are available: 20 Insufficient cpu.")))
    assert finding.confidence is Confidence.LIKELY


def test_shows_what_it_read_and_where() -> None:
    evidence = only(judge(*waits(FULL, 120))).evidence
    assert [(e.asked, e.field, e.value, e.count) for e in evidence] == [
        (ASKED, FIELD, FULL, 120),
        (ASKED, "cpu requested of what these nodes can allocate", "26600m of 28000m", 14),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(insufficient).verdict is Verdict.NOT_CHECKED
