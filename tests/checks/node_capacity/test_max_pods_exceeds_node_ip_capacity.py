from typing import Any

import pytest

from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.node_capacity.max_pods_exceeds_node_ip_capacity import (
    max_pods_exceeds_node_ip_capacity as exceeds,
)
from checks.parts.cilium_nodes import EniSpec
from checks.parts.derived import StuckPod
from checks.parts.vpc import Interfaces, Subnets
from checks.run import Verdict, run
from checks.snapshot import Snapshot
from tests.checks.hand import (
    META,
    TYPES,
    account,
    accounts,
    cilium_node,
    cilium_nodes,
    config,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    stuck,
    version,
    waiting,
)

FULL: dict[str, Any] = {
    "capacity": 27,
    "attached": 27,
    "allocated": 27,
    "used": 27,
    "max_pods": 110,
    "pods": 31,
}
NO_IPS = 'plugin type="cilium-cni" failed (add): No more IPs available'


def judge(
    *waits: StuckPod, first_index: int = 0, delegation: str = "false", read: bool = True, **figures: Any
) -> list[Finding | Undecided]:
    return exceeds(
        nodes=nodes(node("n1")),
        cilium=config("eni", aws_enable_prefix_delegation=delegation),
        version=version(),
        accounts=accounts(account("n1", **figures)),
        waiting=waiting(*waits),
        cilium_nodes=cilium_nodes(
            cilium_node("n1", spec=EniSpec(instance_type="m5.large", first_interface_index=first_index))
        ),
        instance_types=TYPES,
        subnets=Subnets() if read else None,
        interfaces=Interfaces(),
    )


def test_finds_pods_on_a_node_without_any_address_left() -> None:
    finding = only(judge(*stuck(2, message=NO_IPS), **FULL))
    assert (finding.kind, finding.severity) == (Kind.CAUSE, Severity.HIGH)
    assert finding.confidence is Confidence.CERTAIN
    assert finding.subjects == (Subject("Node", "n1"),)
    assert explained(finding, "pods-without-ip") == {
        Subject("Pod", "n1-stuck-0", "shop"),
        Subject("Pod", "n1-stuck-1", "shop"),
    }


def test_is_not_certain_when_what_is_in_use_was_not_read() -> None:
    assert only(judge(*stuck(2), **(FULL | {"used": None}))).confidence is Confidence.LIKELY


@pytest.mark.parametrize(("delegation", "read"), [("false", False), ("true", True)])
def test_is_certain_where_no_lack_of_blocks_can_stand_behind_it(delegation: str, read: bool) -> None:
    found = only(judge(*stuck(2), delegation=delegation, read=read, **FULL))
    assert found.confidence is Confidence.CERTAIN


def test_is_only_likely_where_it_was_not_read_why_nodes_have_no_prefixes() -> None:
    found = only(judge(*stuck(2), delegation="true", read=False, **FULL, prefixes=False))
    assert found.confidence is Confidence.LIKELY
    assert "free /28 blocks of their subnets would decide" in found.because


def test_blames_growth_and_not_the_limit_while_interfaces_are_free() -> None:
    finding = only(judge(*stuck(2), **(FULL | {"attached": 18, "allocated": 18, "used": 18})))
    assert finding.kind is Kind.RISK


def test_blames_the_agent_and_not_the_limit_while_addresses_are_not_handed_out() -> None:
    assert only(judge(*stuck(2), **(FULL | {"allocated": 16, "used": 16}))).kind is Kind.RISK


def test_ignores_pods_that_wait_on_a_node_with_addresses() -> None:
    assert judge(*stuck(1), **(FULL | {"pods": 12, "used": 10, "max_pods": 29})) == []


def test_ignores_the_ordinary_gap_of_the_images_formula() -> None:
    assert judge(max_pods=29, host_network=0) == []


def test_warns_of_a_limit_far_above_the_addresses() -> None:
    finding = only(judge(max_pods=110, host_network=4))
    assert (finding.kind, finding.severity) == (Kind.RISK, Severity.MEDIUM)
    assert "81 pods" in finding.title


def test_ignores_a_high_limit_on_a_node_with_prefixes() -> None:
    assert judge(capacity=432, attached=32, prefixes=True, max_pods=110) == []


def test_leaves_the_reserved_interface_to_its_own_check() -> None:
    figures = FULL | {"capacity": 18, "attached": 18, "allocated": 18, "used": 18, "max_pods": 29, "pods": 22}
    assert judge(*stuck(2), first_index=1, **figures) == []
    assert only(judge(*stuck(2), first_index=0, **figures)).kind is Kind.CAUSE


def test_advises_the_limit_that_fits() -> None:
    finding = only(judge(*stuck(2), **FULL))
    assert any("29" in action.title for action in finding.actions)  # 27 - 2 of its own + 4 on the host


@pytest.mark.parametrize("pods_waiting", [0, 3])
def test_says_that_it_cannot_tell_without_the_types_limits(pods_waiting: int) -> None:
    [found] = judge(*stuck(pods_waiting), capacity=None, max_pods=110)
    assert isinstance(found, Undecided)
    assert found.grant == "ec2:DescribeInstanceTypes"


def test_needs_no_limits_where_what_is_attached_is_enough() -> None:
    assert judge(capacity=None, attached=432, max_pods=110) == []


def test_names_the_deciding_reading_where_the_types_limits_are_unknown() -> None:
    found = judge(*stuck(2), **(FULL | {"capacity": None}))
    [finding] = [item for item in found if isinstance(item, Finding)]
    assert finding.confidence is Confidence.POSSIBLE
    assert "would decide" in finding.because
    assert len(found) == 2


def test_guesses_nothing_of_a_node_that_was_never_given_an_address() -> None:
    [found] = judge(*stuck(2), **(FULL | {"capacity": None, "attached": 0, "used": 0}))
    assert isinstance(found, Undecided)


def test_shows_what_it_read_and_where() -> None:
    finding = only(judge(*stuck(2, message=NO_IPS), used_asked="cilium/n1/status", **FULL))
    assert [(e.asked, e.value) for e in finding.evidence] == [
        ("kubernetes/api/v1/nodes", "110"),
        ("aws/ec2/describe-instance-types", "27"),
        ("kubernetes/apis/cilium.io/v2/ciliumnodes", "27"),
        ("cilium/n1/status", "27"),
        ("kubernetes/api/v1/events", NO_IPS),
    ]


def test_does_not_apply_outside_eni_mode() -> None:
    [result] = run([exceeds], Snapshot(meta=META, cilium=config("cluster-pool")))
    assert result.verdict is Verdict.NOT_APPLICABLE


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(exceeds).verdict is Verdict.NOT_CHECKED
