from checks.model import Confidence, Kind, Severity
from checks.node_capacity.max_pods_ignores_first_interface_index import (
    max_pods_ignores_first_interface_index as ignores,
)
from checks.run import Verdict
from tests.checks.hand import explained, on_nothing
from tests.checks.node_capacity.scene import crowded, finding, result


def test_finds_pods_bound_by_a_limit_that_counts_the_reserved_interface() -> None:
    found = finding(ignores, crowded(70, max_pods="eks", first_index=1))
    assert (found.kind, found.severity, found.confidence) == (Kind.CAUSE, Severity.HIGH, Confidence.CERTAIN)
    assert explained(found, "pods-without-ip")
    assert "29 pods" in found.because
    assert "18 addresses" in found.because


def test_warns_while_nobody_waits() -> None:
    assert finding(ignores, crowded(6, max_pods="eks", first_index=1)).kind is Kind.RISK


def test_ignores_nodes_that_use_every_interface() -> None:
    assert result(ignores, crowded(90, max_pods="eks")).verdict is Verdict.CLEAR


def test_ignores_a_limit_that_somebody_chose() -> None:
    assert result(ignores, crowded(70, max_pods=110, first_index=1)).verdict is Verdict.CLEAR


def test_advises_the_limit_that_fits_and_karpenters_setting() -> None:
    cluster = crowded(70, max_pods="eks", first_index=1)
    assert "NodeConfig" in finding(ignores, cluster).actions[-1].title
    for node in cluster.node_list:
        node.labels["karpenter.sh/nodepool"] = "default"
    assert "settings.reservedENIs=1" in (finding(ignores, cluster).actions[0].command or "")


def test_shows_what_it_read_and_where() -> None:
    evidence = finding(ignores, crowded(70, max_pods="eks", first_index=1)).evidence
    assert [(e.asked, e.value) for e in evidence[:3]] == [
        ("kubernetes/apis/cilium.io/v2/ciliumnodes", "1"),
        ("kubernetes/api/v1/nodes", "29"),
        ("aws/ec2/describe-instance-types", "18"),
    ]


def test_does_not_judge_without_the_types_limits() -> None:
    cluster = crowded(70, max_pods="eks", first_index=1)
    assert result(ignores, cluster, "aws/ec2/describe-instance-types").verdict is Verdict.NOT_CHECKED


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(ignores).verdict is Verdict.NOT_CHECKED
