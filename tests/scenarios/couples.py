"""Two independent faults at once, as guests would record them."""

from tests.builder import Cluster, MemorySource
from tests.builder.joining import unserved
from tests.scenarios.agents import STARTUP
from tests.scenarios.corpus import scenario
from tests.scenarios.doubles import crash_dns
from tests.scenarios.iam import bury, denied
from tests.scenarios.objects import group_rule, routed
from tests.scenarios.ranges import behind, hungry
from tests.scenarios.retold import FRANKFURT, OREGON, VIRGINIA, abroad, late, repeated
from tests.scenarios.retold import thirty_two_kept_in_reserve_where_fifteen_fit as reserve_too_large
from tests.scenarios.subnets import interface_failures


def overlay(zones: tuple[str, ...], version: str, count: int = 6, **options: object) -> Cluster:
    """An overlay abroad with some work on it."""
    c = abroad(zones, version, mode="cluster-pool", **options)
    c.nodes(count, type="m5.large", max_pods=29, zones=zones)
    c.workload("shop/api", 2 * count)
    return c


def fill_cap(c: Cluster, cap: int, pods: int) -> None:
    """Every kubelet takes only so many pods, and more want a place."""
    for node in c.node_list:
        node.max_pods = cap
    c.workload("shop/perf", pods)


@scenario("pair", "subnet-selector-matches-nothing", "prefix-fragmentation-insufficient-cidr-blocks")
def no_block_in_one_zone_and_no_subnet_in_another() -> Cluster:
    c = abroad(VIRGINIA, "1.18.6", prefix_delegation=True)
    c.subnet("us-east-1a", "10.40.4.0/22", tags={"pods": "yes"})
    c.fragment_subnet("us-east-1a")
    for node in c.nodes(2, type="m5.large", max_pods=110, zones=VIRGINIA[:1], age_days=3):
        node.eni_spec = {"subnet-tags": {"pods": "yes"}}
    c.workload("shop/api", 90)
    for node in late(c, 2, VIRGINIA[1:2], type="m5.large", max_pods=110):
        node.eni_spec = {"subnet-tags": {"pod": "yes"}}
    interface_failures(c, "unableToFindSubnet")
    return c


@scenario("pair", "coredns-without-endpoints", "iam-missing-permission")
def a_missing_right_and_dns_that_crashes() -> Cluster:
    c = abroad(OREGON, "1.18.2")
    c.nodes(3, type="m5.large", max_pods=28, zones=OREGON)
    c.workload("shop/api", 30)
    late(c, 2, OREGON, type="m5.large", max_pods=28)
    repeated(c, "Unable to synchronize EC2 route table list", denied("DescribeRouteTables"))
    c.ec2_calls[("DescribeRouteTables", "403 Forbidden")] = (40, 45)
    return crash_dns(c)


@scenario("pair", "overlay-port-blocked", "coredns-without-endpoints")
def a_closed_overlay_port_and_dns_that_crashes() -> Cluster:
    c = overlay(FRANKFURT, "1.17.4")
    left, right = c.node_list[::2], c.node_list[1::2]
    for name, nodes in (("left", left), ("right", right)):
        own = c.security_group(name, [], nodes=nodes)
        c.groups[-1].ingress.append(group_rule(c, "-1", own))
        for protocol, port in (("tcp", 4240), ("icmp", -1)):
            rule = group_rule(c, protocol, own, port, port) | {"IpRanges": [{"CidrIp": "10.40.0.0/16"}]}
            c.groups[-1].ingress.append(rule)
    c.health(lambda a, b: "ok" if (a in left) == (b in left) else "endpoint")
    return crash_dns(c)


@scenario("pair", "scheduler-insufficient-requests", "stale-ciliumnodes")
def a_pool_held_by_the_dead_and_requests_full() -> MemorySource:
    c = abroad(OREGON, "1.16.9", mode="cluster-pool", pool="10.244.0.0/21")
    c.nodes(8, type="m5.large", max_pods=29, zones=OREGON)
    c.workload("shop/api", 8, on=c.node_list[:4])
    new = c.nodes(2, type="m5.large", max_pods=29, zones=OREGON, age_days=0.1)
    unserved(c, new, error="allocator full")
    dead = c.node_list[4:8]
    message = (
        "0/6 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, "
        "4 Insufficient memory. preemption: 0/6 nodes are available: 4 No preemption victims found."
    )
    for node in c.node_list[:4]:
        c.workload("shop/cache", 1, memory=5500, on=node)
    for pod in c.pending("shop/big", 5, message, minutes=90):
        pod.memory = 5500
    return bury(c, dead)


@scenario("pair", "no-service-implementation", "kubelet-max-pods-too-low")
def nothing_serves_cluster_ips_and_the_cap() -> Cluster:
    c = overlay(VIRGINIA, "1.15.6")
    c.without_kube_proxy()
    c.config["kube-proxy-replacement"] = "false"
    c.probe_dns("timeout")
    fill_cap(c, 9, 50)
    return c


@scenario("pair", "cluster-pool-exhausted", "webhook-unreachable-from-control-plane")
def a_full_pool_and_a_webhook_in_the_overlay() -> Cluster:
    c = abroad(FRANKFURT, "1.18.3", mode="cluster-pool", pool="10.244.0.0/22")
    c.nodes(4, type="m5.large", max_pods=29, zones=FRANKFURT)
    c.workload("shop/api", 20)
    new = c.nodes(2, type="m5.large", max_pods=29, zones=FRANKFURT, age_days=0.1)
    unserved(c, new, error="allocator full")
    c.webhook("kyverno/kyverno-svc", port=9443, fails="context deadline exceeded")
    return c


@scenario("pair", "subnet-free-ips-exhausted", "scheduler-placement-constraints")
def an_empty_zone_and_a_taint_nobody_tolerates() -> Cluster:
    c = abroad(VIRGINIA, "1.20.2")
    c.subnet("us-east-1a", "10.40.3.0/26")
    nodes = c.nodes(6, type="m5.large", max_pods=28, zones=VIRGINIA)
    c.fill_subnet("us-east-1a")
    c.workload("shop/api", 30, on=[n for n in nodes if n.zone == "us-east-1a"])
    gpu = c.nodes(1, type="m5.2xlarge", max_pods=57, zones=VIRGINIA[1:2], group="gpu")
    gpu[0].taints.append({"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"})
    c.workload("shop/train", 4, node_selector={"eks.amazonaws.com/nodegroup": "gpu"})
    return c


@scenario("pair", "webhook-port-blocked", "multipool-agent-view-behind")
def an_agent_behind_and_a_closed_webhook_port() -> MemorySource:
    c = hungry("1.20.0")
    c.security_group("nodes", [], nodes=c.node_list)
    own = c.groups[-1]
    own.ingress += [group_rule(c, "-1", own.id), group_rule(c, "tcp", c.groups[0].id, 443, 443)]
    c.webhook("kyverno/kyverno-svc", port=9443, fails="context deadline exceeded")
    return behind(c)


@scenario("pair", "agent-not-ready-taint-left", "masquerade-interface-mismatch")
def an_interface_that_no_node_has_and_a_taint_left() -> Cluster:
    c = overlay(OREGON, "1.15.9")
    c.config |= {"egress-masquerade-interfaces": "eth0", "remove-cilium-node-taints": "false"}
    for node in c.nodes(2, type="m5.large", max_pods=29, zones=OREGON, labels={"pool": "b"}, age_days=0.3):
        node.taints.append(dict(STARTUP))
    c.workload("shop/b", 8, node_selector={"pool": "b"})
    return c


@scenario("pair", "prefix-delegation-non-nitro", "prefix-delegation-sticky-secondary-ips")
def xen_nodes_and_nodes_older_than_the_prefixes() -> Cluster:
    c = abroad(VIRGINIA, "1.17.6", prefix_delegation=True)
    old = c.nodes(2, type="m5.large", max_pods=110, zones=VIRGINIA, age_days=40, prefix_delegation=False)
    xen = c.nodes(2, type="m4.large", max_pods=110, zones=VIRGINIA, age_days=4, group="xen")
    c.nodes(2, type="m5.large", max_pods=110, zones=VIRGINIA, age_days=4)
    c.workload("shop/api", 56, on=old)
    c.workload("shop/cart", 40, on=xen)
    return c


@scenario("pair", "direct-routes-across-subnets", "pod-cidr-overlaps-vpc")
def direct_routes_and_a_pool_inside_the_vpc() -> Cluster:
    c = abroad(FRANKFURT, "1.16.5", mode="cluster-pool", pool="10.40.0.0/16", routing="native")
    c.nodes(6, type="m5.large", max_pods=29, zones=FRANKFURT)
    c.workload("shop/api", 12)
    c.config |= {"ipv4-native-routing-cidr": "10.40.0.0/16", "auto-direct-node-routes": "true"}
    c.source_dest_check(False)
    c.health("subnet")
    return c


@scenario("pair", "kubelet-max-pods-too-low", "ec2-endpoint-unreachable")
def no_way_to_ec2_and_the_cap() -> MemorySource:
    c = abroad(OREGON, "1.18.4", prefix_delegation=True)
    c.nodes(3, type="m5.large", max_pods=16, zones=OREGON)
    c.workload("shop/perf", 60)
    late(c, 2, OREGON, type="m5.large", max_pods=16)
    error = (
        "operation error EC2: DescribeSubnets, exceeded maximum number of attempts, 3, request send failed, "
        "Post https://ec2.us-west-2.amazonaws.com/: dial tcp 52.94.1.1:443: i/o timeout"
    )
    repeated(c, "Unable to synchronize EC2 VPC list", error)
    c.ec2_calls[("DescribeSubnets", "Failed")] = (30, 40)
    return routed(c, private="none")


@scenario("pair", "scheduler-insufficient-requests", "small-instance-watermark-deadlock")
def nodes_too_small_and_requests_full() -> Cluster:
    c = reserve_too_large()
    c.workload("shop/perf", 20, cpu=1500)
    return c


@scenario("pair", "coredns-without-endpoints", "duplicate-pod-cidrs")
def one_block_twice_and_dns_that_crashes() -> Cluster:
    c = overlay(FRANKFURT, "1.14.6")
    first, second = c.node_list[0], c.node_list[3]
    c.block_of(second, str(first.block))
    return crash_dns(c)
