from checks.model import Confidence, Severity
from checks.routing.masquerade_off_after_1_18 import masquerade_off_after_1_18 as off
from checks.run import Verdict
from tests.checks.hand import on_nothing
from tests.checks.routing.native import eni, finding, result


def test_finds_pods_that_leave_through_an_internet_gateway_untranslated() -> None:
    found = finding(off, eni("1.18.2", public=True))
    assert (found.severity, found.confidence) == (Severity.HIGH, Confidence.CERTAIN)
    assert found.inferred
    assert len(found.subjects) == 2


def test_ignores_subnets_behind_a_nat_gateway() -> None:
    assert result(off, eni("1.18.2")).verdict is Verdict.CLEAR


def test_ignores_clusters_that_masquerade() -> None:
    assert result(off, eni("1.18.2", public=True, enable_ipv4_masquerade="true")).verdict is Verdict.CLEAR


def test_does_not_apply_before_1_18() -> None:
    assert (
        result(off, eni("1.17.4", public=True, enable_ipv4_masquerade="false")).verdict
        is Verdict.NOT_APPLICABLE
    )


def test_cannot_tell_without_route_tables() -> None:
    path = "aws/ec2/describe-route-tables"
    assert result(off, eni("1.18.2", public=True), path).verdict is Verdict.NOT_CHECKED
    assert (
        result(off, eni("1.18.2", public=True, enable_ipv4_masquerade="true"), path).verdict is Verdict.CLEAR
    )


def test_shows_what_it_read_and_where() -> None:
    first, second = finding(off, eni("1.18.2", public=True)).evidence
    assert (first.field, first.value) == ("enable-ipv4-masquerade", "false")
    assert second.asked == "aws/ec2/describe-route-tables"
    assert second.value.startswith("igw-")


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(off).verdict is Verdict.NOT_CHECKED
