from dataclasses import replace

from checks.agents.agent_not_ready_taint_left import agent_not_ready_taint_left as left
from checks.model import Finding, Undecided
from checks.parts.derived import SchedulerReason, UnscheduledPod
from checks.parts.nodes import Taint
from checks.parts.pods import Pods
from checks.parts.workloads import Deployments
from checks.run import Verdict
from tests.checks.hand import (
    META,
    ago,
    config,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    pod,
    waiting,
    workload,
)
from tests.checks.scheduling.waits import fleet, loads, waits

KEY = "node.cilium.io/agent-not-ready"


def judge(
    *, key: str = KEY, ready: bool = True, since_s: float = 600, operator: int = 1, own_key: str = ""
) -> list[Finding | Undecided]:
    agent = pod(
        "cilium-1", "kube-system", node="n1", labels=(("k8s-app", "cilium"),), ready=ready,
        ready_since=ago(seconds=since_s),
    )  # fmt: skip
    text = "node(s) had untolerated taint {node.cilium.io/agent-not-ready: true}"
    lost = UnscheduledPod(pod=pod("api-1"), reasons=(SchedulerReason(1, text),))
    settings = {"agent_not_ready_taint_key": own_key} if own_key else {}
    return left(
        META,
        nodes(node("n1", taints=(Taint(key=key, effect="NoExecute"),))),
        Pods(items=(agent,)),
        config("cluster-pool", **settings),
        Deployments(items=(workload("cilium-operator", 1, operator),)),
        waiting(unscheduled=(lost,)),
    )


def test_names_a_ready_node_that_keeps_the_taint() -> None:
    finding = only(judge())
    assert [s.name for s in finding.subjects] == ["n1"]
    assert {s.name for s in explained(finding, "pods-not-scheduled") or ()} == {"api-1"}
    assert finding.follows_from == ()


def test_explains_pods_that_only_the_tainted_node_would_take() -> None:
    message = (
        "0/3 nodes are available: 1 node(s) had untolerated taint {node.cilium.io/agent-not-ready: true}, "
        "2 node(s) didn't match Pod's node affinity/selector."
    )
    [lost] = waits(message, node_selector=(("pool", "burst"),))
    assert {s.name for s in explained(only(behind_taint(lost, pool="burst")), "pods-not-scheduled") or ()}
    assert not explained(only(behind_taint(lost, pool="other")), "pods-not-scheduled")


def behind_taint(lost: UnscheduledPod, *, pool: str) -> list[Finding | Undecided]:
    agent = pod(
        "cilium-1", "kube-system", node="n0", labels=(("k8s-app", "cilium"),), ready=True,
        ready_since=ago(seconds=600),
    )  # fmt: skip
    [tainted] = fleet(1, taints=(Taint(key=KEY, effect="NoExecute"),), labels={"pool": pool})
    return left(
        META,
        nodes(tainted),
        replace(loads(1, pods=5), items=(agent,)),
        config("cluster-pool"),
        Deployments(items=(workload("cilium-operator", 1, 1),)),
        waiting(unscheduled=(lost,)),
    )


def test_follows_from_an_operator_that_is_down() -> None:
    finding = only(judge(operator=0))
    assert [claim.symptom for claim in finding.follows_from] == ["operator-not-ready"]
    assert ("cilium-operator: status.readyReplicas", "0") in {(e.field, e.value) for e in finding.evidence}


def test_shows_the_taint() -> None:
    assert ("spec.taints[].key", KEY) in {(e.field, e.value) for e in only(judge()).evidence}


def test_ignores_the_taint_while_the_agent_is_not_ready_or_just_became_so() -> None:
    assert judge(ready=False) == []
    assert judge(since_s=60) == []


def test_ignores_taints_of_others_and_knows_a_key_of_ones_own() -> None:
    assert judge(key="dedicated") == []
    assert only(judge(key="startup/cilium", own_key="startup/cilium"))


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(left).verdict is Verdict.NOT_CHECKED
