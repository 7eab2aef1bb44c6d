from checks.model import Severity, Subject
from checks.parts.kubernetes import Events
from checks.parts.pods import Pods
from checks.run import Verdict
from checks.symptoms.pods_without_ip import pods_without_ip
from tests.checks.symptoms.seen import cluster, names, result, seen


def test_counts_bound_pods_without_an_address() -> None:
    c = cluster()
    pods = c.stuck("shop/api", 2)
    found = seen(pods_without_ip, c)
    assert names(found) == sorted(pod.name for pod in pods)


def test_is_silent_on_a_healthy_cluster_and_within_the_grace() -> None:
    c = cluster()
    assert seen(pods_without_ip, c) is None
    c.stuck("shop/api", 2, minutes=1)
    assert seen(pods_without_ip, c) is None


def test_ignores_pods_that_wait_for_the_scheduler_or_crash() -> None:
    c = cluster()
    c.pending("shop/api", 2, "0/6 nodes are available: 6 Insufficient cpu.")
    c.fails("shop/api", 2)
    assert seen(pods_without_ip, c) is None


def test_ignores_a_pod_that_waits_for_its_volume() -> None:
    c = cluster()
    [pod] = c.stuck("shop/api", 1)
    c.events = [event for event in c.events if event.name != pod.name]
    c.say(pod, "FailedMount", 'MountVolume.SetUp failed for volume "data"', component="kubelet")
    assert seen(pods_without_ip, c) is None


def test_shows_the_kubelets_text() -> None:
    c = cluster()
    c.stuck("shop/api", 1, error="range is full")
    found = seen(pods_without_ip, c)
    assert found is not None
    assert "range is full" in found.evidence[1].value
    assert [e.asked for e in found.evidence] == [Pods.ASKED, Events.ASKED]


def test_follows_from_the_agent_of_its_node() -> None:
    c = cluster()
    [pod] = c.stuck("shop/api", 1)
    found = seen(pods_without_ip, c)
    assert found is not None
    assert pod.node is not None
    node = frozenset({Subject("Node", pod.node.name)})
    assert ("agents-not-ready", node) in [(link.symptom, link.subjects) for link in found.follows_from]


def test_a_single_replaceable_pod_is_low() -> None:
    c = cluster()
    c.stuck("shop/api", 1)
    found = seen(pods_without_ip, c)
    assert found is not None
    assert found.severity is Severity.LOW


def test_is_not_checked_without_the_pods() -> None:
    assert result(pods_without_ip, cluster().source().refuse(Pods.ASKED)).verdict is Verdict.NOT_CHECKED
