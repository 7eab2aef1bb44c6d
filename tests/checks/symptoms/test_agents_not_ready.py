from checks.parts.workloads import DaemonSets
from checks.run import Verdict
from checks.symptoms.agents_not_ready import agents_not_ready
from tests.builder import ago, items
from tests.checks.symptoms.seen import cluster, names, result, seen


def test_names_the_nodes_whose_agent_is_not_ready() -> None:
    c = cluster()
    c.agent_down(c.node_list[1])
    found = seen(agents_not_ready, c)
    assert names(found) == [c.node_list[1].name]
    assert found is not None
    assert found.title == "1 of 6 Cilium agents are not ready"


def test_is_silent_when_all_are_ready() -> None:
    assert seen(agents_not_ready, cluster()) is None


def test_ignores_an_agent_that_restarted_a_moment_ago() -> None:
    c = cluster()
    c.agent_down(c.node_list[1])
    for pod in c.pods_of("kube-system/cilium"):
        if not pod.ready:
            pod.since = ago(seconds=60)
    assert seen(agents_not_ready, c) is None


def test_leaves_nodes_that_take_no_agent_out_of_it() -> None:
    c = cluster()
    c.nodes(2, type="m5.large", max_pods=29)
    for node in c.node_list[-2:]:
        node.compute_type = "fargate"
    c.agent_down(c.node_list[1])
    assert names(seen(agents_not_ready, c)) == [c.node_list[1].name]


def test_is_not_checked_where_the_daemonset_was_not_found() -> None:
    source = cluster().source()
    source.edit(
        DaemonSets.ASKED,
        lambda answer: answer.update(
            items=[item for item in items(answer) if item["metadata"]["name"] != "cilium"]
        ),
    )
    assert (
        result(agents_not_ready, source).reason == "not found: no DaemonSet cilium in namespace kube-system"
    )


def test_shows_wanted_and_ready() -> None:
    c = cluster()
    c.agent_down(c.node_list[1])
    found = seen(agents_not_ready, c)
    assert found is not None
    assert [(e.field, e.value) for e in found.evidence[:2]] == [
        ("status.desiredNumberScheduled", "6"),
        ("status.numberReady", "5"),
    ]


def test_is_not_checked_without_the_daemonsets() -> None:
    source = cluster().source().refuse(DaemonSets.ASKED)
    assert result(agents_not_ready, source).verdict is Verdict.NOT_CHECKED
