from checks.model import Finding, Undecided
from checks.parts.cilium_nodes import CiliumNode
from checks.parts.vpc import Subnet
from checks.run import Verdict
from checks.subnets.az_without_matching_subnet import az_without_matching_subnet as zoneless
from tests.checks.hand import cilium_nodes, explained, node, nodes, on_nothing, only
from tests.checks.subnets.hand_subnets import BARE_NODE_WAITS, TAG, selecting, subnet, subnets


def judge(*known: Subnet, mine: CiliumNode | None = None) -> list[Finding | Undecided]:
    return zoneless(
        nodes(node("n1")),
        cilium_nodes(mine or selecting("n1")),
        subnets(*known),
        *BARE_NODE_WAITS,
        None,
    )


ELSEWHERE = subnet("subnet-b", "eu-west-1b", tags=TAG)


def test_names_the_zone_in_which_the_selector_matches_nothing() -> None:
    finding = only(judge(subnet("subnet-a"), ELSEWHERE))
    assert "eu-west-1a" in finding.title
    assert {s.name for s in explained(finding, "agents-not-ready") or ()} == {"n1"}


def test_shows_both_zones() -> None:
    shown = {(e.field, e.value) for e in only(judge(subnet("subnet-a"), ELSEWHERE)).evidence}
    assert ("spec.eni.availability-zone", "eu-west-1a") in shown
    assert ("AvailabilityZone of the subnets that match", "eu-west-1b") in shown


def test_ignores_a_zone_with_a_matching_subnet() -> None:
    assert judge(subnet("subnet-a", tags=TAG), ELSEWHERE) == []


def test_leaves_a_selector_that_matches_nowhere_to_its_own_check() -> None:
    assert judge(subnet("subnet-a")) == []


def test_ignores_nodes_without_a_selector() -> None:
    assert judge(ELSEWHERE, mine=selecting("n1", subnet_tags=())) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(zoneless).verdict is Verdict.NOT_CHECKED
