from checks.model import Confidence, Finding, Undecided
from checks.operator.ec2_api_throttled import IN_DEFICIT, WAITED
from checks.operator.ec2_api_throttled import ec2_api_throttled as throttled
from checks.parts.agents import OperatorLog, OperatorMetrics
from checks.run import Verdict
from tests.checks.hand import META, claims, config, explained, on_nothing, only, sample, undecided, version
from tests.checks.operator.hand_operator import STUCK, WAITS, call, log, page

SHORT = sample(IN_DEFICIT, 4, category="in-deficit")


def judge(
    said: OperatorLog | None, counters: OperatorMetrics | None, cilium: str = "1.16.5"
) -> list[Finding | Undecided]:
    return throttled(META, config("eni"), said, counters, *WAITS, version(cilium))


def test_names_throttled_calls_that_grow_while_nodes_are_short() -> None:
    finding = only(judge(log(), page(call(30, "503 Service Unavailable"), SHORT)))
    assert finding.confidence is Confidence.CERTAIN
    assert claims(finding) == {"pods-without-ip"}
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == STUCK
    assert ('cilium_operator_ipam_nodes{category="in-deficit"}', "4") in {
        (e.field, e.value) for e in finding.evidence
    }


def test_is_only_likely_by_the_log_alone() -> None:
    assert only(judge(log("RequestLimitExceeded"), None)).confidence is Confidence.LIKELY


def test_names_the_operators_own_limit() -> None:
    finding = only(judge(log(), page(sample(WAITED, 90), earlier=(sample(WAITED, 10),))))
    assert "own limit" in finding.title
    assert "ipam.operator.externalAPILimitQPS=8" in str(finding.actions[1].command)


def test_advises_the_words_of_the_release_and_keeps_the_flags_that_are_there() -> None:
    recent = only(judge(log("RequestLimitExceeded"), None)).actions[1].command or ""
    assert "--set ipam.operator.externalAPILimitQPS=2" in recent
    old = only(judge(log("RequestLimitExceeded"), None, "1.12.9")).actions[1].command or ""
    assert '.operator.extraArgs += ["--limit-ipam-api-qps=2"' in old


def test_ignores_lifetime_counts_and_short_waits() -> None:
    old = call(30, "503 Service Unavailable")
    assert judge(log(), page(old, SHORT, earlier=(old,))) == []
    assert judge(log(), page(old, earlier=None)) == []
    assert judge(log(), page(sample(WAITED, 12), earlier=(sample(WAITED, 10),))) == []


def test_ignores_other_answers() -> None:
    assert judge(log("InsufficientFreeAddressesInSubnet"), page(call(30, "OK"), call(9, "403"))) == []


def test_cannot_tell_without_log_and_metrics() -> None:
    assert "neither was read" in undecided(judge(None, None))


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(throttled).verdict is Verdict.NOT_CHECKED
