import pytest

from checks.model import Finding, Kind, Severity, Undecided
from checks.parts.agents import OperatorMetrics, Sample
from checks.prefixes.prefix_members_released_individually_1_20 import (
    prefix_members_released_individually_1_20 as released,
)
from checks.run import Verdict
from tests.checks.hand import META, config, metrics, on_nothing, only, sample, undecided, version

NAME = "cilium_operator_ec2_api_duration_seconds_count"


def call(
    value: float, code: str = "400 Bad Request", operation: str = "UnassignPrivateIpAddresses"
) -> Sample:
    return sample(NAME, value, operation=operation, responseCode=code)


def judge(
    now: Sample, before: Sample | None, running: str = "1.20.0", release: str = "true"
) -> list[Finding | Undecided]:
    page = metrics(now, earlier=None if before is None else (before,))
    settings = {"aws_enable_prefix_delegation": "true", "aws_release_excess_ips": release}
    return released(META, config("eni", **settings), version(running), OperatorMetrics(page=page))


def test_names_refused_releases_that_grow() -> None:
    finding = only(judge(call(50), call(10)))
    assert (finding.kind, finding.severity) == (Kind.RISK, Severity.MEDIUM)
    assert (f'growth of {NAME}{{operation="UnassignPrivateIpAddresses"}}', "40") in {
        (e.field, e.value) for e in finding.evidence
    }


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (call(50), call(50)),
        (call(50, "OK"), call(10, "OK")),
        (call(50, operation="DescribeSubnets"), call(10, operation="DescribeSubnets")),
    ],
)
def test_ignores_counts_that_stand_still_or_tell_of_something_else(now: Sample, before: Sample) -> None:
    assert judge(now, before) == []


def test_ignores_fixed_releases_and_clusters_that_release_nothing() -> None:
    assert judge(call(50), call(10), running="1.20.2") == []
    assert judge(call(50), call(10), release="false") == []


def test_does_not_take_one_page_for_growth() -> None:
    assert "two metrics pages" in undecided(judge(call(50), None))


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(released).verdict is Verdict.NOT_CHECKED
