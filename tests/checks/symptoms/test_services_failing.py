from checks.parts.pods import Pods
from checks.parts.services import Services
from checks.run import Verdict
from checks.symptoms.services_failing import services_failing
from tests.builder import ago
from tests.checks.symptoms.seen import cluster, names, result, seen


def test_names_a_service_without_ready_pod() -> None:
    c = cluster()
    c.service("shop/api")
    c.fails("shop/api")
    found = seen(services_failing, c)
    assert names(found) == ["api"]
    assert found is not None
    assert [(e.asked, e.value) for e in found.evidence] == [(Pods.ASKED, "0 of 6")]


def test_is_silent_while_one_pod_is_ready() -> None:
    c = cluster()
    c.service("shop/api")
    c.fails("shop/api", 5)
    assert seen(services_failing, c) is None


def test_ignores_services_without_pods_and_without_selector() -> None:
    c = cluster()
    c.service("shop/nothing", selector={"app": "nothing"})
    c.service("shop/by-hand", selector={})
    assert seen(services_failing, c) is None


def test_ignores_pods_that_have_just_gone_unready() -> None:
    c = cluster()
    c.service("shop/api")
    for pod in c.fails("shop/api"):
        pod.since = ago(seconds=30)
    assert seen(services_failing, c) is None


def test_follows_from_its_waiting_pods() -> None:
    c = cluster()
    c.workload("shop/web", 0)
    c.service("shop/web")
    c.pending("shop/web", 2, "0/6 nodes are available: 6 Too many pods.")
    found = seen(services_failing, c)
    assert found is not None
    assert {len(link.subjects or ()) for link in found.follows_from} == {2}


def test_is_not_checked_without_services() -> None:
    source = cluster().source().refuse(Services.ASKED)
    assert result(services_failing, source).verdict is Verdict.NOT_CHECKED


def test_a_service_with_pods_that_run_unready_does_not_follow_from_those_that_wait() -> None:
    c = cluster()
    c.service("shop/api")
    c.fails("shop/api")
    c.pending("shop/api", 2, "0/6 nodes are available: 6 Too many pods.")
    found = seen(services_failing, c)
    assert found is not None
    assert found.follows_from == ()


def test_follows_from_dns_when_its_pods_say_that_lookups_time_out() -> None:
    c = cluster()
    c.service("shop/api")
    [pod, *_] = c.fails("shop/api")
    address = next(s.cluster_ip for s in c.services if s.name == "kube-dns")
    text = f"Readiness probe failed: dial tcp: lookup db.shop on {address}:53: read udp: i/o timeout"
    c.say(pod, "Unhealthy", text, component="kubelet")
    found = seen(services_failing, c)
    assert found is not None
    assert [link.symptom for link in found.follows_from] == ["dns-failing"]
