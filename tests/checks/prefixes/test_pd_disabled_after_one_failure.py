from checks.model import Confidence, Finding, Undecided
from checks.parts.cilium_nodes import AttachedEni, EniSpec
from checks.parts.vpc import Interface, Interfaces, Reservations, Subnet, Subnets
from checks.prefixes.pd_disabled_after_one_failure import pd_disabled_after_one_failure as gave_up
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
    *,
    selected: tuple[str, ...] = ("subnet-a", "subnet-b"),
    zone_b: str = "eu-west-1a",
    mine: AttachedEni | None = None,
    ips: tuple[str, ...] = SCATTERED,
    on: str = "true",
) -> list[Finding | Undecided]:
    spec = EniSpec(instance_type="m5.large", vpc_id="vpc-1", zone="eu-west-1a", subnet_ids=selected)
    known = (("subnet-a", "10.40.1.0/24", "eu-west-1a"), ("subnet-b", "10.40.2.0/24", zone_b))
    return gave_up(
        config("eni", aws_enable_prefix_delegation=on),
        nodes(node("n1")),
        cilium_nodes(cilium_node("n1", mine or eni(0, lone=9), spec=spec)),
        Subnets(by_id={n: Subnet(id=n, vpc_id="vpc-1", zone=z, cidr=c, free=200) for n, c, z in known}),
        Interfaces(items=(Interface(id="eni-x", subnet_id="subnet-a", ips=ips),)),
        version("1.18.10"),
        Reservations(),
        TYPES,
        accounts(account("n1", used=27)),
        waiting(*stuck(2, "n1")),
    )


def test_names_a_plain_node_beside_a_subnet_with_blocks() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.LIKELY
    assert "subnet-b" in finding.title
    assert len(explained(finding, "pods-without-ip") or ()) == 2


def test_shows_the_free_blocks_of_both_subnets() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("subnet-a: free aligned /28 blocks", "0") in shown
    assert ("subnet-b: free aligned /28 blocks", "14") in shown


def test_leaves_fragmentation_without_an_alternative_to_its_own_check() -> None:
    assert judge(selected=("subnet-a",)) == []
    assert judge(zone_b="eu-west-1b") == []


def test_ignores_a_node_that_holds_prefixes() -> None:
    assert judge(mine=eni(0, prefixes=("10.40.1.0/28",))) == []


def test_ignores_a_node_whose_own_subnet_has_blocks() -> None:
    assert judge(ips=SCATTERED[1:]) != []  # the first block is reserved anyway
    assert judge(ips=SCATTERED[:5]) == []


def test_ignores_nodes_without_a_selector_and_clusters_without_prefixes() -> None:
    assert judge(selected=()) == []
    assert judge(on="false") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(gave_up).verdict is Verdict.NOT_CHECKED
