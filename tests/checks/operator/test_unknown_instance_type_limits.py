from checks.model import Confidence, Finding, Undecided
from checks.operator.unknown_instance_type_limits import unknown_instance_type_limits as unknown
from checks.parts.agents import Sample
from checks.run import Verdict
from tests.checks.hand import config, explained, on_nothing, only, version
from tests.checks.operator.hand_operator import STUCK, WAITS, call, log, page

LINE = 'msg="Unable to find limits for instance type, consider setting --update-ec2" instanceType=m5.large'


def judge(*lines: str, running: str = "1.14.2", refused: Sample | None = None) -> list[Finding | Undecided]:
    at, held, figures, wait = WAITS
    counters = page(refused) if refused else page()
    return unknown(config("eni"), log(*lines), at, held, version(running), counters, figures, wait)


def test_names_the_type_without_limits() -> None:
    finding = only(judge(LINE))
    assert finding.confidence is Confidence.CERTAIN
    assert "m5.large" in finding.title
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == STUCK
    assert "updateEC2AdapterLimitViaAPI=true" in str(finding.actions[1].command)


def test_shows_the_line_and_the_switch() -> None:
    shown = {(e.field, e.value) for e in only(judge(LINE)).evidence}
    assert ("line", LINE) in shown
    assert ("data.update-ec2-adapter-limit-via-api", "absent") in shown


def test_restarts_the_operator_where_the_switch_is_gone() -> None:
    assert "rollout restart" in str(only(judge(LINE, running="1.18.1")).actions[1].command)


def test_leaves_a_refused_describe_call_to_its_own_check() -> None:
    assert judge(LINE, "DescribeInstanceTypes: api error UnauthorizedOperation") == []
    assert judge(LINE, refused=call(3, "403 Forbidden", "DescribeInstanceTypes")) == []


def test_is_only_likely_where_the_type_is_not_named() -> None:
    assert only(judge("unable to determine limits")).confidence is Confidence.LIKELY


def test_ignores_other_lines() -> None:
    assert judge("Instance is out of interfaces") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(unknown).verdict is Verdict.NOT_CHECKED
