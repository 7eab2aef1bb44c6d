from typing import Any

import pytest

from checks.model import Confidence, Finding, Subject, Undecided
from checks.parts.derived import UnscheduledPod
from checks.run import Verdict, run
from checks.scheduling.kubelet_max_pods_too_low import kubelet_max_pods_too_low as too_low
from tests.builder import Cluster
from tests.checks.hand import TYPES, account, accounts, config, explained, nodes, on_nothing, only, waiting
from tests.checks.scheduling.waits import ASKED, FIELD, fleet, loads, waits

FULL = "0/14 nodes are available: 14 Too many pods. preemption: 0/14 nodes are available: 14 No preemption."


def judge(
    *waiting_pods: UnscheduledPod,
    count: int = 14,
    pods: int = 17,
    terminating: int = 0,
    capacity: int | None = 254,
    used: int | None = 16,
    mode: str = "cluster-pool",
    **node_fields: Any,
) -> list[Finding | Undecided]:
    figures = [
        account(f"n{i}", capacity=capacity, used=used, max_pods=17, pods=pods, host_network=3)
        for i in range(count)
    ]
    return too_low(
        nodes=nodes(*fleet(count, **node_fields)),
        pods=loads(count, pods, terminating=terminating),
        waiting=waiting(unscheduled=waiting_pods),
        accounts=accounts(*figures, mode=mode),
        cilium=config(),
        instance_types=TYPES,
    )


def test_finds_nodes_at_their_limit_with_addresses_free() -> None:
    finding = only(judge(*waits(FULL, 120)))
    assert finding.confidence is Confidence.CERTAIN
    assert len(finding.subjects) == 14
    explains = explained(finding, "pods-not-scheduled")
    assert explains is not None
    assert len(explains) == 120
    assert "3332 pod addresses free" in finding.title


def test_ignores_a_cluster_in_which_nobody_waits() -> None:
    assert judge() == []


def test_ignores_nodes_below_their_limit() -> None:
    assert judge(*waits(FULL), pods=16) == []


def test_counts_pods_that_are_just_being_deleted_against_the_limit() -> None:
    assert only(judge(*waits(FULL), pods=16, terminating=1))


def test_ignores_a_limit_that_fits_the_addresses() -> None:
    assert judge(*waits(FULL), capacity=16, used=16) == []


@pytest.mark.parametrize(
    "message",
    [
        "0/14 nodes are available: 12 Insufficient cpu, 2 Too many pods.",
        "0/14 nodes are available: 12 node(s) had untolerated taint {node.cilium.io/agent-not-ready: true},"
        " 2 Too many pods.",
        "0/14 nodes are available: 13 node(s) didn't match pod topology spread constraints, 1 Too many pods.",
    ],
)
def test_ignores_a_reason_that_few_nodes_give(message: str) -> None:
    assert judge(*waits(message)) == []


def test_claims_only_the_pods_that_it_keeps_waiting() -> None:
    other = waits("0/14 nodes are available: 14 Insufficient memory.", name="big")
    finding = only(judge(*waits(FULL, 2), *other))
    assert explained(finding, "pods-not-scheduled") == {
        Subject("Pod", "api-0", "shop"),
        Subject("Pod", "api-1", "shop"),
    }


def test_weighs_a_limit_beside_a_selector_that_most_nodes_fail_as_likely() -> None:
    message = (
        "0/14 nodes are available: 11 node(s) didn't match Pod's node affinity/selector, 3 Too many pods."
    )
    assert only(judge(*waits(message))).confidence is Confidence.LIKELY


def test_sees_the_one_node_that_a_daemonset_pod_is_meant_for() -> None:
    message = (
        "0/14 nodes are available: 1 Too many pods, 13 node(s) didn't match Pod's node affinity/selector."
    )
    finding = only(judge(*waits(message, owner_kind="DaemonSet")))
    assert finding.confidence is Confidence.CERTAIN


def test_is_not_certain_without_the_addresses_in_use() -> None:
    finding = only(judge(*waits(FULL), used=None))
    assert finding.confidence is Confidence.LIKELY
    assert "not known" in finding.because


def test_only_fits_where_an_eni_nodes_capacity_was_not_read() -> None:
    finding = only(judge(*waits(FULL), capacity=None, mode="eni"))
    assert finding.confidence is Confidence.POSSIBLE
    assert "the limits of the instance type would decide" in finding.because


def test_is_not_certain_when_fewer_nodes_are_full_than_the_scheduler_said() -> None:
    finding = only(judge(*waits("0/20 nodes are available: 20 Too many pods."), count=14))
    assert finding.confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    ("image", "labels", "command"),
    [
        ("Amazon Linux 2023.6", {}, "maxPods: 110"),
        ("Amazon Linux 2", {}, "--use-max-pods false"),
        ("Bottlerocket OS 1.20", {}, "max-pods = 110"),
        ("Amazon Linux 2023.6", {"karpenter.k8s.aws/ec2nodeclass": "de fault"}, "ec2nodeclass 'de fault'"),
        ("Ubuntu 22.04", {}, "--max-pods=110"),
    ],
)
def test_says_where_the_limit_is_set(image: str, labels: dict[str, str], command: str) -> None:
    finding = only(judge(*waits(FULL), os_image=image, labels=labels))
    assert command in (finding.actions[-1].command or "")


def test_never_advises_more_pods_than_get_an_address() -> None:
    finding = only(judge(*waits(FULL), capacity=62, used=16))
    assert "63" in finding.actions[-1].title  # 62 - 2 of the node's own + 3 on the host's network


def test_shows_what_it_read_and_where() -> None:
    evidence = only(judge(*waits(FULL, 120))).evidence
    assert [(e.asked, e.field, e.value, e.count) for e in evidence][:3] == [
        (ASKED, FIELD, FULL, 120),
        ("kubernetes/api/v1/nodes", "status.allocatable.pods", "17", 14),
        (ASKED, "pods on the node that count against it", "17", 14),
    ]
    assert evidence[3].value == "16/254"


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(too_low).verdict is Verdict.NOT_CHECKED


def test_advises_no_limit_that_eats_a_small_types_memory() -> None:
    c = Cluster(mode="cluster-pool")
    c.nodes(6, type="t3.small", max_pods="eks")
    c.workload("shop/perf", 80)
    [finding] = run([too_low], c.snapshot())[0].findings
    [change] = [action for action in finding.actions if action.kind == "change"]
    assert "maxPods: 23" in (change.command or "")
