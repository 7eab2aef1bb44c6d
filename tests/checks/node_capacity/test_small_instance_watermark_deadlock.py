from typing import Any

from checks.model import Confidence, Finding, Subject, Undecided
from checks.node_capacity.small_instance_watermark_deadlock import (
    small_instance_watermark_deadlock as deadlock,
)
from checks.run import Verdict
from tests.checks.hand import (
    TYPES,
    account,
    accounts,
    cilium_node,
    cilium_nodes,
    config,
    eni,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    stuck,
    undecided,
    version,
    waiting,
)
from tests.checks.node_capacity.scene import crowded, result


def judge(
    attached: int = 6, capacity: int | None = 6, running: str = "1.16.5", **spec: Any
) -> list[Finding | Undecided]:
    return deadlock(
        cilium=config("eni"),
        cilium_nodes=cilium_nodes(cilium_node("n1", eni(lone=attached), **({"pre_allocate": 8} | spec))),
        accounts=accounts(account("n1", capacity=capacity, attached=attached, instance_type="t3.small")),
        nodes=nodes(node("n1")),
        version=version(running),
        waiting=waiting(*stuck(1)),
        instance_types=TYPES,
    )


def test_finds_a_watermark_above_what_the_node_can_hold() -> None:
    found = only(judge())
    assert found.confidence is Confidence.CERTAIN
    assert explained(found, "agents-not-ready") == {Subject("Node", "n1")}
    assert explained(found, "pods-without-ip") == {Subject("Pod", "n1-stuck-0", "shop")}
    assert found.drop_if_harmless


def test_looks_at_min_allocate_too() -> None:
    assert judge(pre_allocate=2, min_allocate=10)
    assert judge(pre_allocate=2) == []


def test_blames_the_operator_and_not_the_watermark_while_nothing_more_is_attached() -> None:
    assert judge(attached=0) == []
    assert judge(attached=4) == []


def test_ignores_nodes_that_can_hold_the_watermark() -> None:
    assert judge(attached=9, capacity=9) == []


def test_proves_nothing_without_the_types_limits() -> None:
    assert undecided(judge(capacity=None)) == "the limits of the type of 1 node were not read"


def test_names_the_value_where_the_chart_has_it() -> None:
    assert "ipamPreAllocate=2" in (only(judge(running="1.19.1")).actions[1].command or "")
    assert only(judge()).actions[1].command is None


def test_is_silent_on_ordinary_nodes() -> None:
    assert result(deadlock, crowded(40)).verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [e.value for e in only(judge()).evidence] == ["8", "None", "6", "6"]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(deadlock).verdict is Verdict.NOT_CHECKED
