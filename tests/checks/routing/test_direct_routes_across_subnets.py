import pytest

from checks.model import Confidence, Severity, Subject
from checks.routing.direct_routes_across_subnets import direct_routes_across_subnets as direct
from checks.run import Verdict
from tests.builder import Cluster, Node
from tests.builder.faults import Path
from tests.checks.hand import claims, explained, on_nothing
from tests.checks.routing.native import ONE, finding, native, result

HEALTH = "cilium/"


def only_of(cluster: Cluster, name: str) -> None:
    """Lets only one agent answer."""
    for node in cluster.node_list:
        node.agent_answers = node.name == name


def test_finds_nodes_of_other_subnets_that_are_not_reached() -> None:
    cluster = native(check=False)
    cluster.health("subnet")
    found = finding(direct, cluster)
    assert (found.severity, found.confidence) == (Severity.CRITICAL, Confidence.CERTAIN)
    assert len(explained(found, "nodes-unreachable") or ()) == 6
    assert not found.inferred


def test_claims_only_nodes_outside_the_observers_subnet() -> None:
    cluster = native(check=False)
    first = cluster.node_list[0]
    only_of(cluster, first.name)
    cluster.health("self")
    expected = {Subject("Node", n.name) for n in cluster.node_list if n.subnet is not first.subnet}
    assert explained(finding(direct, cluster), "nodes-unreachable") == expected


def test_ignores_one_subnet() -> None:
    cluster = native(zones=ONE)
    cluster.health("self")
    assert result(direct, cluster).verdict is Verdict.CLEAR


def test_ignores_fargate_nodes_in_other_subnets() -> None:
    cluster = native()
    cluster.health("self")
    first = cluster.node_list[0].subnet
    for node in cluster.node_list:
        if node.subnet is not first:
            node.labels["eks.amazonaws.com/compute-type"] = "fargate"
    assert result(direct, cluster).verdict is Verdict.CLEAR


def test_ignores_a_vpc_with_a_route_to_every_block() -> None:
    cluster = native(check=False)
    cluster.vpc_routes()
    assert result(direct, cluster).verdict is Verdict.CLEAR


def test_believes_the_vpcs_routes_where_no_agent_was_asked() -> None:
    cluster = native(check=False)
    cluster.vpc_routes()
    assert result(direct, cluster, HEALTH).verdict is Verdict.CLEAR


def test_finds_the_node_without_a_route() -> None:
    cluster = native(check=False)
    cluster.vpc_routes()
    del cluster.extra_routes[2]
    missing = cluster.node_list[2]

    def path(observer: Node, target: Node) -> Path:
        return "endpoint" if target is missing and observer.subnet is not target.subnet else "ok"

    cluster.health(path)
    assert explained(finding(direct, cluster), "nodes-unreachable") == {Subject("Node", missing.name)}


def test_ignores_clusters_whose_pods_reach_each_other_anyway() -> None:
    assert result(direct, native(check=False)).verdict is Verdict.CLEAR


def test_leaves_hosts_that_fail_to_their_own_cause() -> None:
    cluster = native(check=False)
    cluster.health(lambda a, b: "ok" if a.subnet is b.subnet else "host")
    assert result(direct, cluster).verdict is Verdict.CLEAR


@pytest.mark.parametrize(("key", "value"), [("routing-mode", "tunnel"), ("auto-direct-node-routes", "false")])
def test_ignores_other_ways_of_routing(key: str, value: str) -> None:
    cluster = native()
    cluster.health("self")
    cluster.config[key] = value
    assert result(direct, cluster).verdict is Verdict.CLEAR


def test_does_not_apply_in_eni_mode() -> None:
    cluster = Cluster(mode="eni")
    cluster.config["auto-direct-node-routes"] = "true"
    cluster.nodes(3)
    assert result(direct, cluster).verdict is Verdict.NOT_APPLICABLE


def test_infers_the_break_where_no_agent_was_asked() -> None:
    found = finding(direct, native(), HEALTH)
    assert found.inferred
    assert found.confidence is Confidence.CERTAIN


def test_tells_subnets_apart_by_zones_and_is_likely_without_route_tables() -> None:
    cluster = native()
    cluster.health("self")
    found = finding(direct, cluster, "aws/")
    assert found.confidence is Confidence.LIKELY
    assert "route tables were not read" in found.because


def test_cannot_tell_one_zone_apart_without_aws() -> None:
    cluster = native(zones=ONE)
    assert result(direct, cluster, "aws/").verdict is Verdict.CLEAR  # everybody is reached
    cluster.health("self")
    found = result(direct, cluster, "aws/")
    assert found.verdict is Verdict.NOT_CHECKED
    assert "subnets" in found.reason


def test_explains_dns_whose_pods_are_not_reached() -> None:
    cluster = native(check=False)
    cluster.health("subnet")
    assert "dns-failing" in claims(finding(direct, cluster))


@pytest.mark.parametrize(("version", "words"), [("1.16.5", "routingMode=tunnel"), ("1.13.9", "tunnel=vxlan")])
def test_speaks_the_running_version(version: str, words: str) -> None:
    cluster = Cluster(routing="native", cilium=version)
    cluster.config["auto-direct-node-routes"] = "true"
    cluster.nodes(6)
    cluster.health("self")
    assert f"--set {words}" in (finding(direct, cluster).actions[1].command or "")


def test_shows_what_it_read_and_where() -> None:
    cluster = native(check=False)
    cluster.health("subnet")
    first, second, *_ = finding(direct, cluster).evidence
    assert (first.asked.rsplit("/", 1)[-1], first.field, first.value) == (
        "cilium-config",
        "routing-mode",
        "native",
    )
    assert (second.field, second.value) == ("auto-direct-node-routes", "true")
    asked = {e.asked for e in finding(direct, cluster).evidence}
    assert {"aws/ec2/describe-instances", f"cilium/{cluster.node_list[0].name}/health"} <= asked


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(direct).verdict is Verdict.NOT_CHECKED
