from checks.model import Severity
from checks.run import Verdict
from checks.symptoms.nodes_unreachable import nodes_unreachable
from tests.builder import ago, items
from tests.checks.symptoms.seen import cluster, names, result, seen


def test_names_every_node_that_some_agent_does_not_reach() -> None:
    c = cluster(nodes=14)
    c.health("self")
    found = seen(nodes_unreachable, c)
    assert found is not None
    assert found.title == "1 of 14 nodes reachable"
    assert (len(names(found)), found.severity) == (14, Severity.CRITICAL)


def test_is_silent_when_all_answer_or_were_not_probed_yet() -> None:
    c = cluster()
    assert seen(nodes_unreachable, c) is None
    c.health(lambda a, b: "ok" if a is b else "unknown")
    assert seen(nodes_unreachable, c) is None


def test_one_node_that_nobody_reaches_is_that_node() -> None:
    c = cluster()
    lost = c.node_list[2]
    c.health(lambda a, b: "endpoint" if b is lost and a is not lost else "ok")
    found = seen(nodes_unreachable, c)
    assert names(found) == [lost.name]
    assert found is not None
    assert found.title == "5 of 6 nodes reachable"


def test_shows_the_figures_of_the_agents_and_which_paths_fail() -> None:
    c = cluster()
    c.health("self")
    found = seen(nodes_unreachable, c)
    assert found is not None
    values = {(e.field, e.value): e.count for e in found.evidence}
    assert values[("nodes reachable", "1/6")] == 1
    assert values[("nodes[].health-endpoint", "fails")] == 6
    assert ("nodes[].host", "fails") not in values


def test_ignores_a_node_that_joined_a_moment_ago() -> None:
    c = cluster()
    new = c.node_list[2]
    new.created = ago(seconds=90)
    c.health(lambda a, b: "endpoint" if b is new and a is not new else "ok")
    assert seen(nodes_unreachable, c) is None


def test_ignores_a_node_whose_agent_was_started_anew_a_moment_ago() -> None:
    c = cluster()
    new = c.node_list[2]
    c.health(lambda a, b: "endpoint" if new in (a, b) and a is not b else "ok")
    assert seen(nodes_unreachable, c) is not None
    for pod in c.pods_of("kube-system/cilium"):
        if pod.node is new:
            pod.created = ago(seconds=90)
    assert seen(nodes_unreachable, c) is None


def test_ignores_a_peer_that_is_no_node_any_more() -> None:
    c = cluster()
    lost = c.node_list[2]
    c.health(lambda a, b: "host" if b is lost and a is not lost else "ok")
    source = c.source().drop(f"cilium/{lost.name}/")
    assert names(next(iter(result(nodes_unreachable, source).findings))) == [lost.name]
    source.edit(
        "kubernetes/api/v1/nodes",
        lambda answer: answer.update(
            items=[item for item in items(answer) if item["metadata"]["name"] != lost.name]
        ),
    )
    assert not result(nodes_unreachable, source).findings


def test_is_not_checked_without_any_agents_health() -> None:
    source = cluster().source().refuse("cilium/")
    assert result(nodes_unreachable, source).verdict is Verdict.NOT_CHECKED


def test_says_that_some_agent_refused_where_the_others_see_nothing() -> None:
    c = cluster()
    first = c.node_list[0].name
    told = result(nodes_unreachable, c.source().refuse(f"cilium/{first}/health"))
    assert told.verdict is Verdict.NOT_CHECKED
    assert told.reason.startswith(f"1 agent did not say; {first}: refused")
