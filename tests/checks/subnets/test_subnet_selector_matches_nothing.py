import pytest

from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import OperatorLog
from checks.parts.cilium_nodes import CiliumNode
from checks.parts.vpc import Subnet
from checks.run import Verdict
from checks.subnets.subnet_selector_matches_nothing import subnet_selector_matches_nothing as nothing
from tests.checks.hand import cilium_nodes, explained, node, nodes, on_nothing, only
from tests.checks.subnets.hand_subnets import BARE_NODE_WAITS, TAG, selecting, subnet, subnets


def judge(*known: Subnet, mine: CiliumNode | None = None, log: str = "") -> list[Finding | Undecided]:
    full = selecting("n2", lone=27, subnet_ids=("subnet-a",))
    return nothing(
        nodes(node("n1"), node("n2")),
        cilium_nodes(mine or selecting("n1"), full),
        subnets(*(known or (subnet("subnet-a"), subnet("subnet-b", tags=(("pods", "true"),))))),
        *BARE_NODE_WAITS,
        OperatorLog(lines=(log,) if log else ()),
    )


def test_names_a_tag_that_no_subnet_has_with_that_value() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.CERTAIN
    assert [s.name for s in finding.subjects] == ["n1"]
    assert {s.name for s in explained(finding, "nodes-not-ready") or ()} == {"n1"}
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == {"n1-stuck-0", "n1-stuck-1"}


def test_names_an_id_that_does_not_exist() -> None:
    assert "subnet-gone" in only(judge(mine=selecting("n1", subnet_ids=("subnet-gone",)))).title


def test_shows_the_selector_and_what_the_operator_said() -> None:
    line = "No matching subnet available for interface creation (VPC=vpc-1)"
    shown = {(e.field, e.value) for e in only(judge(log=line)).evidence}
    assert ("spec.eni.subnet-ids / subnet-tags", "pods=yes") in shown
    assert ("line", line) in shown


def test_ignores_a_selector_that_matches_in_any_zone() -> None:
    assert judge(subnet("subnet-a"), subnet("subnet-b", "eu-west-1b", tags=TAG)) == []


def test_needs_every_tag_of_the_selector() -> None:
    both = selecting("n1", subnet_tags=(*TAG, ("team", "a")))
    assert only(judge(subnet("subnet-a"), subnet("subnet-b", tags=TAG), mine=both))


def test_ignores_nodes_without_a_selector() -> None:
    assert judge(mine=selecting("n1", subnet_tags=())) == []


def test_does_not_judge_by_the_subnets_of_another_vpc() -> None:
    with pytest.raises(Undecided, match="another VPC"):
        judge(subnet("subnet-x", vpc="vpc-2"))


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(nothing).verdict is Verdict.NOT_CHECKED
