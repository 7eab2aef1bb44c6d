from checks.parts.agents import TcpProbes
from checks.run import Verdict
from checks.symptoms.traffic_failing import traffic_failing
from tests.builder import MemorySource
from tests.checks.symptoms.seen import cluster, names, result, seen


def probed(outcome: str, *, from_node: str | None = "n1", name: str = "cert-manager-webhook") -> MemorySource:
    c = cluster("eni")
    c.webhook("cert-manager/cert-manager-webhook")
    probe = {
        "address": "172.20.0.99",
        "port": 443,
        "for": {"kind": "Service", "namespace": "cert-manager", "name": name},
        "from_node": from_node,
        "outcome": outcome,
        "seconds": 3.0,
        "detail": "",
    }
    return c.source().put(TcpProbes.ASKED, {"probes": [probe]})


def test_names_the_service_that_a_node_cannot_reach() -> None:
    found = seen(traffic_failing, probed("timeout"))
    assert names(found) == ["cert-manager-webhook"]
    assert found is not None
    assert found.evidence[0].asked == TcpProbes.ASKED


def test_is_silent_when_it_answers() -> None:
    assert seen(traffic_failing, probed("ok")) is None


def test_a_probe_of_unknown_origin_says_nothing() -> None:
    assert seen(traffic_failing, probed("timeout", from_node=None)) is None


def test_ignores_a_service_with_nobody_behind_it() -> None:
    assert seen(traffic_failing, probed("refused", name="gone")) is None


def test_is_not_checked_without_probes() -> None:
    source = cluster().source().drop(TcpProbes.ASKED)
    assert result(traffic_failing, source).verdict is Verdict.NOT_CHECKED
