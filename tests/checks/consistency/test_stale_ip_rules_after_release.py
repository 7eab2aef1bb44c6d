from checks.consistency.stale_ip_rules_after_release import stale_ip_rules_after_release as rules
from checks.model import Confidence, Finding, Kind, Severity, Undecided
from checks.parts.agents import TcpProbe, TcpProbes
from checks.run import Verdict, run
from checks.snapshot import Snapshot
from tests.checks.hand import (
    META,
    cilium_node,
    cilium_nodes,
    claims,
    config,
    eni,
    on_nothing,
    only,
    version,
)

ONE, TWO, ELSEWHERE = "10.40.10.20", "10.40.10.21", "10.40.11.20"


def judge(outcomes: dict[str, str], release: str = "true") -> list[Finding | Undecided]:
    probes = [TcpProbe(address=a, port=80, outcome=o, from_node="n1") for a, o in outcomes.items()]
    return rules(
        cilium=config("eni", aws_release_excess_ips=release),
        cilium_nodes=cilium_nodes(cilium_node("n1", eni(0, lone=2), eni(1, lone=2))),
        tcp_probes=TcpProbes(items=tuple(probes)),
    )


def test_suspects_a_single_address_beside_others_that_answer() -> None:
    found = only(judge({ONE: "timeout", TWO: "ok"}))
    assert (found.kind, found.severity, found.confidence) == (
        Kind.CAUSE,
        Severity.MEDIUM,
        Confidence.POSSIBLE,
    )
    assert claims(found) == {"traffic-failing"}
    assert "would decide" in found.because


def test_ignores_whole_interfaces_that_fail() -> None:
    assert judge({ONE: "timeout", TWO: "timeout"}) == []
    assert judge({ONE: "timeout", ELSEWHERE: "ok"}) == []
    assert judge({ONE: "timeout", TWO: "ok", ELSEWHERE: "timeout"}) == []


def test_ignores_clusters_that_never_give_addresses_back() -> None:
    assert judge({ONE: "timeout", TWO: "ok"}, release="false") == []


def test_needs_probes() -> None:
    nodes = cilium_nodes(cilium_node("n1", eni(0, lone=2)))
    assert rules(config("eni", aws_release_excess_ips="true"), nodes, None) == []


def test_does_not_apply_from_1_20_on() -> None:
    [found] = run([rules], Snapshot(meta=META, cilium=config("eni"), version=version("1.20.0")))
    assert found.verdict is Verdict.NOT_APPLICABLE


def test_shows_what_it_read_and_where() -> None:
    assert [e.value for e in only(judge({ONE: "timeout", TWO: "ok"})).evidence] == [
        "timeout",
        "eni-0",
        "true",
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(rules).verdict is Verdict.NOT_CHECKED
