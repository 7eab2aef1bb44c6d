from checks.model import Confidence, Finding, Kind, Severity, Undecided
from checks.parts.agents import OperatorMetrics
from checks.parts.cilium_nodes import CiliumNode, EniSpec
from checks.parts.derived import Waiting
from checks.parts.vpc import Subnet, Subnets
from checks.run import Verdict
from checks.subnets.subnet_free_ips_exhausted import subnet_free_ips_exhausted as exhausted
from tests.checks.hand import (
    account,
    accounts,
    cilium_node,
    cilium_nodes,
    config,
    eni,
    explained,
    metrics,
    node,
    nodes,
    on_nothing,
    only,
    sample,
    stuck,
    undecided,
    version,
    waiting,
)


def subnet(name: str, free: int | None, zone: str = "eu-west-1a", **tags: str) -> Subnet:
    return Subnet(
        id=name, vpc_id="vpc-1", zone=zone, cidr="10.40.1.0/24", free=free, tags=tuple(tags.items())
    )


def at(name: str, zone: str = "eu-west-1a", lone: int = 9, **spec: tuple[str, ...]) -> CiliumNode:
    where = EniSpec(
        instance_type="m5.large", vpc_id="vpc-1", zone=zone, subnet_ids=spec.get("subnet_ids", ())
    )
    return cilium_node(name, eni(0, lone=lone), spec=where)


def judge(
    *subnets: Subnet,
    wait: Waiting | None = None,
    attached: int = 9,
    mine: tuple[CiliumNode, ...] | None = None,
    delegation: str = "false",
    cilium: str = "1.16.5",
) -> list[Finding | Undecided]:
    return exhausted(
        nodes(node("n1"), node("n2", zone="eu-west-1b")),
        cilium_nodes(*(mine or (at("n1"), at("n2", "eu-west-1b")))),
        Subnets(by_id={s.id: s for s in subnets}),
        accounts(account("n1", attached=attached), account("n2", attached=9)),
        waiting(*stuck(4, "n1")) if wait is None else wait,
        OperatorMetrics(
            page=metrics(sample("cilium_operator_ipam_available_ips_per_subnet", 0, subnet_id="subnet-a"))
        ),
        config("eni", aws_enable_prefix_delegation=delegation),
        version(cilium),
    )


def test_takes_the_operators_counts_where_ec2_was_not_read() -> None:
    def told(free: float) -> list[Finding | Undecided]:
        labels = {"subnet_id": "subnet-a", "availability_zone": "eu-west-1a"}
        page = metrics(sample("cilium_operator_ipam_available_ips_per_subnet", free, **labels))
        return exhausted(
            nodes(node("n1")),
            cilium_nodes(at("n1")),
            None,
            accounts(account("n1", attached=9)),
            waiting(*stuck(4, "n1")),
            OperatorMetrics(page=page),
            config("eni"),
            version(),
        )

    finding = only(told(0))
    assert finding.confidence is Confidence.LIKELY
    assert {item.asked for item in finding.evidence}.isdisjoint({Subnets.ASKED})
    [gap] = told(400)
    assert isinstance(gap, Undecided)
    assert gap.part == "subnets"


FULL, ROOMY_B = subnet("subnet-a", 0), subnet("subnet-b", 900, "eu-west-1b")


def test_names_the_empty_subnets_of_the_zone_although_another_zone_has_room() -> None:
    finding = only(judge(FULL, ROOMY_B))
    assert finding.kind is Kind.CAUSE
    assert finding.severity is Severity.CRITICAL
    assert [s.name for s in finding.subjects] == ["subnet-a"]
    assert len(explained(finding, "pods-without-ip") or ()) == 4


def test_advises_to_release_addresses_only_where_it_helps_and_harms_nobody() -> None:
    empty = subnet("subnet-a", 0)
    plain, blocks, old = judge(empty), judge(empty, delegation="true"), judge(empty, cilium="1.11.4")
    for found, advised in ((plain, True), (blocks, False), (old, False)):
        assert any("awsReleaseExcessIPs" in str(a.command) for a in only(found).actions) is advised


def test_shows_the_count_and_what_the_operator_saw() -> None:
    shown = {(e.asked, e.field, e.value) for e in only(judge(FULL, ROOMY_B)).evidence}
    assert ("aws/ec2/describe-subnets", "subnet-a (eu-west-1a): AvailableIpAddressCount", "0") in shown
    field = 'cilium_operator_ipam_available_ips_per_subnet{subnet_id="subnet-a"}'
    assert ("cilium/operator/metrics.prom", field, "0") in shown


def test_ignores_a_zone_in_which_another_usable_subnet_has_room() -> None:
    assert judge(FULL, subnet("subnet-c", 300), ROOMY_B) == []


def test_finds_a_selected_subnet_empty_although_another_one_of_the_zone_has_room() -> None:
    mine = at("n1", subnet_ids=("subnet-a",)), at("n2", "eu-west-1b")
    assert only(judge(FULL, subnet("subnet-c", 300), ROOMY_B, mine=mine))


def test_explains_no_pod_of_a_node_without_free_slots() -> None:
    assert only(judge(FULL, ROOMY_B, attached=27)).kind is Kind.RISK


def test_counts_fewer_addresses_than_waiting_pods_as_none() -> None:
    assert only(judge(subnet("subnet-a", 3), ROOMY_B)).kind is Kind.CAUSE
    assert judge(subnet("subnet-a", 40), ROOMY_B) == []


def test_explains_a_node_that_never_got_an_address() -> None:
    finding = only(judge(FULL, ROOMY_B, wait=waiting(), mine=(at("n1", lone=0), at("n2", "eu-west-1b"))))
    assert finding.kind is Kind.CAUSE
    assert {s.name for s in explained(finding, "nodes-not-ready") or ()} == {"n1"}


def test_is_a_risk_of_medium_while_nobody_waits() -> None:
    finding = only(judge(subnet("subnet-a", 7), ROOMY_B, wait=waiting()))
    assert (finding.kind, finding.severity) == (Kind.RISK, Severity.MEDIUM)
    assert judge(subnet("subnet-a", 8), ROOMY_B, wait=waiting()) == []


def test_does_not_take_an_absent_count_for_zero() -> None:
    assert "subnet-a" in undecided(judge(subnet("subnet-a", None), ROOMY_B))


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(exhausted).verdict is Verdict.NOT_CHECKED
