from typing import Any

from checks.model import Finding, Subject, Undecided
from checks.node_capacity.scheduler_ip_blind_skew import scheduler_ip_blind_skew as skew
from checks.run import Verdict
from tests.checks.hand import (
    TYPES,
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
    waiting,
)
from tests.checks.node_capacity.scene import crowded, result


def judge(
    free: int = 20, other: dict[str, Any] | None = None, **stuck_fields: Any
) -> list[Finding | Undecided]:
    return skew(
        nodes=nodes(node("n1"), node("n2", **(other or {}))),
        accounts=accounts(account("n1", capacity=27, used=27), account("n2", capacity=27, used=27 - free)),
        waiting=waiting(*stuck(2, on="n1", **stuck_fields)),
        cilium=config("eni"),
        cilium_nodes=cilium_nodes(),
        instance_types=TYPES,
    )


def test_finds_pods_on_a_full_node_while_others_have_room() -> None:
    finding = only(judge())
    assert finding.subjects == (Subject("Node", "n1"),)
    assert len(explained(finding, "pods-without-ip") or ()) == 2


def test_ignores_a_cluster_that_is_full_everywhere() -> None:
    assert judge(free=1) == []


def test_does_not_count_nodes_that_take_no_pods() -> None:
    assert judge(other={"unschedulable": True}) == []
    assert judge(other={"ready": False}) == []


def test_ignores_daemonset_pods_that_cannot_move() -> None:
    assert judge(owner_kind="DaemonSet") == []


def test_is_silent_while_nobody_waits() -> None:
    assert result(skew, crowded(40)).verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [e.value for e in only(judge()).evidence] == ["27/27", "20"]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(skew).verdict is Verdict.NOT_CHECKED


def test_is_not_checked_where_pods_wait_on_a_node_of_unknown_limits() -> None:
    told = result(skew, crowded(100), "aws/ec2/describe-instance-types")
    assert told.verdict is Verdict.NOT_CHECKED
    assert "DescribeInstanceTypes" in told.reason
