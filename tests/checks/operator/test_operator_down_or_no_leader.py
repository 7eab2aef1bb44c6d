from datetime import datetime

import pytest

from checks.model import Confidence, Finding, Undecided
from checks.operator.operator_down_or_no_leader import operator_down_or_no_leader as down
from checks.parts.agents import OperatorLog
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, SchedulerReason, UnscheduledPod, Waiting
from checks.parts.kubernetes import Lease, Leases
from checks.parts.pods import Pod, Pods
from checks.parts.workloads import Deployments
from checks.run import Verdict
from tests.checks.hand import (
    META,
    account,
    accounts,
    ago,
    cilium_node,
    cilium_nodes,
    config,
    eni,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    pod,
    stuck,
    undecided,
    waiting,
    workload,
)
from tests.checks.operator.hand_operator import log

NAME = "cilium-operator-resource-lock"
LAPSED, LONG_AGO = ago(hours=1), ago(days=9)
OPERATOR = (("io.cilium/app", "operator"),)


def judge(
    ready: int = 0,
    renewed: datetime | None = LAPSED,
    *,
    leases: bool = True,
    mine: tuple[Pod, ...] = (),
    mode: str = "eni",
    wait: Waiting | None = None,
    figures: Accounts | None = None,
    held: CiliumNodes | None = None,
    created: datetime = LONG_AGO,
    deployed: bool = True,
    said: OperatorLog | None = None,
) -> list[Finding | Undecided]:
    lease = Lease(namespace="kube-system", name=NAME, holder="n1-x", renewed=renewed, duration_s=15)
    operator = workload("cilium-operator", desired=2, ready=ready, created=created)
    return down(
        META,
        Deployments(items=(operator,) if deployed else ()),
        Leases(items=(lease,)) if leases else None,
        Pods(items=mine),
        said,
        config(mode),
        nodes(node("n1")),
        held,
        figures,
        wait or waiting(),
    )


def test_names_an_operator_without_replica_and_leader() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.CERTAIN
    assert explained(finding, "operator-not-ready") is None


def test_keeps_the_schedulers_long_words_out_of_the_title() -> None:
    said = "0/5 nodes are available: 5 node(s) had untolerated taint {dedicated: apps}."
    waits = pod("cilium-operator-1", "kube-system", labels=OPERATOR, unscheduled_message=said)
    finding = only(judge(mine=(waits,)))
    assert finding.title == "no operator replica is ready: its pods wait for the scheduler"
    assert said in {e.value for e in finding.evidence}


def test_is_only_likely_while_it_is_not_known_what_ends_a_crashing_operator() -> None:
    crashing = (pod("cilium-operator-1", "kube-system", labels=OPERATOR, restarts=7),)
    blind = only(judge(mine=crashing))
    assert blind.confidence is Confidence.LIKELY
    assert "its log would tell" in blind.because
    assert only(judge(mine=crashing, said=log())).confidence is Confidence.CERTAIN


def test_names_ready_replicas_that_do_not_renew_the_lease() -> None:
    assert "none renews the lease" in only(judge(ready=2)).title


def test_shows_replicas_lease_and_the_reason() -> None:
    crashing = pod(
        "cilium-operator-1", "kube-system", labels=OPERATOR, node="n1", waiting_reasons=("ImagePullBackOff",)
    )
    shown = {(e.field, e.value) for e in only(judge(mine=(crashing,))).evidence}
    assert ("cilium-operator: status.readyReplicas", "0") in shown
    assert (f"{NAME}: spec.renewTime", ago(hours=1).isoformat()) in shown
    assert ("cilium-operator: status", "ImagePullBackOff") in shown


def test_ignores_a_leader_with_a_fresh_lease() -> None:
    assert judge(ready=1, renewed=ago(seconds=4)) == []


def test_ignores_an_operator_that_is_being_installed() -> None:
    assert judge(created=ago(seconds=60)) == []


def test_is_only_likely_while_the_lease_is_fresh() -> None:
    assert only(judge(renewed=ago(seconds=4))).confidence is Confidence.LIKELY


def test_explains_pods_whose_node_could_grow_and_not_those_of_a_full_one() -> None:
    found = only(
        judge(
            wait=waiting(*stuck(2, "n1"), *stuck(3, "n2")),
            figures=accounts(account("n1", attached=9, used=9), account("n2", attached=27, used=27)),
        )
    )
    assert {s.name for s in explained(found, "pods-without-ip") or ()} == {"n1-stuck-0", "n1-stuck-1"}


def test_explains_a_node_that_never_got_an_address() -> None:
    bare = only(judge(held=cilium_nodes(cilium_node("n1", eni(0)))))
    assert {s.name for s in explained(bare, "nodes-not-ready") or ()} == {"n1"}
    served = only(judge(held=cilium_nodes(cilium_node("n1", eni(0, lone=3)))))
    assert explained(served, "nodes-not-ready") == frozenset()


def test_explains_pods_that_the_agents_taint_keeps_out() -> None:
    def refused(name: str, *reasons: SchedulerReason) -> UnscheduledPod:
        return UnscheduledPod(pod=pod(name), reasons=reasons)

    taint = "node(s) had untolerated taint {node.cilium.io/agent-not-ready: true}"
    wait = waiting(
        unscheduled=(
            refused("a", SchedulerReason(3, taint)),
            refused("b", SchedulerReason(1, taint), SchedulerReason(9, "Too many pods")),
        )
    )
    assert {s.name for s in explained(only(judge(wait=wait)), "pods-not-scheduled") or ()} == {"a"}


def test_does_not_take_an_unread_lease_for_a_fresh_one() -> None:
    assert "lease was not read" in undecided(judge(ready=2, leases=False))


def test_does_not_take_a_missing_deployment_for_a_fault() -> None:
    with pytest.raises(Undecided, match="no Deployment cilium-operator"):
        judge(deployed=False)


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(down).verdict is Verdict.NOT_CHECKED
