from datetime import datetime

from checks.benign.benign_leftover_objects import benign_leftover_objects as leftovers
from checks.model import Finding, Kind, Subject, Undecided
from checks.parts.kubernetes import Lease, Leases
from checks.parts.pods import Pod, Pods
from checks.parts.workloads import DaemonSets, Deployments, Workload
from checks.run import Verdict
from tests.checks.hand import META, ago, on_nothing, only, pod, workload

FRESH = ago(seconds=3)
OPERATOR = (("io.cilium/app", "operator"),)
ALONE = "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules."


def judge(
    *failed: Pod,
    items: tuple[Pod, ...] = (),
    deployments: tuple[Workload, ...] = (),
    daemonsets: tuple[Workload, ...] = (),
    renewed: datetime = FRESH,
) -> list[Finding | Undecided]:
    lease = Lease(
        namespace="kube-system", name="cilium-operator-resource-lock", renewed=renewed, duration_s=15
    )
    return leftovers(
        META,
        Pods(leftovers=failed, items=items),
        Deployments(items=deployments),
        DaemonSets(items=daemonsets),
        Leases(items=(lease,)),
    )


def failed(name: str = "coredns-5d78c9869d-abc", owner: str = "coredns-5d78c9869d") -> Pod:
    return pod(name, "kube-system", phase="Failed", owner_kind="ReplicaSet", owner_name=owner)


def spare(message: str = ALONE) -> Pod:
    return pod("cilium-operator-2", "kube-system", labels=OPERATOR, unscheduled_message=message)


def test_notes_failed_pods_of_a_complete_deployment() -> None:
    finding = only(judge(failed(), failed("b"), deployments=(workload("coredns", 2, 2),)))
    assert finding.kind is Kind.NOTE
    assert finding.title == "2 failed pods are leftovers of kube-system/coredns, which is complete"
    [evidence] = finding.evidence
    assert (evidence.asked, evidence.value, evidence.count) == ("kubernetes/api/v1/pods", "Failed", 2)


def test_ignores_failed_pods_of_a_deployment_that_misses_replicas() -> None:
    assert judge(failed(), deployments=(workload("coredns", 2, 1),)) == []


def test_notes_the_spare_operator_replica() -> None:
    finding = only(judge(items=(spare(),), deployments=(workload("cilium-operator", 2, 1),)))
    assert finding.subjects == (Subject("Pod", "cilium-operator-2", "kube-system"),)


def test_ignores_a_replica_while_the_lease_has_lapsed() -> None:
    operator = (workload("cilium-operator", 2, 1),)
    assert judge(items=(spare(),), deployments=operator, renewed=ago(hours=1)) == []


def test_ignores_a_replica_that_waits_for_something_else() -> None:
    operator = (workload("cilium-operator", 2, 1),)
    assert judge(items=(spare("0/1 nodes are available: 1 Insufficient cpu."),), deployments=operator) == []


def test_ignores_a_replica_while_none_is_ready() -> None:
    assert judge(items=(spare(),), deployments=(workload("cilium-operator", 2, 0),)) == []


def test_notes_a_parked_aws_node_and_not_a_running_one() -> None:
    assert "parked" in only(judge(daemonsets=(workload("aws-node", 0, 0),))).title
    assert judge(daemonsets=(workload("aws-node", 3, 3),)) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(leftovers).verdict is Verdict.NOT_CHECKED
