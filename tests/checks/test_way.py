"""Why one pod or node does not get on: the steps, the stop, the cause."""

from checks.collect.gather import gather
from checks.steps import State
from checks.way import NotFound, Way, why
from handlers.render.way import way_text
from tests.builder import Cluster, MemorySource
from tests.scenarios.healthy import plain
from tests.scenarios.prefixes import a_helm_key_that_does_not_exist
from tests.scenarios.scheduling import small_types


def way(told: Cluster | MemorySource, name: str) -> Way:
    found = why(gather(told.source() if isinstance(told, Cluster) else told), name)
    assert isinstance(found, Way), found
    return found


def states(found: Way) -> list[tuple[str, State]]:
    return [(step.name, step.state) for step in found.steps]


def test_a_pod_without_a_node_stops_at_the_scheduler_with_its_words_and_the_cause() -> None:
    c = small_types()
    pod = next(pod for pod in c.pods_of("shop/perf") if pod.node is None)
    found = way(c, f"shop/{pod.name}")
    assert found.stop is not None
    assert found.stop.name == "scheduled"
    assert "Too many pods" in found.stop.detail
    assert [cause for cause, _, _ in found.causes] == ["kubelet-max-pods-too-low"]
    assert states(found)[2:] == [(n, State.AHEAD) for n in ("address", "started", "ready")]


def test_a_pod_without_an_address_stops_there_with_the_numbers_of_its_node() -> None:
    c = a_helm_key_that_does_not_exist()
    pod = next(pod for pod in c.pods_of("shop/api") if pod.node and not pod.ip)
    found = way(c, pod.name)
    assert found.stop is not None
    assert found.stop.name == "address"
    assert "27 of 27 addresses in use" in found.stop.detail
    assert "could hold 27" in found.stop.detail
    assert [cause for cause, _, _ in found.causes] == ["prefix-delegation-wrong-helm-key"]


def test_a_workloads_name_stands_for_its_pod_that_got_least_far() -> None:
    found = way(small_types(), "shop/perf")
    assert found.stop is not None
    assert found.stop.name == "scheduled"


def test_a_crashing_pod_stops_at_its_start() -> None:
    c = plain()
    [pod] = c.fails("shop/api", 1)
    found = way(c, pod.name)
    assert found.stop is not None
    assert (found.stop.name, found.causes) == ("started", ())
    assert "CrashLoopBackOff" in found.stop.detail


def test_a_pod_that_runs_is_told_with_its_address() -> None:
    c = plain()
    pod = c.pods_of("shop/api")[0]
    found = way(c, f"shop/{pod.name}")
    assert found.stop is None
    assert str(pod.ip) in found.steps[-1].detail


def test_a_workload_whose_pods_are_refused_stops_before_there_is_a_pod() -> None:
    c = plain()
    c.event("ReplicaSet", "shop/web-5d9f", "FailedCreate", 'Error creating: pods "web-" is forbidden: quota')
    found = way(c, "shop/web")
    assert found.stop is not None
    assert (found.subject.kind, found.stop.name) == ("ReplicaSet", "created and admitted")


def test_a_node_tells_its_agent_addresses_reach_and_room() -> None:
    c = plain()
    c.health("self")
    c.agent_down(c.node_list[1])
    found = way(c, c.node_list[1].name)
    assert dict(states(found)) == {
        "joined": State.DONE,
        "ready": State.DONE,
        "agent": State.STOPS,
        "addresses": State.DONE,
        "reachable": State.STOPS,
        "room for pods": State.DONE,
    }


def test_what_was_not_read_is_not_checked() -> None:
    c = plain("eni")
    source = c.source().refuse("cilium/").refuse("aws/ec2/describe-instance-types")
    found = dict(states(way(source, c.node_list[0].name)))
    assert (found["reachable"], found["addresses"]) == (State.UNKNOWN, State.UNKNOWN)
    told = why(gather(c.source().refuse("kubernetes/api/v1/pods")), "shop/api")
    assert isinstance(told, NotFound)
    assert "not checked" in told.text


def test_an_unknown_name_gets_those_close_to_it() -> None:
    c = plain()
    told = why(gather(c.source()), "ip-10")
    assert isinstance(told, NotFound)
    assert c.node_list[0].name in told.hints


def test_the_text_says_each_state_in_words_and_disarms_names() -> None:
    c = small_types()
    text = way_text(way(c, "shop/perf"))
    assert "stops at: scheduled" in text.splitlines()[0]
    assert ". ready (not reached)" in text
    assert "Cause: " in text
    told = way_text(NotFound("no pod called \x1b[31mred"))
    assert "\x1b" not in told
