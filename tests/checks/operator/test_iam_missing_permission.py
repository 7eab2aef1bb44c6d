from checks.model import Finding, Undecided
from checks.operator.iam_missing_permission import iam_missing_permission as iam
from checks.parts.agents import OperatorLog, OperatorMetrics
from checks.run import Verdict
from tests.checks.hand import META, config, explained, on_nothing, only, undecided, version
from tests.checks.operator.hand_operator import STUCK, WAITS, call, log, page

LINE = (
    'level=error msg="Unable to synchronize EC2 route table list" error="operation error EC2: '
    'DescribeRouteTables, https response error StatusCode: 403, api error UnauthorizedOperation: You are not"'
)


def judge(
    said: OperatorLog | None = None, counters: OperatorMetrics | None = None, running: str = "1.18.2"
) -> list[Finding | Undecided]:
    return iam(META, config("eni"), version(running), said, counters, *WAITS)


def test_names_the_action_that_ec2_refused() -> None:
    finding = only(judge(log(LINE)))
    assert finding.title == "the operator's role lacks ec2:DescribeRouteTables"
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == STUCK
    assert finding.drop_if_harmless


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


def test_cannot_tell_without_log_and_metrics() -> None:
    assert "neither was read" in undecided(judge())


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(iam).verdict is Verdict.NOT_CHECKED
