"""What the tests of ENI nodes share: a built cluster, and one check's findings on it."""

from typing import Literal

from checks.collect.gather import gather
from checks.model import Check, Finding
from checks.run import Result, run
from tests.builder import Cluster


def crowded(
    pods: int,
    *,
    nodes: int = 3,
    max_pods: int | Literal["eks"] = 110,
    first_index: int = 0,
    cilium: str = "1.16.5",
) -> Cluster:
    """ENI nodes of type m5.large without prefixes, and so many pods of one workload."""
    cluster = Cluster(mode="eni", cilium=cilium, first_interface_index=first_index)
    cluster.nodes(nodes, max_pods=max_pods)
    cluster.workload("shop/api", pods)
    return cluster


def result(check: Check, cluster: Cluster, *refused: str) -> Result:
    """The check's result, with some paths refused."""
    source = cluster.source()
    for path in refused:
        source.refuse(path)
    [found] = run([check], gather(source))
    return found


def finding(check: Check, cluster: Cluster, *refused: str) -> Finding:
    """The one finding of the check."""
    [found] = result(check, cluster, *refused).findings
    return found
