import pytest

from checks.collect.gather import gather
from checks.consistency.ip_released_while_in_use import ip_released_while_in_use as released
from checks.model import Confidence, Kind, Severity
from checks.run import Verdict, run
from tests.builder import Cluster, ago
from tests.checks.hand import on_nothing
from tests.checks.node_capacity.scene import crowded, finding, result


def lose(cluster: Cluster, ip: str | None = None) -> str:
    """Takes one pod's address off its interface; gives the pod this address instead, where one is given."""
    pod = next(pod for pod in cluster.pods if pod.ip and not pod.host_network and pod.owner.name == "api")
    assert pod.node is not None
    assert pod.ip is not None
    pod.created = ago(hours=1)
    for eni in pod.node.enis:
        if pod.ip in eni.addresses:
            eni.addresses.remove(pod.ip)
    pod.ip = ip or pod.ip
    return pod.name


@pytest.mark.parametrize(("running", "sure"), [("1.11.5", Confidence.CERTAIN), ("1.12.0", Confidence.LIKELY)])
def test_finds_a_pod_whose_address_no_interface_holds(running: str, sure: Confidence) -> None:
    cluster = crowded(6, max_pods=29, cilium=running)
    name = lose(cluster)
    found = finding(released, cluster)
    assert [subject.name for subject in found.subjects] == [name]
    assert (found.kind, found.severity, found.confidence) == (Kind.CAUSE, Severity.HIGH, sure)
    assert found.inferred


def test_ignores_addresses_outside_of_the_vpc() -> None:
    cluster = crowded(6, max_pods=29)
    lose(cluster, "10.0.3.7")
    assert result(released, cluster).verdict is Verdict.CLEAR


def test_ignores_pods_that_are_just_starting() -> None:
    cluster = crowded(6, max_pods=29)
    name = lose(cluster)
    next(pod for pod in cluster.pods if pod.name == name).created = ago(minutes=1)
    assert result(released, cluster).verdict is Verdict.CLEAR


@pytest.mark.parametrize("prefixes", [True, False])
def test_is_silent_on_healthy_clusters(prefixes: bool) -> None:
    cluster = Cluster(mode="eni", prefix_delegation=prefixes)
    cluster.nodes(3)
    cluster.workload("shop/api", 20)
    assert result(released, cluster).verdict is Verdict.CLEAR


def test_ignores_pods_of_an_instance_whose_interfaces_are_not_among_those_read() -> None:
    cluster = crowded(6, max_pods=29)
    lose(cluster)
    source = cluster.source()
    source.edit("aws/ec2/describe-network-interfaces", lambda answer: answer["NetworkInterfaces"].clear())
    [found] = run([released], gather(source))
    assert found.verdict is Verdict.CLEAR


def test_is_likely_where_the_release_is_not_known() -> None:
    cluster = crowded(6, max_pods=29, cilium="1.11.5")
    lose(cluster)
    found = finding(released, cluster, "kubernetes/apis/apps/v1/daemonsets")
    assert found.confidence is Confidence.LIKELY


def test_proves_nothing_without_interfaces() -> None:
    cluster = crowded(6, max_pods=29)
    lose(cluster)
    assert result(released, cluster, "aws/ec2/describe-network-interfaces").verdict is Verdict.NOT_CHECKED


def test_shows_what_it_read_and_where() -> None:
    cluster = crowded(6, max_pods=29)
    lose(cluster)
    assert [e.asked for e in finding(released, cluster).evidence] == [
        "kubernetes/api/v1/pods",
        "aws/ec2/describe-network-interfaces",
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(released).verdict is Verdict.NOT_CHECKED
