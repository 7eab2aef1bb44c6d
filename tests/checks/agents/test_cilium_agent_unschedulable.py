from typing import Any

from checks.agents.cilium_agent_unschedulable import cilium_agent_unschedulable as unschedulable
from checks.model import Confidence, Finding, Undecided
from checks.parts.nodes import Taint, Toleration
from checks.parts.pods import Pod, Pods
from checks.parts.workloads import DaemonSets
from checks.run import Verdict
from tests.checks.hand import (
    META,
    ago,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    pod,
    stuck,
    waiting,
    workload,
)

GPU = Taint(key="nvidia.com/gpu", value="true", effect="NoSchedule")
AGENT = (("k8s-app", "cilium"),)


def judge(
    *items: Pod,
    taints: tuple[Taint, ...] = (GPU,),
    tolerations: tuple[Toleration, ...] = (),
    ready: bool = False,
    selector: tuple[tuple[str, str], ...] = (),
    **more: Any,
) -> list[Finding | Undecided]:
    agents = workload("cilium", 1, 1, tolerations=tolerations, node_selector=selector)
    return unschedulable(
        META,
        DaemonSets(items=(agents,)),
        nodes(node("n1", taints=taints, ready=ready, **more)),
        Pods(items=items),
        waiting(*stuck(1, "n1")),
        None,
    )


def test_names_the_taint_that_the_agent_does_not_tolerate() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.CERTAIN
    assert "nvidia.com/gpu" in finding.title
    assert {s.name for s in explained(finding, "nodes-not-ready") or ()} == {"n1"}
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == {"n1-stuck-0"}


def test_shows_what_keeps_it_away() -> None:
    shown = {(e.field, e.value) for e in only(judge(selector=(("pool", "a"),), taints=())).evidence}
    assert ("n1: spec", "nodeSelector pool=a does not match") in shown


def test_names_agents_that_wait_for_their_image() -> None:
    waits = {"ready": False, "created": ago(seconds=600), "waiting_reasons": ("ImagePullBackOff",)}
    finding = only(judge(pod("cilium-1", "kube-system", labels=AGENT, node="n1", **waits), taints=()))
    assert "image" in finding.title
    assert {s.name for s in explained(finding, "agents-not-ready") or ()} == {"n1"}
    fresh = waits | {"created": ago(seconds=30)}
    assert judge(pod("cilium-1", "kube-system", labels=AGENT, node="n1", **fresh), taints=()) == []


def test_names_agent_pods_that_no_node_takes() -> None:
    text = "0/1 nodes are available: 1 Insufficient cpu."
    lost = pod("cilium-x", "kube-system", labels=AGENT, unscheduled_message=text)
    finding = only(judge(lost, taints=()))
    assert finding.confidence is Confidence.LIKELY
    assert ("cilium-x: PodScheduled", text) in {(e.field, e.value) for e in finding.evidence}


def test_ignores_taints_that_are_tolerated() -> None:
    assert judge(tolerations=(Toleration(operator="Exists"),)) == []
    assert judge(taints=(Taint(key="node.kubernetes.io/not-ready", effect="NoSchedule"),)) == []
    assert judge(taints=(Taint(key="a", effect="PreferNoSchedule"),)) == []


def test_ignores_a_node_with_an_agent_and_one_that_is_ready_without() -> None:
    assert judge(pod("cilium-1", "kube-system", node="n1", labels=AGENT)) == []
    assert judge(ready=True) == []


def test_ignores_young_nodes_and_those_that_are_not_ciliums() -> None:
    assert judge(created=ago(seconds=60)) == []
    assert judge(labels={"eks.amazonaws.com/compute-type": "fargate"}) == []
    assert judge(os="windows") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(unschedulable).verdict is Verdict.NOT_CHECKED


def test_is_not_checked_where_the_daemonset_was_not_found() -> None:
    told = unschedulable(META, DaemonSets(), nodes(), Pods(), None, None)
    assert [item.why for item in told if isinstance(item, Undecided)] == [
        "not found: no DaemonSet cilium in namespace kube-system"
    ]


def test_keeps_the_running_chart() -> None:
    command = only(judge()).actions[1].command or ""
    assert '--version "${VERSION:?}" --reuse-values --set-json' in command
