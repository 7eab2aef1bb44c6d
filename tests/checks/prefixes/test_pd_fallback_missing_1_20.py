from checks.model import Confidence, Finding, Undecided
from checks.parts.cilium_nodes import AttachedEni
from checks.parts.vpc import Interface, Interfaces, Reservations, Subnet, Subnets
from checks.prefixes.pd_fallback_missing_1_20 import pd_fallback_missing_1_20 as no_fallback
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
    version,
    waiting,
)

SCATTERED = tuple(f"10.40.1.{block * 16 + 5}" for block in range(16))


def judge(
    running: str = "1.20.1",
    *,
    mine: AttachedEni | None = None,
    ips: tuple[str, ...] = SCATTERED,
    free: int = 200,
) -> list[Finding | Undecided]:
    return no_fallback(
        config("eni", aws_enable_prefix_delegation="true"),
        nodes(node("n1")),
        cilium_nodes(cilium_node("n1", mine or eni(0))),
        Subnets(
            by_id={
                "subnet-a": Subnet(
                    id="subnet-a", vpc_id="vpc-1", zone="eu-west-1a", cidr="10.40.1.0/24", free=free
                )
            }
        ),
        Interfaces(items=(Interface(id="eni-x", subnet_id="subnet-a", ips=ips),)),
        version(running),
        Reservations(),
        TYPES,
        accounts(account("n1", attached=0, used=0)),
        waiting(*stuck(2, "n1")),
    )


def test_names_the_node_that_gets_nothing() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.CERTAIN
    assert {s.name for s in explained(finding, "nodes-not-ready") or ()} == {"n1"}
    assert finding.leads_to == ("prefix-fragmentation-insufficient-cidr-blocks",)


def test_shows_release_and_subnet() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("image", "1.20.1") in shown
    assert ("subnet-a: AvailableIpAddressCount", "200") in shown


def test_ignores_the_release_that_falls_back_again() -> None:
    assert judge("1.20.2") == []


def test_ignores_a_node_that_holds_addresses() -> None:
    assert judge(mine=eni(0, lone=3)) == []


def test_ignores_subnets_with_blocks_or_without_any_address() -> None:
    assert judge(ips=SCATTERED[:5]) == []
    assert judge(free=0) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(no_fallback).verdict is Verdict.NOT_CHECKED
