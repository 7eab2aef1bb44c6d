from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import DnsProbe, DnsProbes
from checks.parts.services import Endpoint, Endpoints, ServiceEndpoints
from checks.run import Verdict
from checks.services.dns_eni_pps_limit import dns_eni_pps_limit as crowded
from tests.checks.hand import on_nothing, only, service, services

DNS = service("kube-dns")


def judge(*outcomes: str, at: tuple[str, ...] = ("n1", "n1")) -> list[Finding | Undecided]:
    ready = tuple(Endpoint(f"10.0.0.{i}", name, f"coredns-{i}") for i, name in enumerate(at))
    found = ServiceEndpoints(namespace="kube-system", service="kube-dns", ready=ready)
    probes = tuple(DnsProbe(server="10.100.0.10", name="x.", protocol="udp", outcome=o) for o in outcomes)
    return crowded(
        Endpoints(by_service={("kube-system", "kube-dns"): found}), DnsProbes(items=probes), services(DNS)
    )


def test_says_at_most_possible_and_names_the_counter_that_decides() -> None:
    finding = only(judge("ok", "servfail", "ok"))
    assert finding.confidence is Confidence.POSSIBLE
    assert "linklocal_allowance_exceeded" in finding.because
    assert finding.drop_if_harmless


def test_shows_the_node_and_the_outcomes() -> None:
    shown = {(e.field, e.value, e.count) for e in only(judge("ok", "timeout")).evidence}
    assert {("kube-dns: nodeName", "n1", 2), ("outcomes", "ok: 1, timeout: 1", 1)} <= shown


def test_ignores_dns_pods_on_several_nodes() -> None:
    assert judge("ok", "timeout", at=("n1", "n2")) == []
    assert judge("ok", "timeout", at=("n1",)) == []


def test_ignores_lookups_that_all_answer_or_all_fail() -> None:
    assert judge("ok", "ok") == []
    assert judge("timeout", "timeout") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(crowded).verdict is Verdict.NOT_CHECKED
