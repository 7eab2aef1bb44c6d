from typing import Any

import pytest

from checks.model import Confidence, Severity, Subject
from checks.routing.overlay_port_blocked import overlay_port_blocked as blocked
from checks.run import Verdict
from tests.builder import Cluster, Node
from tests.builder.faults import Path
from tests.checks.hand import explained, on_nothing
from tests.checks.routing.native import finding, result
from tests.scenarios.borders import health_probes_closed_and_the_overlay_open


def split(*ingress: dict[str, Any], path: Path = "endpoint", **config: str) -> Cluster:
    """Six nodes, the first two of which have a security group of their own with these rules."""
    cluster = Cluster()
    cluster.config.update({key.replace("_", "-"): value for key, value in config.items()})
    members = cluster.nodes(6)
    apart = members[:2]
    group = cluster.security_group("own", [], nodes=apart)
    cluster.groups[-1].ingress.extend(
        {
            **rule,
            "UserIdGroupPairs": [
                {"GroupId": group if g == "own" else cluster.groups[0].id} for g in rule["from"]
            ],
        }
        for rule in ingress
    )
    for rule in cluster.groups[-1].ingress:
        rule.pop("from")

    def see(observer: Node, target: Node) -> Path:
        return path if (observer in apart) != (target in apart) else "ok"

    cluster.health(see)
    return cluster


def udp(port: int, *sources: str) -> dict[str, Any]:
    return {"IpProtocol": "udp", "FromPort": port, "ToPort": port, "from": sources, "IpRanges": []}


def test_finds_node_groups_that_do_not_admit_the_overlay() -> None:
    cluster = split(udp(8472, "own"))
    found = finding(blocked, cluster)
    assert (found.severity, found.confidence) == (Severity.CRITICAL, Confidence.CERTAIN)
    assert explained(found, "nodes-unreachable") == {Subject("Node", n.name) for n in cluster.node_list}
    assert "UDP 8472" in found.title


def test_needs_both_directions() -> None:
    assert finding(blocked, split(udp(8472, "own", "cluster")))


def test_ignores_groups_that_admit_each_other() -> None:
    cluster = split(udp(8472, "own", "cluster"))
    cluster.groups[0].ingress.append(
        {
            "IpProtocol": "udp",
            "FromPort": 8000,
            "ToPort": 9000,
            "UserIdGroupPairs": [{"GroupId": cluster.groups[-1].id}],
            "IpRanges": [],
        }
    )
    assert result(blocked, cluster).verdict is Verdict.CLEAR


def test_ignores_ranges_around_the_nodes() -> None:
    cluster = split(udp(8472, "own"))
    for group in cluster.groups:
        group.ingress.append(
            {"IpProtocol": "-1", "UserIdGroupPairs": [], "IpRanges": [{"CidrIp": "10.40.0.0/16"}]}
        )
    assert result(blocked, cluster).verdict is Verdict.CLEAR


def test_ignores_nodes_that_share_one_group() -> None:
    cluster = Cluster()
    cluster.nodes(4)
    cluster.health("self")
    assert result(blocked, cluster).verdict is Verdict.CLEAR


def test_looks_at_the_port_of_the_protocol_in_use() -> None:
    assert "UDP 6081" in finding(blocked, split(udp(8472, "own"), tunnel_protocol="geneve")).title


def test_believes_packets_that_pass() -> None:
    assert result(blocked, split(udp(8472, "own"), path="ok")).verdict is Verdict.CLEAR


def test_finds_it_where_hosts_are_cut_off_as_well() -> None:
    assert explained(finding(blocked, split(path="host")), "nodes-unreachable")


def test_does_not_prove_anything_from_a_prefix_list() -> None:
    cluster = split(udp(8472, "own"))
    for group in cluster.groups:
        group.ingress.append(
            {
                "IpProtocol": "-1",
                "UserIdGroupPairs": [],
                "IpRanges": [],
                "PrefixListIds": [{"PrefixListId": "pl-1"}],
            }
        )
    assert result(blocked, cluster).verdict is Verdict.CLEAR


@pytest.mark.parametrize("key", ["enable-wireguard", "enable-ipsec"])
def test_ignores_encrypted_overlays(key: str) -> None:
    cluster = split(udp(8472, "own"))
    cluster.config[key] = "true"
    assert result(blocked, cluster).verdict is Verdict.CLEAR


def test_ignores_native_routing() -> None:
    assert result(blocked, split(udp(8472, "own"), routing_mode="native")).verdict is Verdict.CLEAR


def test_infers_the_break_where_no_agent_was_asked() -> None:
    found = finding(blocked, split(udp(8472, "own")), "cilium/")
    assert found.inferred
    assert found.confidence is Confidence.LIKELY


def test_does_not_judge_refused_groups() -> None:
    cluster = split(udp(8472, "own"))
    assert result(blocked, cluster, "aws/ec2/describe-security-groups").verdict is Verdict.NOT_CHECKED
    fine = split(udp(8472, "own"), path="ok")
    assert result(blocked, fine, "aws/ec2/describe-security-groups").verdict is Verdict.CLEAR
    refused = ("aws/ec2/describe-instances", "aws/ec2/describe-network-interfaces")
    assert result(blocked, cluster, *refused).verdict is Verdict.NOT_CHECKED


def test_shows_what_it_read_and_where() -> None:
    evidence = finding(blocked, split(udp(8472, "own"))).evidence
    assert [e.asked.rsplit("/", 1)[-1] for e in evidence[:2]] == ["cilium-config", "describe-security-groups"]
    assert evidence[1].value == "none"
    assert evidence[2].asked.endswith("/health")


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(blocked).verdict is Verdict.NOT_CHECKED


def test_tells_a_closed_health_port_from_a_closed_overlay() -> None:
    found = finding(blocked, health_probes_closed_and_the_overlay_open())
    assert (found.severity, found.confidence) == (Severity.LOW, Confidence.LIKELY)
    assert "TCP 4240" in found.because
    assert len(explained(found, "nodes-unreachable") or ()) == 6
