from checks.model import Confidence, Finding, Kind, Severity, Undecided
from checks.parts.agents import TcpProbe, TcpProbes
from checks.routing.secondary_eni_egress_drop import secondary_eni_egress_drop as drop
from checks.run import Verdict
from tests.checks.hand import cilium_node, cilium_nodes, claims, config, eni, on_nothing, only

FIRST, BESIDE, SECOND, OTHER = "10.40.10.20", "10.40.10.21", "10.40.11.20", "10.40.11.21"


def judge(
    outcomes: dict[str, str], origin: str | None = "n1", masquerade: str = "true"
) -> list[Finding | Undecided]:
    probes = [TcpProbe(address=a, port=80, outcome=o, from_node=origin) for a, o in outcomes.items()]
    return drop(
        cilium=config("eni", enable_ipv4_masquerade=masquerade),
        cilium_nodes=cilium_nodes(cilium_node("n1", eni(0, lone=2), eni(1, lone=2))),
        version=None,
        tcp_probes=TcpProbes(items=tuple(probes)),
    )


def test_suspects_further_interfaces_whose_addresses_alone_fail() -> None:
    found = only(judge({FIRST: "ok", SECOND: "timeout"}))
    assert (found.kind, found.severity, found.confidence) == (
        Kind.CAUSE,
        Severity.HIGH,
        Confidence.POSSIBLE,
    )
    assert "would decide" in found.because
    assert claims(found) == {"traffic-failing"}


def test_ignores_failures_that_do_not_follow_the_interface() -> None:
    assert judge({FIRST: "timeout", SECOND: "timeout"}) == []
    assert judge({FIRST: "timeout", BESIDE: "ok", SECOND: "timeout"}) == []
    assert judge({FIRST: "ok", SECOND: "timeout", OTHER: "ok"}) == []
    assert judge({SECOND: "timeout"}) == []
    assert judge({FIRST: "ok", SECOND: "refused"}) == []


def test_needs_probes() -> None:
    nodes = cilium_nodes(cilium_node("n1", eni(0, lone=2)))
    assert drop(cilium=config("eni"), cilium_nodes=nodes, version=None, tcp_probes=None) == []


def test_ignores_probes_of_unknown_origin_and_clusters_without_masquerading() -> None:
    assert judge({FIRST: "ok", SECOND: "timeout"}, origin=None) == []
    assert judge({FIRST: "ok", SECOND: "timeout"}, masquerade="false") == []


def test_shows_what_it_read_and_where() -> None:
    assert [
        (e.asked.rsplit("/", 1)[-1], e.value) for e in only(judge({FIRST: "ok", SECOND: "timeout"})).evidence
    ] == [
        ("tcp", "timeout"),
        ("ciliumnodes", "1"),
        ("cilium-config", "true"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(drop).verdict is Verdict.NOT_CHECKED
