from typing import Any

from checks.model import Finding, Undecided
from checks.operator.told import quoted
from checks.parts.agents import OperatorLog, OperatorMetrics, Sample
from checks.parts.cilium_nodes import EniSpec
from checks.parts.vpc import SecurityGroup, SecurityGroups
from checks.run import Verdict, run
from checks.subnets.security_group_selector_fails import security_group_selector_fails as other
from tests.checks.hand import (
    account,
    accounts,
    cilium_node,
    cilium_nodes,
    eni,
    explained,
    metrics,
    node,
    nodes,
    on_nothing,
    only,
    sample,
    stuck,
    waiting,
)
from tests.scenarios.retold import further_interfaces_with_the_groups_of_the_first

LINE = "No security groups match required vpc id and tags, using eth0 security groups"


def judge(carried: str = "sg-node", number: int = 1, **spec: Any) -> list[Finding | Undecided]:
    wanted = spec or {"security_group_tags": (("pods", "yes"),)}
    mine = cilium_node(
        "n1",
        eni(0, lone=2, security_groups=("sg-node",)),
        eni(number, lone=2, security_groups=(carried,)),
        spec=EniSpec(instance_type="m5.large", vpc_id="vpc-1", **wanted),
    )
    pods = SecurityGroup(id="sg-pods", vpc_id="vpc-1", tags=(("pods", "yes"),))
    return other(
        nodes(node("n1")),
        cilium_nodes(mine),
        SecurityGroups(by_id={"sg-pods": pods}),
        OperatorLog(lines=(LINE,)),
        None,
        None,
        None,
        None,
    )


def test_explains_nodes_that_its_groups_cut_off() -> None:
    [result] = run([other], further_interfaces_with_the_groups_of_the_first().snapshot())
    finding = only(list(result.findings))
    assert len(explained(finding, "nodes-unreachable") or ()) == 4
    assert finding.leads_to == ("pod-eni-security-group-wrong",)


def test_names_interfaces_that_carry_other_groups() -> None:
    finding = only(judge())
    assert [s.name for s in finding.subjects] == ["n1"]
    assert "pods=yes" in finding.title


def test_shows_what_is_asked_for_and_what_is_carried() -> None:
    finding = only(judge())
    shown = {(e.field, e.value) for e in finding.evidence}
    assert ("status.eni.enis{}.security-groups", "sg-node") in shown
    assert set(quoted([LINE])) <= set(finding.evidence)


def test_names_groups_by_id_that_are_not_carried() -> None:
    assert only(judge(security_groups=("sg-own",)))
    assert judge("sg-own", security_groups=("sg-own",)) == []


def test_names_nodes_for_which_no_interface_is_made() -> None:
    name = "cilium_operator_ipam_allocation_duration_seconds_count"
    now, before = (sample(name, value, status="unableToGetSecurityGroups") for value in (240, 190))
    spec = EniSpec(first_interface_index=1, security_group_tags=(("pods", "yes"),))

    def found(earlier: Sample) -> list[Finding | Undecided]:
        return other(
            nodes(node("n1", ready=False)),
            cilium_nodes(cilium_node("n1", eni(0), spec=spec)),
            SecurityGroups(),
            OperatorLog(),
            OperatorMetrics(page=metrics(now, earlier=(earlier,))),
            accounts(account("n1", attached=0, used=0)),
            waiting(*stuck(2, "n1")),
            None,
        )

    finding = only(found(before))
    assert "makes no interface" in finding.title
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == {"n1-stuck-0", "n1-stuck-1"}
    assert found(now) == []


def test_ignores_interfaces_that_carry_what_the_tags_select() -> None:
    assert judge("sg-pods") == []


def test_ignores_the_first_interface_which_is_ec2s() -> None:
    assert judge(number=0) == []


def test_ignores_nodes_that_select_nothing() -> None:
    assert judge(security_group_tags=()) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(other).verdict is Verdict.NOT_CHECKED
