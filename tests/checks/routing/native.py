"""Clusters that route natively, and what one check says of them."""

from collections.abc import Sequence

from checks.collect.gather import gather
from checks.model import Check, Finding
from checks.run import Result, run
from tests.builder import Cluster

ONE = ("eu-west-1a",)
THREE = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


def native(
    count: int = 6, zones: Sequence[str] = THREE, *, check: bool = True, direct: bool = True
) -> Cluster:
    """A cluster with node blocks and native routing; the source/destination check as AWS sets it."""
    cluster = Cluster(routing="native")
    cluster.config["auto-direct-node-routes"] = "true" if direct else "false"
    cluster.config["ipv4-native-routing-cidr"] = "10.244.0.0/16"
    cluster.nodes(count, zones=zones)
    cluster.source_dest_check(check)
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
