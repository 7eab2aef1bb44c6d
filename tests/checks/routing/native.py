"""Clusters that route natively, and what one check says of them."""

from collections.abc import Sequence
from typing import Any

from checks.collect.gather import gather
from checks.model import Check, Finding
from checks.run import Result, run
from tests.builder import Cluster

ONE = ("eu-west-1a",)
PUBLIC = "-public"
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


def eni(cilium: str = "1.16.5", *, public: bool = False, **config: str) -> Cluster:
    """Two ENI nodes in one subnet; a public one leaves through an internet gateway."""
    cluster = Cluster(mode="eni", cilium=cilium)
    cluster.config.update({key.replace("_", "-"): value for key, value in config.items()})
    cluster.nodes(2, zones=ONE)
    if public:
        cluster.name += PUBLIC
    return cluster


def _through_gateway(answer: dict[str, Any]) -> None:
    for table in answer["RouteTables"]:
        for route in table["Routes"]:
            if route.get("DestinationCidrBlock") == "0.0.0.0/0":
                route.pop("TransitGatewayId", None)
                route["GatewayId"] = "igw-0123456789abcdef0"


def result(check: Check, cluster: Cluster, *refused: str) -> Result:
    """The check's result, with some paths refused."""
    source = cluster.source()
    if cluster.name.endswith(PUBLIC):
        source.edit("aws/ec2/describe-route-tables", _through_gateway)
    for path in refused:
        source.refuse(path)
    [found] = run([check], gather(source))
    return found


def finding(check: Check, cluster: Cluster, *refused: str) -> Finding:
    """The one finding of the check."""
    [found] = result(check, cluster, *refused).findings
    return found
