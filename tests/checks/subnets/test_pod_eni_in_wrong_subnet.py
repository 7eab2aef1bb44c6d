from checks.model import Confidence, Finding, Undecided
from checks.parts.cilium_nodes import AttachedEni
from checks.run import Verdict
from checks.subnets.pod_eni_in_wrong_subnet import pod_eni_in_wrong_subnet as wrong
from tests.checks.hand import cilium_node, cilium_nodes, config, eni, node, nodes, on_nothing, only, version
from tests.checks.subnets.hand_subnets import tables

SECOND = eni(1, lone=5, subnet_id="subnet-b")


def judge(own: str = "nat-1", pods: str = "igw-1", second: AttachedEni = SECOND) -> list[Finding | Undecided]:
    return wrong(
        config("eni"),
        nodes(node("n1")),
        cilium_nodes(cilium_node("n1", eni(0, lone=5), second)),
        tables(subnet_a=own, subnet_b=pods),
        version("1.12.4"),
    )


def test_names_interfaces_behind_an_internet_gateway() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.LIKELY
    assert finding.inferred
    assert [(s.kind, s.name) for s in finding.subjects] == [("Subnet", "subnet-b"), ("Node", "n1")]


def test_shows_both_ways_out() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("0.0.0.0/0 of the nodes' subnets", "nat-1") in shown
    assert ("0.0.0.0/0 of subnet-b", "igw-1") in shown


def test_ignores_dedicated_pod_subnets_with_a_nat_of_their_own() -> None:
    assert judge(pods="nat-2") == []


def test_ignores_pod_subnets_that_are_sealed() -> None:
    assert judge(pods="") == []


def test_ignores_nodes_that_are_public_themselves() -> None:
    assert judge(own="igw-1") == []


def test_ignores_an_interface_without_pod_addresses() -> None:
    assert judge(second=eni(1, subnet_id="subnet-b")) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(wrong).verdict is Verdict.NOT_CHECKED
