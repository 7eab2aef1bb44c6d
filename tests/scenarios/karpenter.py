"""Nodes that Karpenter made, and what it believes of them."""

from tests.builder import Cluster, MemorySource
from tests.builder.clock import Object
from tests.scenarios.corpus import scenario
from tests.scenarios.objects import LAUNCHED, put_list

TAINT: Object = {"key": "node.cilium.io/agent-not-ready", "value": "true", "effect": "NoExecute"}
CREATED = "2026-10-22T09:00:00Z"


def launched(c: Cluster, pods: int, *, declared: bool = True) -> MemorySource:
    """Every node of the cluster has a NodeClaim that promises so many pods."""
    for node in c.node_list:
        node.labels["karpenter.sh/nodepool"] = "general"
    claims: list[Object] = [
        {
            "metadata": {
                "name": f"general-{number}",
                "creationTimestamp": CREATED,
                "labels": {"karpenter.sh/nodepool": "general"},
            },
            "spec": LAUNCHED,
            "status": {
                "nodeName": node.name,
                "allocatable": {"cpu": "1930m", "memory": "7Gi", "pods": str(pods)},
                "conditions": [{"type": "Initialized", "status": "True", "reason": "Initialized"}],
            },
        }
        for number, node in enumerate(c.node_list)
    ]
    template = LAUNCHED | {"startupTaints": [TAINT] if declared else []}
    pool: Object = {
        "metadata": {"name": "general", "creationTimestamp": CREATED},
        "spec": {"template": {"spec": template}, "disruption": {}},
    }
    node_class: Object = {
        "metadata": {"name": "default", "creationTimestamp": CREATED},
        "spec": {"kubelet": {"maxPods": pods}},
    }
    source = put_list(c.source(), "apis/karpenter.sh/v1/nodeclaims", "NodeClaim", claims)
    put_list(source, "apis/karpenter.sh/v1/nodepools", "NodePool", [pool])
    return put_list(source, "apis/karpenter.k8s.aws/v1/ec2nodeclasses", "EC2NodeClass", [node_class])


@scenario("pair", "kubelet-max-pods-too-low", "karpenter-density-mismatch")
def nodes_with_the_images_limit_where_karpenter_expects_more() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.nodes(4, type="m5.large", max_pods="eks")
    c.workload("shop/api", 140)
    return launched(c, 110)


@scenario("healthy")
def healthy_karpenter_that_knows_limit_and_taint() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/api", 60)
    return launched(c, 110)


@scenario("unread", not_checked=("karpenter-density-mismatch",), verdicts=("healthy",))
def healthy_karpenter_whose_claims_are_refused() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/api", 60)
    return launched(c, 110).refuse("kubernetes/apis/karpenter.sh/v1/nodeclaims")
