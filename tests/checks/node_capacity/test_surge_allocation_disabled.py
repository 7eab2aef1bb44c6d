from checks.model import Confidence, Finding, Kind, Severity, Undecided
from checks.node_capacity.surge_allocation_disabled import surge_allocation_disabled as surge
from checks.parts.agents import OperatorLog
from checks.run import Verdict, run
from checks.snapshot import Snapshot
from tests.checks.hand import META, config, explained, on_nothing, only, stuck, version, waiting

LINE = 'msg="Unable to compute pending pods, will not surge-allocate" error="pod store uninitialized"'


def judge(*lines: str, waits: int = 30) -> list[Finding | Undecided]:
    return surge(
        cilium=config("eni"),
        version=version("1.15.0"),
        operator_log=OperatorLog(lines=lines),
        waiting=waiting(*stuck(waits)),
    )


def test_suspects_the_operator_that_says_so_while_pods_wait() -> None:
    found = only(judge("x", LINE))
    assert (found.kind, found.severity, found.confidence) == (Kind.CAUSE, Severity.LOW, Confidence.POSSIBLE)
    assert "would decide" in found.because
    assert len(explained(found, "pods-without-ip") or ()) == 30


def test_ignores_the_line_while_nobody_waits() -> None:
    assert judge(LINE, waits=0) == []


def test_needs_the_log_only_while_pods_wait() -> None:
    unread = Snapshot(meta=META, cilium=config("eni"), version=version("1.15.0"), waiting=waiting())
    assert run([surge], unread)[0].verdict is Verdict.CLEAR
    late = Snapshot(meta=META, cilium=config("eni"), version=version("1.15.0"), waiting=waiting(*stuck(3)))
    assert run([surge], late)[0].verdict is Verdict.NOT_CHECKED


def test_ignores_other_lines() -> None:
    assert judge("level=warning msg=other") == []


def test_does_not_apply_to_other_releases() -> None:
    for running in ("1.14.6", "1.16.0"):
        [found] = run([surge], Snapshot(meta=META, cilium=config("eni"), version=version(running)))
        assert found.verdict is Verdict.NOT_APPLICABLE


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked, e.value) for e in only(judge(LINE)).evidence] == [
        ("cilium/operator/log.txt", LINE),
        ("kubernetes/apis/apps/v1/daemonsets", "1.15.0"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(surge).verdict is Verdict.NOT_CHECKED
