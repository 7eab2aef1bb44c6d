from typing import Any

from checks.enis.os_manages_secondary_eni import os_manages_secondary_eni as manages
from checks.model import Confidence, Finding, Subject, Undecided
from checks.parts.agents import ClusterHealth, PeerHealth
from checks.parts.kubernetes import Events
from checks.parts.nodes import Node, Nodes
from checks.parts.vpc import Interface, Interfaces
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.enis.hand_enis import interface, interfaces
from tests.checks.enis.hand_events import MESSAGE, told
from tests.checks.hand import META, ago, explained, node, nodes, on_nothing, only, stuck, undecided, waiting

N1 = Subject("Node", "n1")
SECOND = interface("n1", 1, attached_at=ago(minutes=30))


def sick(minutes: float = 28) -> Node:
    return node("n1", ready=False, ready_since=ago(minutes=minutes), os_image="Ubuntu 22.04.5 LTS")


def judge(
    *held: Interface, ill: Node | None = None, well: Node | None = None, **parts: Any
) -> list[Finding | Undecided]:
    given: dict[str, Any] = {"waiting": waiting(), "events": None, "health": None}
    items = (interface("n1", 0), *(held or (SECOND,)), interface("n2", 0))
    return manages(
        meta=META,
        nodes=nodes(ill or node("n1"), well or node("n2")),
        interfaces=interfaces(*items),
        **(given | parts),
    )


def unreached(*names: str) -> ClusterHealth:
    peers = tuple(PeerHealth(name=name, host=True, endpoint=name not in names) for name in ("n1", "n2", "n3"))
    return ClusterHealth(by_observer={"n3": peers})


def test_suspects_a_node_that_failed_when_its_second_interface_came() -> None:
    found = only(judge(ill=sick()))
    assert found.confidence is Confidence.POSSIBLE
    assert "ip rule" in found.because
    assert explained(found, "nodes-not-ready") == {N1}


def test_suspects_nodes_with_more_interfaces_that_alone_are_not_reached() -> None:
    assert explained(only(judge(health=unreached("n1"))), "nodes-unreachable") == {N1}


def test_suspects_nodes_that_do_not_show_an_interface_for_minutes() -> None:
    pods = waiting(*stuck(1, message=MESSAGE))
    found = only(judge(waiting=pods, events=told("n1-stuck-0", minutes=9)))
    assert len(explained(found, "pods-without-ip") or ()) == 1
    assert judge(waiting=pods, events=told("n1-stuck-0", minutes=3)) == []


def test_asks_for_what_tells_that_the_kernel_misses_an_interface() -> None:
    assert undecided(judge(waiting=None)) == "waiting"
    assert undecided(judge(waiting=waiting(*stuck(1)))) == "events"


def test_ignores_a_node_that_failed_at_another_time() -> None:
    assert judge(ill=sick(minutes=5)) == []


def test_ignores_failures_that_nodes_with_one_interface_share() -> None:
    assert judge(health=unreached("n1", "n2")) == []
    assert judge(ill=sick(), well=node("n2", ready=False)) == []


def test_ignores_interfaces_of_another_subnet_or_group() -> None:
    for more in ({"subnet_id": "subnet-b"}, {"security_groups": ("sg-other",)}):
        assert judge(interface("n1", 1, **more), health=unreached("n1")) == []


def test_cannot_tell_where_no_node_has_one_interface() -> None:
    second = interface("n2", 1)
    assert judge(SECOND, second, ill=sick()) == []


def test_is_silent_on_healthy_clusters() -> None:
    cluster = Cluster(mode="eni")
    cluster.nodes(3)
    cluster.workload("shop/api", 40)
    [found] = run([manages], cluster.snapshot())
    assert found.verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked, e.value) for e in only(judge(ill=sick())).evidence] == [
        (Interfaces.ASKED, "2"),
        (Interfaces.ASKED, ago(minutes=30).isoformat()),
        (Nodes.ASKED, "Ubuntu 22.04.5 LTS"),
    ]
    pods = waiting(*stuck(1, message=MESSAGE))
    first = only(judge(waiting=pods, events=told("n1-stuck-0", minutes=9))).evidence[0]
    assert (first.asked, first.value) == (Events.ASKED, MESSAGE)


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(manages).verdict is Verdict.NOT_CHECKED
