from typing import Any

from checks.consistency.multipool_agent_view_behind import multipool_agent_view_behind as behind
from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.parts.cilium_nodes import PoolAllocation
from checks.run import Verdict, run
from checks.snapshot import Snapshot
from tests.checks.hand import (
    META,
    account,
    accounts,
    cilium_node,
    cilium_nodes,
    config,
    eni,
    explained,
    on_nothing,
    only,
    stuck,
    version,
    waiting,
)
from tests.checks.node_capacity.scene import crowded, result

NINE = tuple(f"10.40.3.{16 * i}/28" for i in range(9))


def judge(
    owned: tuple[str, ...], *, waits: int = 2, used: int | None = 94, known: str = "n1", **member: Any
) -> list[Finding | Undecided]:
    allocated = (PoolAllocation(pool="default", cidrs=owned, first=True, last=True),)
    return behind(
        cilium=config("eni"),
        version=version("1.20.0"),
        cilium_nodes=cilium_nodes(cilium_node("n1", eni(prefixes=NINE), allocated=allocated, **member)),
        waiting=waiting(*stuck(waits)),
        accounts=accounts(account(known, used=used)),
    )


def test_finds_blocks_that_are_attached_and_not_owned() -> None:
    finding = only(judge(NINE[:6]))
    assert (finding.kind, finding.severity, finding.confidence) == (
        Kind.CAUSE,
        Severity.HIGH,
        Confidence.CERTAIN,
    )
    assert finding.subjects == (Subject("Node", "n1"),)
    assert "48 addresses" in finding.title
    assert "hold 144 addresses and its agent lists 96" in finding.because
    assert explained(finding, "pods-without-ip") == {
        Subject("Pod", "n1-stuck-0", "shop"),
        Subject("Pod", "n1-stuck-1", "shop"),
    }


def test_is_likely_while_the_agent_has_addresses_left() -> None:
    assert only(judge(NINE[:6], used=60)).confidence is Confidence.LIKELY


def test_is_likely_where_what_is_in_use_is_not_known() -> None:
    assert only(judge(NINE[:6], used=None)).confidence is Confidence.LIKELY
    assert only(judge(NINE[:6], known="other")).confidence is Confidence.LIKELY


def test_ignores_a_complete_list() -> None:
    assert judge(NINE) == []
    assert judge(("10.40.3.0/24",)) == []


def test_counts_blocks_of_the_default_pool_alone() -> None:
    elsewhere = PoolAllocation(pool="batch", cidrs=NINE)
    found = behind(
        cilium=config("eni"),
        version=version("1.20.0"),
        cilium_nodes=cilium_nodes(cilium_node("n1", eni(prefixes=NINE), allocated=(elsewhere,))),
        waiting=waiting(*stuck(2)),
        accounts=accounts(account("n1")),
    )
    assert "agent lists 0" in only(found).because


def test_ignores_a_list_that_is_just_behind_while_nobody_waits() -> None:
    assert judge(NINE[:6], waits=0) == []


def test_ignores_nodes_of_a_1_19_agent_during_an_upgrade() -> None:
    allocated: tuple[PoolAllocation, ...] = ()
    found = behind(
        cilium=config("eni"),
        version=version("1.20.0"),
        cilium_nodes=cilium_nodes(cilium_node("n1", eni(prefixes=NINE), allocated=allocated, used=94)),
        waiting=waiting(*stuck(2)),
        accounts=accounts(),
    )
    assert found == []


def test_does_not_apply_before_1_20() -> None:
    [found] = run([behind], Snapshot(meta=META, cilium=config("eni"), version=version("1.19.4")))
    assert found.verdict is Verdict.NOT_APPLICABLE


def test_is_silent_on_a_node_that_is_simply_full() -> None:
    assert result(behind, crowded(100, cilium="1.20.0")).verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    first, second = only(judge(NINE[:6])).evidence
    assert (first.asked, first.value) == ("kubernetes/apis/cilium.io/v2/ciliumnodes", "144")
    assert second.value == "10.40.3.96/28 10.40.3.112/28 10.40.3.128/28"


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(behind).verdict is Verdict.NOT_CHECKED
