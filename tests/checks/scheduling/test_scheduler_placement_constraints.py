from typing import Any

import pytest

from checks.model import Confidence, Finding, Subject, Undecided
from checks.parts.derived import UnscheduledPod
from checks.parts.nodes import Taint, Toleration
from checks.run import Verdict
from checks.scheduling.scheduler_placement_constraints import scheduler_placement_constraints as placement
from tests.checks.hand import config, explained, nodes, on_nothing, only, waiting
from tests.checks.scheduling.waits import ASKED, FIELD, fleet, loads, waits

TAINTED = "0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: batch}."
UNNAMED = "0/3 nodes are available: 3 node(s) had untolerated taint(s)."
AGENT = Taint(key="node.cilium.io/agent-not-ready", value="true", effect="NoExecute")


def judge(
    *waiting_pods: UnscheduledPod, key: str = "node.cilium.io/agent-not-ready", **node_fields: Any
) -> list[Finding | Undecided]:
    return placement(
        nodes=nodes(*fleet(3, **node_fields)),
        pods=loads(3),
        waiting=waiting(unscheduled=waiting_pods),
        cilium=config(agent_not_ready_taint_key=key),
    )


@pytest.mark.parametrize(
    "message",
    [
        TAINTED,
        "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
        "0/3 nodes are available: 1 Too many pods, 2 node(s) didn't match pod topology spread constraints.",
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had volume node affinity conflict.",
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
        'persistentvolumeclaim "data" not found',
        "0/3 nodes are available: 3 node(s) were unschedulable.",
    ],
)
def test_finds_a_demand_that_most_nodes_do_not_meet(message: str) -> None:
    finding = only(judge(*waits(message, 2)))
    assert finding.confidence is Confidence.CERTAIN
    assert explained(finding, "pods-not-scheduled") == {
        Subject("Pod", "api-0", "shop"),
        Subject("Pod", "api-1", "shop"),
    }


def test_ignores_a_demand_that_a_node_without_its_agent_would_meet() -> None:
    message = (
        "0/3 nodes are available: 1 node(s) had untolerated taint {node.cilium.io/agent-not-ready: true}, "
        "2 node(s) didn't match Pod's node affinity/selector."
    )
    wanted = waits(message, node_selector=(("pool", "burst"),))
    for pool, told in (("burst", False), ("other", True)):
        [tainted] = fleet(1, taints=(AGENT,), labels={"pool": pool})
        rest = fleet(3)[1:]
        found = placement(
            nodes=nodes(tainted, *rest),
            pods=loads(3, pods=5),
            waiting=waiting(unscheduled=wanted),
            cilium=config(agent_not_ready_taint_key=AGENT.key),
        )
        assert bool(found) is told


@pytest.mark.parametrize(
    "message",
    [
        "0/3 nodes are available: 3 Too many pods.",
        "0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: batch}, 2 Insufficient cpu.",
        "0/3 nodes are available: 3 node(s) had untolerated taint {node.cilium.io/agent-not-ready: true}.",
        "0/3 nodes are available: 3 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.",
        "",
    ],
)
def test_ignores_what_the_pod_does_not_demand(message: str) -> None:
    assert judge(*waits(message)) == []


def test_leaves_a_tie_to_the_limit_of_the_nodes_that_the_pod_may_use() -> None:
    message = "0/2 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint {dedicated: batch}."
    assert judge(*waits(message)) == []


def test_ignores_the_configured_taint_of_nodes_without_an_agent() -> None:
    key = "ignore-taint.cluster-autoscaler.kubernetes.io/cilium"
    message = f"0/3 nodes are available: 3 node(s) had untolerated taint {{{key}: true}}."
    assert judge(*waits(message), key=key) == []
    assert judge(*waits(message)) != []


def test_looks_up_the_taint_that_the_scheduler_does_not_name() -> None:
    assert judge(*waits(UNNAMED), taints=(AGENT,)) == []
    assert judge(*waits(UNNAMED), taints=(AGENT, Taint(key="dedicated", effect="NoSchedule"))) != []


def test_leaves_out_taints_that_the_pod_tolerates() -> None:
    tolerant = waits(UNNAMED, tolerations=(Toleration(key="dedicated", operator="Exists"),))
    assert judge(*tolerant, taints=(AGENT, Taint(key="dedicated", effect="NoSchedule"))) == []


def test_does_not_take_a_daemonset_pods_own_node_for_a_constraint() -> None:
    message = (
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector."
    )
    assert judge(*waits(message, owner_kind="DaemonSet")) == []


def test_shows_what_it_read_and_where() -> None:
    [evidence] = only(judge(*waits(TAINTED, 4))).evidence
    assert (evidence.asked, evidence.field, evidence.value, evidence.count) == (ASKED, FIELD, TAINTED, 4)


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(placement).verdict is Verdict.NOT_CHECKED
