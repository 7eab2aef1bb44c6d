from checks.model import Severity
from checks.parts.nodes import Nodes
from checks.run import Verdict
from checks.symptoms.nodes_not_ready import nodes_not_ready
from tests.builder import MemorySource
from tests.checks.symptoms.seen import cluster, names, result, seen


def unready(
    count: int, *, since: str = "2026-11-22T08:30:00Z", message: str = "kubelet stopped"
) -> MemorySource:
    source = cluster().source()

    def change(answer: dict[str, list[dict[str, dict[str, list[dict[str, str]]]]]]) -> None:
        for node in answer["items"][:count]:
            for condition in node["status"]["conditions"]:
                if condition["type"] == "Ready":
                    condition.update(
                        status="False", reason="KubeletNotReady", message=message, lastTransitionTime=since
                    )

    return source.edit(Nodes.ASKED, change)


def test_counts_nodes_that_are_not_ready() -> None:
    found = seen(nodes_not_ready, unready(2))
    assert found is not None
    assert found.title == "2 of 6 nodes are not ready"
    assert len(names(found)) == 2


def test_is_silent_when_all_are_ready_or_within_the_grace() -> None:
    assert seen(nodes_not_ready, cluster()) is None
    assert seen(nodes_not_ready, unready(2, since="2026-11-22T08:58:30Z")) is None


def test_shows_what_the_kubelet_says() -> None:
    found = seen(nodes_not_ready, unready(1))
    assert found is not None
    assert [(e.asked, e.value) for e in found.evidence] == [
        (Nodes.ASKED, "False, KubeletNotReady, kubelet stopped")
    ]


def test_follows_from_the_agent_only_where_the_kubelet_misses_its_cni_configuration() -> None:
    found = seen(nodes_not_ready, unready(1))
    assert found is not None
    assert found.follows_from == ()
    text = "container runtime network not ready: NetworkReady=false message: cni plugin not initialized"
    found = seen(nodes_not_ready, unready(1, message=text))
    assert found is not None
    assert [link.symptom for link in found.follows_from] == ["agents-not-ready"]


def test_half_of_the_nodes_are_critical() -> None:
    found = seen(nodes_not_ready, unready(3))
    assert found is not None
    assert found.severity is Severity.CRITICAL


def test_is_not_checked_without_the_nodes() -> None:
    assert result(nodes_not_ready, cluster().source().refuse(Nodes.ASKED)).verdict is Verdict.NOT_CHECKED
