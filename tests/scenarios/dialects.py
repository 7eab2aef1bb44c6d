"""The same faults told in other words: another release's log and labels, one page of metrics, "
"one source less."""

from tests.builder import Cluster, MemorySource
from tests.builder.joining import unserved
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.iam import (
    a_role_that_may_not_make_interfaces,
    a_scale_up_that_ec2_slows_down,
    private_subnets_without_a_way_to_ec2,
)
from tests.scenarios.objects import routed
from tests.scenarios.ranges import behind, hungry
from tests.scenarios.subnets import ZONES, newcomers, running, work

LOG = "cilium/operator/log.txt"
PAGES = ("cilium/operator/metrics.prom", "cilium/operator/metrics.earlier.prom")


@scenario("unread", "iam-missing-permission")
def a_missing_right_told_by_the_metrics_alone() -> MemorySource:
    c = running("1.18.2", first_interface_index=1)
    c.nodes(3, type="m5.large", max_pods=19)
    c.workload("shop/api", 20)
    newcomers(c, 3, type="m5.large", max_pods=19)
    name = "cilium_operator_ec2_api_duration_seconds_count"
    labels = 'operation="CreateNetworkInterface",response_code="UnauthorizedOperation"'
    c.metric(f"{name}{{{labels}}}", 160, earlier=120)
    return c.source().refuse(LOG)


@scenario("unread", "iam-missing-permission")
def a_missing_right_told_by_the_log_alone() -> MemorySource:
    source = a_role_that_may_not_make_interfaces().source()
    for page in PAGES:
        source.refuse(page)
    return source


@scenario("single", "iam-missing-permission")
def a_missing_right_in_the_log_of_1_19() -> Cluster:
    c = running("1.19.2")
    c.nodes(3, type="m5.large", max_pods=29)
    c.workload("shop/api", 20)
    newcomers(c, 2, type="m5.large", max_pods=29)
    c.log(
        "time=2026-11-22T08:58:20.114Z level=warn "
        'source=/go/src/github.com/cilium/cilium/pkg/ipam/node.go:512 msg="Unable '
        'to assign additional IPs to interface, will create new interface" module=operator.ipam '
        'error="operation error '
        "EC2: AssignPrivateIpAddresses, https response error StatusCode: 403, RequestID: 7f5a, api error "
        "UnauthorizedOperation: You are not authorized to perform this operation. User: "
        'arn:aws:sts::111122223333"'
    )
    return c


@scenario("unread", "ec2-api-throttled")
def a_slow_scale_up_told_by_the_metrics_alone() -> MemorySource:
    return a_scale_up_that_ec2_slows_down().source().refuse(LOG)


@scenario("unread", "ec2-endpoint-unreachable")
def no_way_to_ec2_and_no_metrics() -> MemorySource:
    source = private_subnets_without_a_way_to_ec2()
    for page in PAGES:
        source.refuse(page)
    return source


@scenario("healthy")
def healthy_private_subnets_with_an_endpoint_for_ec2() -> MemorySource:
    c = work(running("1.17.4"))
    endpoint = {
        "VpcEndpointId": "vpce-0123456789abcdef0",
        "VpcEndpointType": "Interface",
        "VpcId": c.vpc_id,
        "ServiceName": "com.amazonaws.eu-west-1.ec2",
        "State": "available",
        "PrivateDnsEnabled": True,
        "SubnetIds": [subnet.id for subnet in c.subnets],
        "Groups": [{"GroupId": c.groups[0].id, "GroupName": c.groups[0].name}],
    }
    source = routed(c, private="none")
    return source.put("aws/ec2/describe-vpc-endpoints", {"VpcEndpoints": [endpoint]})


@scenario("look-alike", "max-pods-exceeds-node-ip-capacity")
def all_that_is_attached_is_allocated_on_1_20_0() -> Cluster:
    c = Cluster(mode="eni", cilium="1.20.0")
    c.nodes(3, type="m5.large", max_pods=110)
    c.workload("shop/api", 100)
    return c


@scenario("unread", "multipool-agent-view-behind")
def an_agent_behind_and_none_could_be_asked() -> MemorySource:
    return behind(hungry("1.20.0")).refuse("cilium/")


@scenario("look-alike", "cluster-pool-exhausted")
def a_pool_of_two_ranges_both_full() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.14.6", pool="10.244.0.0/23")
    c.nodes(2, type="m5.large", max_pods=29)
    c.free_blocks["default"] += list(c.vpc.supernet(new_prefix=8).subnets(new_prefix=24))[
        200 * 256 : 200 * 256 + 2
    ]
    c.config["cluster-pool-ipv4-cidr"] = "10.244.0.0/23 10.200.0.0/23"
    c.nodes(2, type="m5.large", max_pods=29)
    c.workload("shop/api", 20)
    unserved(c, c.nodes(1, type="m5.large", max_pods=29, age_days=0.1), error="allocator full")
    return c


@scenario("unread", "cluster-pool-exhausted")
def a_full_pool_and_no_agent_or_aws_could_be_asked() -> MemorySource:
    c = Cluster(mode="cluster-pool", cilium="1.18.3", pool="10.244.0.0/21")
    c.nodes(8, type="m5.large", max_pods=29)
    c.workload("shop/api", 40)
    unserved(c, c.nodes(1, type="m5.large", max_pods=29, age_days=0.1), error="allocator full")
    return c.source().refuse("cilium/").refuse("aws/")


@scenario("look-alike", "kubelet-max-pods-too-low")
def caps_reached_in_a_cluster_that_was_described_without_events_or_agents() -> MemorySource:
    c = Cluster(mode="cluster-pool", cilium="1.14.6", kubernetes="1.27")
    c.nodes(5, type="t3.medium", max_pods="eks")
    c.workload("shop/perf", 90)
    return c.source().drop("cilium/").drop("kubernetes/api/v1/events").drop("probes/").drop("aws/")


@scenario("look-alike", "scheduler-placement-constraints")
def spread_over_zones_that_have_no_room() -> Cluster:
    c = plain("eni", "1.18.4")
    c.pending(
        "shop/spread",
        4,
        "0/6 nodes are available: 2 node(s) didn't match Pod's node affinity/selector, 4 node(s) "
        "didn't match pod "
        "topology spread constraints. preemption: 0/6 nodes are available: 6 Preemption is not "
        "helpful for scheduling.",
    )
    return c


@scenario("single", "subnet-free-ips-exhausted")
def pods_and_new_nodes_of_a_zone_without_addresses() -> Cluster:
    c = running("1.18.4", first_interface_index=1)
    c.subnet("eu-west-1a")
    small = c.subnet("eu-west-1a", "10.40.200.0/27", tags={"pods": "yes"})
    for node in c.nodes(1, type="m5.large", max_pods=19, zones=ZONES[:1], pod_subnet=small):
        node.eni_spec = {"subnet-tags": {"pods": "yes"}}
    c.workload("shop/api", 12)
    c.fill_subnet(small)
    added = c.nodes(2, type="m5.large", max_pods=19, zones=ZONES[:1], pod_subnet=small, age_days=0.1)
    unserved(c, added)
    for node in added:
        node.eni_spec = {"subnet-tags": {"pods": "yes"}}
    c.fill_subnet(small)
    return c
