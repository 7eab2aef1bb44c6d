import pytest

from checks.model import Finding, Undecided
from checks.operator.iam_missing_permission import iam_missing_permission as iam
from checks.parts.agents import OperatorLog, OperatorMetrics
from checks.parts.aws_account import ApiCall, ApiCalls, IamSimulation
from checks.run import Verdict
from tests.checks.hand import META, NOON, ago, config, explained, on_nothing, only, undecided, version
from tests.checks.operator.hand_operator import STUCK, WAITS, call, log, page

LINE = (
    'level=error msg="Unable to synchronize EC2 route table list" error="operation error EC2: '
    'DescribeRouteTables, https response error StatusCode: 403, api error UnauthorizedOperation: You are not"'
)


def judge(
    said: OperatorLog | None = None,
    counters: OperatorMetrics | None = None,
    running: str = "1.18.2",
    trail: ApiCalls | None = None,
    simulated: dict[str, str] | None = None,
) -> list[Finding | Undecided]:
    role = IamSimulation(by_role={"eks-operator": simulated}) if simulated else None
    return iam(META, config("eni"), version(running), said, counters, trail, role, *WAITS)


def test_names_the_action_that_ec2_refused() -> None:
    finding = only(judge(log(LINE)))
    assert finding.title == "the operator's role lacks ec2:DescribeRouteTables"
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == STUCK
    assert finding.drop_if_harmless


def test_leaves_a_role_that_could_not_be_taken_on_to_its_own_check() -> None:
    line = "operation error STS: AssumeRoleWithWebIdentity, api error AccessDenied: Not authorized to perform"
    assert judge(log(line)) == []
    assert only(judge(log(LINE + " User: arn:aws:sts::1:assumed-role/x")))


def test_shows_the_line_and_the_counter() -> None:
    finding = only(judge(log(LINE), page(call(9, "UnauthorizedOperation"))))
    shown = {(e.asked, e.value) for e in finding.evidence}
    assert ("cilium/operator/log.txt", LINE) in shown
    assert ("cilium/operator/metrics.prom", "9") in shown
    assert not finding.drop_if_harmless


def test_asks_for_route_tables_from_1_18_on_only() -> None:
    assert "DescribeRouteTables" not in str(
        only(judge(log("AccessDenied"), running="1.17.1")).actions[1].command
    )
    assert "DescribeRouteTables" in str(only(judge(log("AccessDenied"))).actions[1].command)


def test_ignores_throttling_and_full_subnets() -> None:
    assert judge(log("RequestLimitExceeded", "InsufficientFreeAddressesInSubnet"), page(call(9, "503"))) == []


def test_ignores_refusals_that_do_not_grow() -> None:
    refused = call(9, "UnauthorizedOperation")
    assert judge(log(), page(refused, earlier=(refused,))) == []


def test_names_what_iam_denies_of_the_calls_that_this_version_makes() -> None:
    decisions = {
        "ec2:CreateTags": "implicitDeny",
        "ec2:DescribeRouteTables": "implicitDeny",
        "ec2:RunInstances": "x",
    }
    finding = only(judge(simulated=decisions))
    assert finding.title == "the operator's role lacks ec2:CreateTags, ec2:DescribeRouteTables"
    assert not finding.drop_if_harmless
    assert "RouteTables" not in only(judge(simulated=decisions, running="1.17.1")).title
    assert judge(simulated={"ec2:CreateTags": "allowed"}) == []


@pytest.mark.parametrize(
    ("principal", "code", "found"),
    [
        ("arn:aws:sts::1:assumed-role/cilium-operator/x", "Client.UnauthorizedOperation", True),
        ("arn:aws:sts::1:assumed-role/somebody/x", "Client.UnauthorizedOperation", False),
        ("arn:aws:sts::1:assumed-role/cilium-operator/x", None, False),
    ],
)
def test_believes_cloudtrail_of_the_operators_own_newest_call(
    principal: str, code: str | None, found: bool
) -> None:
    call_made = ApiCall(name="CreateNetworkInterface", time=NOON, error_code=code, principal=principal)
    trail = ApiCalls(by_name={"CreateNetworkInterface": (call_made,)})
    assert bool(judge(trail=trail)) is found


def test_takes_refusals_of_others_and_of_long_ago_for_nothing() -> None:
    own = {"error_code": "AccessDenied", "principal": "arn:aws:sts::1:assumed-role/cilium-operator/x"}
    old = ApiCall(name="CreateTags", time=ago(hours=2), **own)
    assert judge(trail=ApiCalls(by_name={"CreateTags": (old,)})) == []
    now = ApiCall(name="CreateTags", time=ago(minutes=9), **own)
    other = ApiCall(name="CreateTags", time=ago(minutes=1), principal="arn:aws:iam::1:user/somebody")
    assert only(judge(trail=ApiCalls(by_name={"CreateTags": (now, other)})))


def test_cannot_tell_without_log_and_metrics() -> None:
    assert "none was read" in undecided(judge())


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(iam).verdict is Verdict.NOT_CHECKED
