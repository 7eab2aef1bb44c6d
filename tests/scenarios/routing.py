"""Nodes and pods that do not reach each other."""

from tests.builder import Cluster
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain


def native(zones: tuple[str, ...] = ("eu-west-1a", "eu-west-1b", "eu-west-1c")) -> Cluster:
    """Native routing of a cluster pool with direct routes in that many subnets."""
    c = Cluster(mode="cluster-pool", cilium="1.16.5", routing="native")
    c.nodes(6, type="m5.large", max_pods=29, zones=zones)
    c.workload("shop/api", 12)
    c.config["ipv4-native-routing-cidr"] = "10.244.0.0/16"
    c.config["auto-direct-node-routes"] = "true"
    return c


@scenario("single", "direct-routes-across-subnets")
def direct_routes_over_three_subnets_with_the_check_off() -> Cluster:
    c = native()
    c.source_dest_check(False)
    c.health("subnet")
    return c


@scenario("single", "source-dest-check-drops")
def native_routing_in_one_subnet_with_the_check_on() -> Cluster:
    c = native(("eu-west-1a",))
    c.health("self")
    return c


@scenario("pair", "direct-routes-across-subnets", "source-dest-check-drops")
def direct_routes_over_three_subnets_with_the_check_on() -> Cluster:
    c = native()
    c.health("self")
    return c


@scenario("single", "native-cidr-excludes-pods")
def native_range_that_does_not_hold_the_pods() -> Cluster:
    c = native(("eu-west-1a",))
    c.source_dest_check(False)
    c.config["ipv4-native-routing-cidr"] = "10.40.0.0/16"
    return c


@scenario("single", "overlay-port-blocked")
def overlay_port_closed_between_two_groups() -> Cluster:
    c = plain()
    left, right = c.node_list[:3], c.node_list[3:]
    own = c.security_group("left", [], nodes=left)
    other = c.security_group("right", [], nodes=right)
    for group, name in ((own, "left"), (other, "right")):
        made = next(g for g in c.groups if g.name == name)
        made.ingress.append(
            {
                "IpProtocol": "-1",
                "UserIdGroupPairs": [{"GroupId": group, "UserId": c.account}],
                "IpRanges": [],
            }
        )
        made.ingress.append(
            {
                "IpProtocol": "tcp",
                "FromPort": 4240,
                "ToPort": 4240,
                "UserIdGroupPairs": [],
                "IpRanges": [{"CidrIp": "10.40.0.0/16"}],
            }
        )
        made.ingress.append(
            {
                "IpProtocol": "icmp",
                "FromPort": -1,
                "ToPort": -1,
                "UserIdGroupPairs": [],
                "IpRanges": [{"CidrIp": "10.40.0.0/16"}],
            }
        )
    c.health(lambda a, b: "ok" if (a in left) == (b in left) else "endpoint")
    return c


@scenario("single", "pod-cidr-overlaps-vpc")
def pods_on_addresses_of_the_vpc() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5", pool="10.40.0.0/16")
    c.nodes(6, type="m5.large", max_pods=29)
    c.workload("shop/api", 12)
    return c


@scenario("healthy")
def healthy_pool_that_contains_the_vpc_far_from_the_blocks_in_use() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5", pool="10.0.0.0/8", vpc="10.200.0.0/16")
    c.nodes(6, type="m5.large", max_pods=29)
    c.workload("shop/api", 12)
    return c


@scenario("single", "ipam-mode-changed-in-place")
def eni_mode_switched_on_under_running_pods() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5")
    c.nodes(4, type="m5.large", max_pods=29)
    c.workload("shop/api", 12)
    for pod in c.pods_of("shop/api")[:6]:
        assert pod.node is not None
        if pod.ip:
            pod.node.lent.pop(pod.ip, None)
        pod.ip = f"10.0.1.{c.pods.index(pod) + 10}"
    return c
