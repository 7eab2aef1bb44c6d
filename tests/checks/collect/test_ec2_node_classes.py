import pytest

from checks.collect.ec2_node_classes import PATHS, read
from checks.collect.source import UnreadError
from checks.parts.karpenter import Ec2NodeClass, Ec2NodeClasses
from tests.checks.collect.told import api_list, entry, refusal, told

STABLE, BETA = PATHS


def test_reads_where_the_pod_limit_is_set() -> None:
    spec = {"kubelet": {"maxPods": 110, "podsPerCore": 20}, "userData": "PASSWORD=hunter2\n"}
    got = read(told({STABLE: api_list("EC2NodeClass", entry("main", spec=spec))}))
    assert got.by_name == {"main": Ec2NodeClass(name="main", max_pods=110, pods_per_core=20)}
    assert "hunter2" not in str(got)


@pytest.mark.parametrize(
    "text",
    [
        "kubelet:\n  config:\n    maxPods: 58\n",
        "[settings.kubernetes]\nmax-pods = 58\n",
        "--kubelet-extra-args '--max-pods=58'",
    ],
)
def test_finds_a_limit_in_user_data(text: str) -> None:
    got = read(told({STABLE: api_list("EC2NodeClass", entry("main", spec={"userData": text}))}))
    assert got.by_name["main"].user_data_max_pods == 58


def test_a_cluster_without_karpenter_has_no_classes() -> None:
    assert read(told({STABLE: refusal(STABLE, "NotFound")})) == Ec2NodeClasses()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [({}, "not asked"), ({STABLE: refusal(STABLE)}, "refused: list karpenter.k8s.aws/ec2nodeclasses")],
)
def test_classes_that_were_not_read_are_never_none(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
