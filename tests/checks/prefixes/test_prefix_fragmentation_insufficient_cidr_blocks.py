from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import OperatorLog
from checks.parts.cilium_nodes import CiliumNode, EniSpec
from checks.parts.vpc import Interface, Interfaces, Reservations, Subnet, Subnets
from checks.prefixes.prefix_fragmentation_insufficient_cidr_blocks import (
    prefix_fragmentation_insufficient_cidr_blocks as fragmented,
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
    waiting,
)

SCATTERED = tuple(f"10.40.1.{block * 16 + 5}" for block in range(16))
PLAIN = cilium_node("n1", eni(0, lone=9), eni(1, lone=9), eni(2, lone=9))


def judge(
    ips: tuple[str, ...] = SCATTERED,
    free: int = 235,
    *,
    mine: CiliumNode = PLAIN,
    more: tuple[Subnet, ...] = (),
    explicit: tuple[str, ...] = (),
    reservations: bool = True,
    log: tuple[str, ...] = (),
    on: str = "true",
    used: int = 27,
) -> list[Finding | Undecided]:
    mine_subnet = Subnet(id="subnet-a", vpc_id="vpc-1", zone="eu-west-1a", cidr="10.40.1.0/24", free=free)
    return fragmented(
        config("eni", aws_enable_prefix_delegation=on),
        nodes(node("n1")),
        cilium_nodes(mine),
        Subnets(by_id={s.id: s for s in (mine_subnet, *more)}),
        Interfaces(items=(Interface(id="eni-x", subnet_id="subnet-a", ips=ips),)),
        Reservations(explicit={"subnet-a": explicit}, prefix={}) if reservations else None,
        TYPES,
        None,
        accounts(account("n1", used=used)),
        waiting(*stuck(4, "n1")),
        OperatorLog(lines=log),
    )


def test_names_the_subnet_with_free_addresses_and_no_block() -> None:
    finding = only(judge())
    assert finding.subjects[0].name == "subnet-a"
    assert finding.confidence is Confidence.CERTAIN
    waiters = explained(finding, "pods-without-ip")
    assert waiters is not None
    assert len(waiters) == 4


def test_shows_free_addresses_and_free_blocks() -> None:
    shown = {(e.asked, e.field, e.value) for e in only(judge(log=("x InsufficientCidrBlocks y",))).evidence}
    assert ("aws/ec2/describe-subnets", "subnet-a: AvailableIpAddressCount", "235") in shown
    assert ("aws/ec2/describe-network-interfaces", "subnet-a: free aligned /28 blocks", "0") in shown
    assert ("cilium/operator/log.txt", "line", "x InsufficientCidrBlocks y") in shown


def test_ignores_a_subnet_with_one_free_block() -> None:
    assert judge(SCATTERED[:7] + SCATTERED[8:]) == []


def test_counts_an_explicit_reservation_as_taken() -> None:
    assert only(judge(SCATTERED[:7] + SCATTERED[8:], explicit=("10.40.1.112/28",)))


def test_ignores_an_exhausted_subnet() -> None:
    assert judge(free=9) == []


def test_ignores_another_subnet_of_the_zone_that_nobody_selects() -> None:
    far = Subnet(id="subnet-b", vpc_id="vpc-1", zone="eu-west-1a", cidr="10.40.2.0/24", free=250)
    assert only(judge(more=(far,))).subjects[0].name == "subnet-a"


def test_ignores_a_zone_in_which_another_selected_subnet_has_blocks() -> None:
    spec = EniSpec(instance_type="m5.large", zone="eu-west-1a", subnet_ids=("subnet-a", "subnet-b"))
    other = Subnet(id="subnet-b", vpc_id="vpc-1", zone="eu-west-1a", cidr="10.40.2.0/24", free=250)
    assert judge(mine=cilium_node("n1", eni(lone=9), spec=spec), more=(other,)) == []


def test_ignores_fragmentation_while_prefixes_are_off() -> None:
    assert judge(on="false") == []


def test_explains_no_pod_of_a_node_with_room() -> None:
    assert explained(only(judge(used=12)), "pods-without-ip") == frozenset()


def test_is_only_likely_before_a_refusal_is_seen() -> None:
    finding = only(judge(mine=cilium_node("n1", eni(0, prefixes=("10.40.1.0/28",)))))
    assert finding.confidence is Confidence.LIKELY
    assert "InsufficientCidrBlocks" in finding.because


def test_does_not_take_unread_reservations_for_none() -> None:
    assert "reservations" in undecided(judge(SCATTERED[:7] + SCATTERED[8:], reservations=False))
    assert only(judge(reservations=False))  # none is none, with or without them


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(fragmented).verdict is Verdict.NOT_CHECKED
