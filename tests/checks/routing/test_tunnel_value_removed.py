from checks.model import Confidence, Finding, Undecided
from checks.parts.cilium import HelmValues
from checks.routing.tunnel_value_removed import tunnel_value_removed as removed
from checks.run import Verdict
from tests.builder import Cluster
from tests.checks.hand import claims, config, on_nothing, only, version
from tests.checks.routing.native import result


def judge(
    tunnel: str | None = '"vxlan"', running: str = "1.16.5", mode: str = "cluster-pool", **data: str
) -> list[Finding | Undecided]:
    return removed(
        cilium=config(mode, **data),
        version=version(running),
        helm_values=None if tunnel is None else HelmValues(items={"tunnel": tunnel}),
    )


def test_finds_the_value_where_the_chart_refuses_it() -> None:
    found = only(judge(routing_mode="native"))
    assert found.confidence is Confidence.LIKELY
    assert claims(found) == {"nodes-unreachable"}


def test_claims_nothing_where_the_overlay_runs_already() -> None:
    assert claims(only(judge(routing_mode="tunnel"))) == set()


def test_ignores_the_value_where_it_is_still_understood() -> None:
    assert judge(running="1.14.6", routing_mode="native") == []


def test_ignores_values_without_it() -> None:
    assert judge(None) == []
    assert judge("null") == []


def test_finds_an_overlay_with_eni_addresses() -> None:
    found = only(judge(None, mode="eni", routing_mode="tunnel"))
    assert "agents-not-ready" in claims(found)


def test_ignores_eni_with_native_routing_and_chained_overlays() -> None:
    assert judge(None, mode="eni", routing_mode="native") == []
    assert judge(None, mode="eni", routing_mode="tunnel", cni_chaining_mode="aws-cni") == []


def test_never_pastes_foreign_text_into_a_command() -> None:
    command = only(judge('"vxlan; rm -rf /"', routing_mode="native")).actions[1].command or ""
    assert "rm -rf" not in command


def test_shows_what_it_read_and_where() -> None:
    cluster = Cluster()
    cluster.helm({"tunnel": "vxlan"})
    cluster.nodes(2)
    [found] = result(removed, cluster).findings
    assert [(e.asked, e.value) for e in found.evidence] == [
        ("helm/values", "vxlan"),
        ("kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config", "tunnel"),
        ("kubernetes/apis/apps/v1/daemonsets", "1.16.5"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(removed).verdict is Verdict.NOT_CHECKED
