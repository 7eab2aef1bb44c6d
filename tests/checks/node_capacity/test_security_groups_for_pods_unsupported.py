import pytest

from checks.model import Kind, Severity, Subject
from checks.node_capacity.security_groups_for_pods_unsupported import (
    security_groups_for_pods_unsupported as unsupported,
)
from checks.run import Verdict
from tests.builder import Cluster
from tests.builder.vpc_model import Eni
from tests.checks.hand import explained, on_nothing
from tests.checks.node_capacity.scene import crowded, finding, result


def test_warns_of_a_trunk_interface_on_a_node() -> None:
    cluster = crowded(6, max_pods=29)
    node = cluster.node_list[0]
    node.enis[-1].interface_type = "trunk"
    found = finding(unsupported, cluster)
    assert (found.kind, found.severity) == (Kind.RISK, Severity.MEDIUM)
    assert found.subjects == (Subject("Node", node.name),)
    assert [(e.asked, e.value) for e in found.evidence] == [("aws/ec2/describe-network-interfaces", "trunk")]


def test_finds_pods_that_wait_for_the_slot_of_a_trunk() -> None:
    cluster = Cluster(mode="eni")
    [node] = cluster.nodes(1, max_pods=29)
    first = node.enis[0]
    trunk = Eni("eni-0trunk", first.subnet, "10.40.0.250", number=1, instance_id=node.instance_id)
    trunk.interface_type, trunk.cilium = "trunk", False
    node.enis.append(trunk)
    cluster.workload("shop/api", 22)
    found = finding(unsupported, cluster)
    assert (found.kind, found.severity) == (Kind.CAUSE, Severity.MEDIUM)
    assert "no other left" in found.because
    assert explained(found, "pods-without-ip")


def test_stays_a_warning_while_a_slot_is_left() -> None:
    cluster = Cluster(mode="eni")
    [node] = cluster.nodes(1, type="m5.xlarge", max_pods=58)
    trunk = Eni("eni-0trunk", node.enis[0].subnet, "10.40.0.250", number=1, instance_id=node.instance_id)
    trunk.interface_type, trunk.cilium = "trunk", False
    node.enis.append(trunk)
    cluster.workload("shop/api", 4)
    found = finding(unsupported, cluster)
    assert found.kind is Kind.RISK
    assert "have no effect" in found.because


def test_is_silent_on_ordinary_nodes() -> None:
    assert result(unsupported, crowded(6, max_pods=29)).verdict is Verdict.CLEAR


@pytest.mark.parametrize(
    "path", ["kubernetes/apis/cilium.io/v2/ciliumnodes", "aws/ec2/describe-instance-types"]
)
def test_still_warns_where_slots_cannot_be_counted(path: str) -> None:
    cluster = crowded(6, max_pods=29)
    cluster.node_list[0].enis[-1].interface_type = "trunk"
    assert finding(unsupported, cluster, path).kind is Kind.RISK


def test_does_not_judge_refused_interfaces() -> None:
    path = "aws/ec2/describe-network-interfaces"
    assert result(unsupported, crowded(6, max_pods=29), path).verdict is Verdict.NOT_CHECKED


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(unsupported).verdict is Verdict.NOT_CHECKED
