from dataclasses import replace

from checks.model import Confidence, Finding, Undecided
from checks.parts.cilium_nodes import CiliumNode, EniSpec
from checks.prefixes.prefix_delegation_sticky_secondary_ips import (
    prefix_delegation_sticky_secondary_ips as sticky,
)
from checks.run import Verdict
from tests.checks.hand import (
    TYPES,
    account,
    accounts,
    ago,
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
    waiting,
)

OLD, YOUNG = node("n1", created=ago(days=30)), node("n2", created=ago(days=1))
PLAIN = cilium_node("n1", eni(0, lone=9), eni(1, lone=9), eni(2, lone=9))
BLOCKS = cilium_node("n2", eni(0, prefixes=("10.40.11.0/28",)))


def judge(
    old: CiliumNode = PLAIN,
    young: CiliumNode = BLOCKS,
    *,
    on: str = "true",
    swap: bool = False,
    full: bool = True,
) -> list[Finding | Undecided]:
    first, second = (YOUNG, OLD) if swap else (OLD, YOUNG)
    return sticky(
        config("eni", aws_enable_prefix_delegation=on),
        nodes(replace(first, name="n1"), replace(second, name="n2")),
        cilium_nodes(old, young),
        None,
        TYPES,
        accounts(account("n1", used=27 if full else 10), account("n2", capacity=432, used=60)),
        waiting(*stuck(3, "n1"), *stuck(2, "n2")),
    )


def test_names_the_plain_node_that_is_older_than_the_switch() -> None:
    finding = only(judge())
    assert [s.name for s in finding.subjects] == ["n1"]
    assert finding.confidence is Confidence.CERTAIN
    waiters = explained(finding, "pods-without-ip")
    assert waiters is not None
    assert {s.name for s in waiters} == {"n1-stuck-0", "n1-stuck-1", "n1-stuck-2"}


def test_shows_when_the_node_was_made_and_what_its_interfaces_hold() -> None:
    shown = {(e.asked.rsplit("/", 1)[-1], e.field, e.count) for e in only(judge()).evidence}
    assert ("cilium-config", "data.aws-enable-prefix-delegation", 1) in shown
    assert ("ciliumnodes", "status.eni.enis{}.prefixes", 1) in shown
    assert ("nodes", "metadata.creationTimestamp", 1) in shown


def test_explains_no_pod_of_a_node_that_still_has_room() -> None:
    assert explained(only(judge(full=False)), "pods-without-ip") == frozenset()


def test_ignores_a_plain_node_that_is_younger_than_one_with_prefixes() -> None:
    assert judge(swap=True) == []


def test_ignores_nodes_while_prefixes_are_off() -> None:
    assert judge(on="false") == []


def test_ignores_a_node_that_opts_out() -> None:
    spec = EniSpec(instance_type="m5.large", disable_prefix_delegation=True)
    assert judge(cilium_node("n1", eni(lone=9), spec=spec)) == []


def test_ignores_a_type_that_cannot_hold_prefixes() -> None:
    xen = EniSpec(instance_type="m4.large")
    pair = (
        cilium_node("n1", eni(lone=9), spec=xen),
        cilium_node("n2", eni(prefixes=("10.40.11.0/28",)), spec=xen),
    )
    assert judge(*pair) == []


def test_ignores_an_interface_below_the_first_index() -> None:
    spec = EniSpec(instance_type="m5.large", first_interface_index=1)
    assert judge(cilium_node("n1", eni(0, lone=9), eni(1), spec=spec)) == []


def test_is_only_likely_without_the_instance_types() -> None:
    found = sticky(
        config("eni", aws_enable_prefix_delegation="true"), nodes(OLD, YOUNG), cilium_nodes(PLAIN, BLOCKS),
        None, None, None, None,
    )  # fmt: skip
    finding = only(found)
    assert finding.confidence is Confidence.LIKELY
    assert "DescribeInstanceTypes" in finding.because


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(sticky).verdict is Verdict.NOT_CHECKED
