import pytest

from checks.collect.node_pools import PATHS, read
from checks.collect.source import UnreadError
from checks.parts.karpenter import NodePool, NodePools
from checks.parts.nodes import Taint
from tests.checks.collect.told import api_list, entry, refusal, told

STABLE, BETA = PATHS
STARTUP = {"key": "node.cilium.io/agent-not-ready", "value": "true", "effect": "NoExecute"}


def test_reads_taints_and_the_node_class() -> None:
    spec = {
        "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"},
        "taints": [{"key": "gpu", "effect": "NoSchedule"}],
        "startupTaints": [STARTUP],
    }
    rows = [entry("main", spec={"template": {"spec": spec}}), entry("bare", spec={})]
    assert read(told({STABLE: api_list("NodePool", *rows)})).items == (
        NodePool(name="bare"),
        NodePool(
            name="main",
            node_class="default",
            taints=(Taint(key="gpu", effect="NoSchedule"),),
            startup_taints=(Taint(key=STARTUP["key"], value="true", effect="NoExecute"),),
        ),
    )


def test_older_versions_have_the_limit_in_the_pool() -> None:
    old = entry("main", spec={"template": {"spec": {"kubelet": {"maxPods": 110}}}})
    answers = {STABLE: refusal(STABLE, "NotFound"), BETA: api_list("NodePool", old)}
    [got] = read(told(answers)).items
    assert got.max_pods == 110


def test_a_cluster_without_karpenter_has_no_pools() -> None:
    assert read(told({STABLE: refusal(STABLE, "NotFound")})) == NodePools()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [({}, "not asked"), ({STABLE: refusal(STABLE)}, "refused: list karpenter.sh/nodepools")],
)
def test_pools_that_were_not_read_are_never_none(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
