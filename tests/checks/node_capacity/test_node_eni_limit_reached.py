from checks.model import Confidence
from checks.node_capacity.node_eni_limit_reached import node_eni_limit_reached as reached
from checks.run import Verdict
from checks.scheduling.kubelet_max_pods_too_low import kubelet_max_pods_too_low as too_low
from tests.checks.hand import explained, on_nothing
from tests.checks.node_capacity.scene import crowded, finding, result
from tests.scenarios.hosts import every_node_at_a_cap_that_fits_its_addresses


def test_finds_nodes_that_hold_all_that_their_type_allows() -> None:
    found = finding(reached, crowded(100))
    assert found.confidence is Confidence.CERTAIN
    assert found.drop_if_harmless
    assert explained(found, "pods-without-ip")


def test_ignores_full_nodes_while_nobody_waits() -> None:
    cluster = crowded(100)
    for pod in [pod for pod in cluster.pods if pod.node and not pod.ip]:
        cluster.evict(pod)
        cluster.pods.remove(pod)
    assert result(reached, cluster).verdict is Verdict.CLEAR


def test_explains_the_scheduler_where_a_higher_limit_would_find_no_address() -> None:
    # 29 pods on each node, 4 of them on the host's network: 25 with an address and 2 of the node's own
    cluster = crowded(120, max_pods=29)
    waits = [pod for pod in cluster.pods if pod.node is None]
    assert waits
    assert len(explained(finding(reached, cluster), "pods-not-scheduled") or ()) == len(waits)


def test_explains_the_scheduler_where_a_higher_limit_would_help_few() -> None:
    # the operators leave two nodes one address each, and 44 pods wait
    cluster = every_node_at_a_cap_that_fits_its_addresses()
    assert len(explained(finding(reached, cluster), "pods-not-scheduled") or ()) == 44
    assert result(too_low, cluster).verdict is Verdict.CLEAR


def test_does_not_believe_the_scheduler_where_no_node_is_at_its_limit() -> None:
    cluster = crowded(100)
    cluster.pending("shop/api", 2, "0/3 nodes are available: 3 Too many pods.")
    assert explained(finding(reached, cluster), "pods-not-scheduled") == frozenset()


def test_leaves_the_scheduler_to_the_pod_limit_while_addresses_are_free() -> None:
    assert result(reached, crowded(120, max_pods=20)).verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    evidence = finding(reached, crowded(100)).evidence
    assert [(e.asked.rsplit("/", 1)[-1], e.value) for e in evidence[:2]] == [
        ("describe-instance-types", "27"),
        ("ciliumnodes", "27"),
    ]


def test_proves_nothing_without_the_types_limits() -> None:
    told = result(reached, crowded(100), "aws/ec2/describe-instance-types")
    assert told.verdict is Verdict.NOT_CHECKED
    assert "DescribeInstanceTypes" in told.reason


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(reached).verdict is Verdict.NOT_CHECKED
