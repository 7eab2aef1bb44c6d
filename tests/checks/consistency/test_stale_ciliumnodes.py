from typing import Any

from checks.consistency.stale_ciliumnodes import stale_ciliumnodes as stale
from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.parts.aws import Instance, Instances
from checks.parts.cilium_nodes import CiliumNode
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.hand import (
    META,
    ago,
    cilium_node,
    cilium_nodes,
    claims,
    config,
    explained,
    node,
    nodes,
    on_nothing,
    only,
)

RUNNING = Instances(by_id={"i-n0": Instance(id="i-n0"), "i-n1": Instance(id="i-n1")})
OLD = Subject("Node", "old")


def judge(
    *more: CiliumNode,
    instances: Instances | None = RUNNING,
    pool: str = "10.244.0.0/16",
    mode: str = "cluster-pool",
    **parts: Any,
) -> list[Finding | Undecided]:
    living = [cilium_node(f"n{i}", pod_cidrs=(f"10.244.{i}.0/24",), instance_id=f"i-n{i}") for i in range(2)]
    return stale(
        meta=META,
        cilium=config(mode, cluster_pool_ipv4_cidr=pool),
        cilium_nodes=cilium_nodes(*living, *more),
        nodes=parts.get("nodes", nodes(node("n0"), node("n1"), node("bare"))),
        instances=instances,
        waiting=None,
    )


def dead(name: str = "old", **more: Any) -> CiliumNode:
    return cilium_node(name, **({"pod_cidrs": ("10.244.7.0/24",), "instance_id": "i-old"} | more))


def test_finds_a_ciliumnode_without_a_node() -> None:
    found = only(judge(dead()))
    assert (found.kind, found.severity, found.confidence) == (
        Kind.CAUSE,
        Severity.MEDIUM,
        Confidence.CERTAIN,
    )
    assert found.subjects == (OLD,)
    assert explained(found, "nodes-unreachable") == {OLD}


def test_blames_it_for_a_node_that_was_replaced_under_its_own_name() -> None:
    again = cilium_node("bare", instance_id="i-old", pod_cidrs=())
    found = only(judge(again, mode="eni"))
    assert found.severity is Severity.HIGH
    assert explained(found, "agents-not-ready") == {Subject("Node", "bare")}
    assert explained(found, "nodes-not-ready") == {Subject("Node", "bare")}


def test_finds_what_the_pool_lacks_in_dead_nodes() -> None:
    full = [dead(f"old{i}", pod_cidrs=(f"10.244.{i}.0/24",), instance_id=f"i-o{i}") for i in (2, 3)]
    found = only(judge(*full, cilium_node("bare"), pool="10.244.0.0/22"))
    assert found.severity is Severity.HIGH
    for symptom in ("agents-not-ready", "nodes-not-ready"):
        assert explained(found, symptom) == {Subject("Node", "bare")}
    assert "pods-not-scheduled" in claims(found)


def test_a_pool_that_nothing_allocates_from_lacks_nothing() -> None:
    full = [dead(f"old{i}", pod_cidrs=(f"10.244.{i}.0/24",), instance_id=f"i-o{i}") for i in (2, 3)]
    found = only(judge(*full, cilium_node("bare"), pool="10.244.0.0/22", mode="kubernetes"))
    assert explained(found, "agents-not-ready") == frozenset()


def test_only_nodes_that_are_there_can_lack_a_block() -> None:
    full = [dead(f"old{i}", pod_cidrs=(f"10.244.{i}.0/24",), instance_id=f"i-o{i}") for i in (2, 3)]
    joining = cilium_node("joining", created=ago(minutes=1))
    assert only(judge(*full, joining, pool="10.244.0.0/22")).severity is Severity.MEDIUM


def test_counts_the_blocks_that_dead_nodes_hold() -> None:
    bare = dead("older", pod_cidrs=(), instance_id="i-older")
    assert "2 CiliumNodes of dead nodes remain, holding 1 block" in only(judge(dead(), bare)).title
    assert "holding" not in only(judge(bare)).title
    assert len(only(judge(bare)).evidence) == 1


def test_leaves_a_node_without_a_block_to_other_causes_while_the_pool_has_room() -> None:
    found = only(judge(dead(), cilium_node("bare")))
    assert explained(found, "agents-not-ready") == frozenset()
    assert "pods-not-scheduled" not in claims(found)


def test_finds_a_node_that_was_replaced_under_its_name() -> None:
    found = only(judge(dead("bare", instance_id="i-before")))
    assert found.subjects == (Subject("Node", "bare"),)


def test_a_machine_that_was_stopped_does_not_run() -> None:
    stopped = Instances(by_id={"i-old": Instance(id="i-old", state="stopped")})
    assert only(judge(dead(), instances=stopped)).subjects == (OLD,)


def test_is_certain_of_a_ciliumnode_that_names_no_instance() -> None:
    found = only(judge(dead(instance_id=None), instances=None))
    assert found.confidence is Confidence.CERTAIN


def test_ignores_young_ciliumnodes() -> None:
    assert judge(dead(created=ago(minutes=5))) == []


def test_ignores_a_machine_that_still_runs() -> None:
    alive = Instances(by_id={"i-old": Instance(id="i-old")})
    assert judge(dead(), instances=alive) == []


def test_is_likely_while_instances_were_not_read() -> None:
    found = only(judge(dead(), instances=None))
    assert found.confidence is Confidence.LIKELY
    assert "whether its instance runs was not read" in found.because


def test_is_silent_on_healthy_clusters() -> None:
    for mode in ("cluster-pool", "eni", "kubernetes", "multi-pool"):
        cluster = Cluster(mode=mode)
        cluster.nodes(3)
        [found] = run([stale], cluster.snapshot())
        assert found.verdict is Verdict.CLEAR, mode


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked.rsplit("/", 1)[-1], e.value) for e in only(judge(dead())).evidence] == [
        ("ciliumnodes", "old"),
        ("ciliumnodes", "10.244.7.0/24"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(stale).verdict is Verdict.NOT_CHECKED
