from checks.model import Finding, Kind, Severity, Subject, Undecided
from checks.node_capacity.primary_address_accounting import primary_address_accounting as accounting
from checks.parts.cilium_nodes import AttachedEni, EniSpec
from checks.parts.derived import NodeAccount
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


def judge(
    *enis: AttachedEni, primary: bool = True, here: NodeAccount | None = None
) -> list[Finding | Undecided]:
    return accounting(
        cilium_nodes=cilium_nodes(cilium_node("n1", *enis, spec=EniSpec(use_primary_address=primary))),
        accounts=accounts(here) if here else None,
        waiting=waiting(*stuck(2, "n1")) if here else None,
    )


def test_warns_of_a_further_interface_whose_primary_address_is_not_used() -> None:
    found = only(judge(eni(0, lone=2), eni(1, lone=2)))
    assert (found.kind, found.severity) == (Kind.RISK, Severity.LOW)
    assert found.subjects == (Subject("Node", "n1"),)


def test_is_the_cause_where_pods_wait_for_no_more_than_those() -> None:
    short = account("n1", capacity=6, attached=4, used=4, pods=8, host_network=4, own=2)
    found = only(judge(eni(0, lone=2), eni(1, lone=2), here=short))
    assert (found.kind, found.severity) == (Kind.CAUSE, Severity.MEDIUM)
    assert {s.name for s in explained(found, "pods-without-ip") or ()} == {"n1-stuck-0", "n1-stuck-1"}


def test_stays_a_warning_where_a_node_could_still_grow() -> None:
    growing = account("n1", capacity=30, attached=4, used=4, pods=8, host_network=4, own=2)
    assert only(judge(eni(0, lone=2), eni(1, lone=2), here=growing)).kind is Kind.RISK


def test_stays_a_warning_where_nothing_is_missing_or_addresses_are_left() -> None:
    whole = account("n1", capacity=4, attached=4, used=4, pods=8, host_network=4, own=2)
    roomy = account("n1", capacity=6, attached=4, used=2, pods=5, host_network=4, own=2)
    for here in (whole, roomy):
        assert only(judge(eni(0, lone=2), eni(1, lone=2), here=here)).kind is Kind.RISK


def test_stays_a_warning_where_the_nodes_account_was_not_read() -> None:
    unread = account("n1", capacity=None, attached=4, used=4, pods=8, host_network=4, own=2)
    assert only(judge(eni(0, lone=2), eni(1, lone=2), here=unread)).kind is Kind.RISK


def test_ignores_the_nodes_own_interface() -> None:
    assert judge(eni(0, lone=2)) == []


def test_ignores_interfaces_that_use_it() -> None:
    assert judge(eni(1, addresses=("10.40.11.10", "10.40.11.20"))) == []


def test_ignores_nodes_that_do_not_ask_for_it() -> None:
    assert judge(eni(1, lone=2), primary=False) == []
    assert result(accounting, crowded(60)).verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [(e.field, e.value) for e in only(judge(eni(1, lone=2))).evidence] == [
        ("spec.eni.use-primary-address", "true"),
        ("eni-1: ip, not in addresses", "10.40.11.10"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(accounting).verdict is Verdict.NOT_CHECKED
