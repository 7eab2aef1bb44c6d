from checks.model import Confidence, Finding, Undecided
from checks.operator.ec2_endpoint_unreachable import ec2_endpoint_unreachable as unreachable
from checks.parts.agents import OperatorMetrics
from checks.parts.aws import Instance, Instances
from checks.parts.aws_account import NatGateways, VpcEndpoint, VpcEndpoints
from checks.parts.vpc import Route, RouteTable, RouteTables
from checks.parts.workloads import Deployments
from checks.run import Verdict
from tests.checks.hand import (
    META,
    behind,
    claims,
    config,
    on_nothing,
    only,
    service,
    services,
    undecided,
    workload,
)
from tests.checks.operator.hand_operator import WAITS, call, log, page

LOOKUP = (
    'Post "https://ec2.eu-west-1.amazonaws.com/": dial tcp: lookup ec2.eu-west-1.amazonaws.com: i/o timeout'
)
DIAL = 'Post "https://ec2.eu-west-1.amazonaws.com/": dial tcp 52.95.1.1:443: i/o timeout'
DNS = service("kube-dns")


def judge(
    line: str,
    *ready: str,
    policy: str = "ClusterFirstWithHostNet",
    ways: VpcEndpoints | None = None,
    nat: str = "deleted",
    target: str = "nat-1",
    tables: bool = True,
    calls: OperatorMetrics | None = None,
    image: str = "quay.io/cilium/operator-aws:v1.17.5",
) -> list[Finding | Undecided]:
    out = Route(destination="0.0.0.0/0", target=target)
    table = RouteTable(id="rtb-1", vpc_id="vpc-1", main=True, routes=(out,) if target else ())
    return unreachable(
        META,
        config("eni"),
        log(line) if line else None,
        calls,
        Deployments(
            items=(workload("cilium-operator", dns_policy=policy, host_network=True, images=(image,)),)
        ),
        services(DNS),
        behind(DNS, *ready),
        ways,
        NatGateways(state={"nat-1": nat}),
        RouteTables(items=(table,)) if tables else None,
        Instances(by_id={"i-n1": Instance(id="i-n1", subnet_id="subnet-a", vpc_id="vpc-1")}),
        *WAITS,
    )


def test_names_the_circle_between_operator_and_dns() -> None:
    finding = only(judge(LOOKUP))
    assert finding.confidence is Confidence.CERTAIN
    assert "dns-failing" in claims(finding)
    assert finding.leads_to == ("coredns-without-endpoints",)
    assert "operator.dnsPolicy=Default" in str(finding.actions[1].command)


def test_shows_the_line_the_policy_and_the_empty_service() -> None:
    shown = {(e.field, e.value) for e in only(judge(LOOKUP)).evidence}
    assert {("line", LOOKUP), ("cilium-operator: dnsPolicy", "ClusterFirstWithHostNet")} <= shown
    assert ("kube-dns: ready endpoints", "0") in shown


def test_is_only_likely_where_the_network_ends_the_call() -> None:
    finding = only(judge(DIAL))
    assert finding.confidence is Confidence.LIKELY
    assert "create-vpc-endpoint" in str(finding.actions[1].command)
    assert "dns-failing" not in claims(finding)


def test_is_certain_where_the_vpc_has_no_way_to_ec2() -> None:
    finding = only(judge(DIAL, ways=VpcEndpoints()))
    assert finding.confidence is Confidence.CERTAIN
    assert "neither" in finding.because
    ours = VpcEndpoints(
        items=(VpcEndpoint(id="vpce-1", service="com.amazonaws.eu-west-1.ec2", state="available"),)
    )
    assert only(judge(DIAL, ways=ours)).confidence is Confidence.LIKELY
    assert only(judge(DIAL, ways=VpcEndpoints(), nat="available")).confidence is Confidence.LIKELY


def test_sees_every_other_way_out() -> None:
    assert only(judge(DIAL, ways=VpcEndpoints(), target="")).confidence is Confidence.CERTAIN
    for target in ("igw-1", "tgw-1"):
        assert only(judge(DIAL, ways=VpcEndpoints(), target=target)).confidence is Confidence.LIKELY
    assert only(judge(DIAL, ways=VpcEndpoints(), tables=False)).confidence is Confidence.LIKELY


def test_sees_no_circle_with_a_ready_dns_or_the_nodes_resolver() -> None:
    assert "dns-failing" not in claims(only(judge(LOOKUP, "10.0.1.4")))
    assert "dns-failing" not in claims(only(judge(LOOKUP, policy="Default")))


def test_takes_the_circle_for_likely_where_the_log_was_not_read() -> None:
    finding = only(judge(""))
    assert finding.confidence is Confidence.LIKELY
    assert "log, which was not read" in finding.because
    assert finding.leads_to == ("coredns-without-endpoints",)
    assert "operator.dnsPolicy=Default" in str(finding.actions[1].command)


def test_takes_a_vpc_without_a_way_out_for_likely_where_the_log_was_not_read() -> None:
    finding = only(judge("", policy="Default", ways=VpcEndpoints()))
    assert finding.confidence is Confidence.LIKELY
    assert "neither" in finding.because


def test_guesses_nothing_without_the_log_where_dns_answers_or_the_node_resolves() -> None:
    assert undecided(judge("", "10.0.1.4")) == "operator_log"
    assert undecided(judge("", policy="Default")) == "operator_log"
    assert undecided(judge("", policy="ClusterFirst")) == "operator_log"  # on the host's network: the node's


def test_guesses_nothing_without_the_log_where_ec2_answered_or_is_never_called() -> None:
    assert undecided(judge("", calls=page(call(3, "403 Forbidden")))) == "operator_log"
    assert only(judge("", calls=page(call(3, "Failed")))).confidence is Confidence.LIKELY
    assert undecided(judge("", image="quay.io/cilium/operator-generic:v1.17.5")) == "operator_log"


def test_ignores_an_answer_of_ec2() -> None:
    assert judge("https://ec2.eu-west-1.amazonaws.com/ api error UnauthorizedOperation") == []


def test_ignores_timeouts_to_others() -> None:
    assert judge("dial tcp 10.100.0.1:443: i/o timeout") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(unreachable).verdict is Verdict.NOT_CHECKED
