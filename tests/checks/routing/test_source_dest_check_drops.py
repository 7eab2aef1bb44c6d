from checks.model import Confidence, Severity, Subject
from checks.routing.source_dest_check_drops import source_dest_check_drops as drops
from checks.routing.switch import to_tunnel
from checks.run import Verdict
from tests.builder import Cluster
from tests.checks.hand import config, explained, on_nothing, version
from tests.checks.routing.native import ONE, finding, native, result


def test_finds_the_check_between_nodes_of_one_subnet() -> None:
    cluster = native(4, ONE)
    cluster.health("self")
    found = finding(drops, cluster)
    assert (found.severity, found.confidence) == (Severity.CRITICAL, Confidence.CERTAIN)
    assert explained(found, "nodes-unreachable") == {Subject("Node", n.name) for n in cluster.node_list}
    assert not found.inferred


def test_is_silent_where_the_check_is_off() -> None:
    assert result(drops, native(4, ONE, check=False)).verdict is Verdict.CLEAR
    broken = native(4, ONE, check=False)
    broken.health("self")
    assert result(drops, broken).verdict is Verdict.CLEAR


def test_is_silent_with_vpc_routes_and_the_check_off() -> None:
    cluster = native(check=False, direct=False)
    cluster.vpc_routes()
    assert result(drops, cluster).verdict is Verdict.CLEAR


def test_leaves_other_subnets_to_the_missing_routes_when_it_shows_in_one_subnet() -> None:
    cluster = native(5)  # two, two and one
    cluster.health("self")
    lone = next(n for n in cluster.node_list if sum(m.subnet is n.subnet for m in cluster.node_list) == 1)
    assert Subject("Node", lone.name) not in (explained(finding(drops, cluster), "nodes-unreachable") or ())


def test_is_only_likely_where_no_two_nodes_share_a_subnet() -> None:
    cluster = native(3)
    cluster.health("self")
    found = finding(drops, cluster)
    assert found.confidence is Confidence.LIKELY
    assert "would decide" in found.because


def test_explains_other_subnets_that_the_vpc_has_routes_to() -> None:
    cluster = native(3)
    cluster.vpc_routes()
    cluster.health("self")
    found = finding(drops, cluster)
    assert found.confidence is Confidence.CERTAIN
    assert len(explained(found, "nodes-unreachable") or ()) == 3


def test_is_disproved_by_packets_that_pass() -> None:
    cluster = native()
    cluster.health("subnet")
    assert result(drops, cluster).verdict is Verdict.CLEAR


def test_leaves_hosts_that_fail_to_their_own_cause() -> None:
    cluster = native(4, ONE)
    cluster.health(lambda a, b: "ok" if a is b else "host")
    assert result(drops, cluster).findings[0].inferred  # nothing is known of the pods' paths


def test_ignores_overlays_and_eni_mode() -> None:
    tunnel = Cluster()
    tunnel.nodes(3)
    tunnel.health("self")
    assert result(drops, tunnel).verdict is Verdict.CLEAR
    eni = Cluster(mode="eni")
    eni.nodes(3)
    assert result(drops, eni).verdict is Verdict.NOT_APPLICABLE


def test_ignores_blocks_that_interfaces_carry() -> None:
    cluster = native(4, ONE)
    cluster.health("self")
    for node in cluster.node_list:
        node.enis[0].prefixes.append(str(node.block))
    assert result(drops, cluster).verdict is Verdict.CLEAR


def test_infers_the_break_where_no_agent_was_asked() -> None:
    assert finding(drops, native(4, ONE), "cilium/").inferred


def test_reads_the_instance_where_interfaces_were_refused() -> None:
    cluster = native(4, ONE)
    cluster.health("self")
    found = finding(drops, cluster, "aws/ec2/describe-network-interfaces")
    assert "aws/ec2/describe-instances" in {e.asked for e in found.evidence}


def test_cannot_tell_without_instances_and_interfaces() -> None:
    cluster = native(4, ONE)
    cluster.health("self")
    found = result(drops, cluster, "aws/ec2/describe-network-interfaces", "aws/ec2/describe-instances")
    assert found.verdict is Verdict.NOT_CHECKED


def test_shows_what_it_read_and_where() -> None:
    cluster = native(4, ONE)
    cluster.health("self")
    evidence = finding(drops, cluster).evidence
    assert [(e.asked, e.field, e.value, e.count) for e in evidence][2] == (
        "aws/ec2/describe-network-interfaces",
        "SourceDestCheck",
        "true",
        4,
    )
    assert evidence[3].asked.endswith("/health")
    assert evidence[3].count == 3


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(drops).verdict is Verdict.NOT_CHECKED


def test_the_way_to_an_overlay_leaves_no_option_that_agents_exit_with() -> None:
    told = to_tunnel(config(direct_routing_skip_unreachable="true"), version("1.16.5")).command or ""
    assert "--set autoDirectNodeRoutes=false --set directRoutingSkipUnreachable=false &&" in told
    assert "SkipUnreachable" not in (to_tunnel(config(), version("1.14.6")).command or "")
