from checks.consistency.watermark_flapping import GIVEN, TAKEN
from checks.consistency.watermark_flapping import watermark_flapping as flapping
from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.parts.agents import OperatorMetrics, Sample
from checks.run import Verdict
from tests.checks.hand import config, metrics, on_nothing, only, sample, undecided

SUBNET = {"subnet_id": "subnet-a"}


def pair(taken: float, given: float) -> tuple[Sample, ...]:
    return sample(TAKEN, taken, **SUBNET), sample(GIVEN, given, **SUBNET)


def judge(
    now: tuple[Sample, ...], earlier: tuple[Sample, ...] | None, release: str = "true"
) -> list[Finding | Undecided]:
    page = metrics(*now, earlier=earlier)
    return flapping(
        cilium=config("eni", aws_release_excess_ips=release), operator_metrics=OperatorMetrics(page=page)
    )


def test_warns_of_a_subnet_in_which_both_counters_grow() -> None:
    finding = only(judge(pair(120, 110), pair(100, 95)))
    assert (finding.kind, finding.severity, finding.confidence) == (
        Kind.RISK,
        Severity.LOW,
        Confidence.LIKELY,
    )
    assert finding.subjects == (Subject("Subnet", "subnet-a"),)
    assert "within 300 s" in finding.because
    assert [e.value for e in finding.evidence] == ["+20", "+15", "true"]


def test_ignores_large_counters_that_stand_still() -> None:
    assert judge(pair(9000, 9000), pair(9000, 9000)) == []


def test_ignores_a_cluster_that_only_grows() -> None:
    assert judge(pair(120, 95), pair(100, 95)) == []
    assert judge(pair(120, 96), pair(100, 95)) == []  # a single release is no turn


def test_ignores_a_cluster_that_only_shrinks() -> None:
    assert judge(pair(100, 110), pair(100, 95)) == []
    assert judge(pair(101, 110), pair(100, 95)) == []


def test_ignores_a_cluster_that_never_gives_back() -> None:
    assert judge(pair(120, 110), pair(100, 95), release="false") == []


def test_needs_an_earlier_page() -> None:
    assert "not read twice" in undecided(judge(pair(120, 110), None))
    cilium = config("eni", aws_release_excess_ips="true")
    assert "not read twice" in undecided(flapping(cilium=cilium, operator_metrics=None))


def test_ignores_a_subnet_with_one_of_both_counters() -> None:
    given = (sample(GIVEN, 110, **SUBNET),)
    assert judge(given, (sample(GIVEN, 95, **SUBNET),)) == []


def test_ignores_counters_of_no_subnet() -> None:
    assert judge((sample(TAKEN, 120), sample(GIVEN, 110)), (sample(TAKEN, 1), sample(GIVEN, 1))) == []


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(flapping).verdict is Verdict.NOT_CHECKED
