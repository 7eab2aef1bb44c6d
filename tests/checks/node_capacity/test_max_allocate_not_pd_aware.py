from typing import Any

from checks.model import Finding, Kind, Severity, Undecided
from checks.node_capacity.max_allocate_not_pd_aware import max_allocate_not_pd_aware as unaware
from checks.run import Verdict
from tests.checks.hand import (
    account,
    accounts,
    cilium_node,
    cilium_nodes,
    eni,
    explained,
    on_nothing,
    only,
    stuck,
    waiting,
)
from tests.checks.node_capacity.scene import crowded, result

FOUR = tuple(f"10.40.3.{16 * i}/28" for i in range(4))


def judge(
    cap: int | None = 60, waits: int = 1, prefixes: tuple[str, ...] = FOUR, **figures: Any
) -> list[Finding | Undecided]:
    figures = {"capacity": 432, "attached": 64} | figures
    return unaware(
        cilium_nodes=cilium_nodes(cilium_node("n1", eni(prefixes=prefixes, lone=0), max_allocate=cap)),
        accounts=accounts(account("n1", **figures)),
        waiting=waiting(*stuck(waits)),
    )


def test_finds_a_node_that_the_cap_stops() -> None:
    found = only(judge())
    assert (found.kind, found.severity) == (Kind.CAUSE, Severity.MEDIUM)
    assert explained(found, "pods-without-ip")


def test_warns_of_an_odd_cap_while_nobody_waits() -> None:
    assert only(judge(waits=0)).kind is Kind.RISK
    assert judge(cap=64, waits=0) == []


def test_ignores_nodes_without_a_cap_or_without_prefixes() -> None:
    assert judge(cap=None) == []
    assert judge(prefixes=()) == []


def test_ignores_nodes_that_are_far_from_the_cap_or_full() -> None:
    assert judge(cap=320, attached=64) == []
    assert judge(cap=432, attached=432) == []


def test_is_silent_on_ordinary_nodes() -> None:
    assert result(unaware, crowded(100)).verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [e.value for e in only(judge()).evidence] == ["60", "64/432"]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(unaware).verdict is Verdict.NOT_CHECKED
