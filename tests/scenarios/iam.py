"""The operator: its rights, its credentials, its way to EC2, and what it believes."""

from tests.builder import Cluster, MemorySource, items
from tests.builder.clock import Object, ago, uid
from tests.builder.joining import unserved
from tests.builder.model import Node
from tests.scenarios.corpus import scenario
from tests.scenarios.objects import routed
from tests.scenarios.subnets import ZONES, interface_failures, newcomers, running, work

LOG = (
    'time="2026-11-22T08:5{minute}:20Z" level={level} msg="{text}" error="{error}" subsys=ipam-allocator-aws'
)
WAITS_FOR_A_BLOCK = (
    'level=info msg="Waiting for k8s node information" error="required IPv4 PodCIDR not available"'
)


def said(
    c: Cluster, text: str, error: str, *, level: str = "warning", minutes: tuple[int, ...] = (6, 8, 9)
) -> None:
    """A line of the operator's log, repeated in these minutes before nine."""
    c.log(*[LOG.format(minute=m, level=level, text=text, error=error) for m in minutes])


def denied(operation: str) -> str:
    """EC2's answer to a role without the action."""
    return (
        f"operation error EC2: {operation}, https response error StatusCode: 403, RequestID: "
        f"{uid(operation)}, "
        "api error UnauthorizedOperation: You are not authorized to perform this operation."
    )


@scenario("single", "iam-missing-permission")
def a_role_that_may_not_make_interfaces() -> Cluster:
    c = running("1.16.5", first_interface_index=1)
    c.nodes(3, type="m5.large", max_pods=19)
    c.workload("shop/api", 20)
    newcomers(c, 3, type="m5.large", max_pods=19)
    said(c, "Unable to create interface on instance", denied("CreateNetworkInterface"))
    interface_failures(c, "unableToCreateENI")
    c.ec2_calls[("CreateNetworkInterface", "403 Forbidden")] = (120, 160)
    return c


@scenario("single", "iam-missing-permission")
def an_upgrade_to_1_18_with_the_old_policy() -> Cluster:
    c = work(running("1.18.2"))
    newcomers(c, 2, type="m5.large", max_pods=29)
    said(c, "Unable to synchronize EC2 route table list", denied("DescribeRouteTables"))
    said(c, "Unable to maintain ip pool of node", "instances API is unstable. Blocking mutating operations.")
    c.ec2_calls[("DescribeRouteTables", "403 Forbidden")] = (400, 405)
    c.metric('cilium_operator_ipam_background_sync_duration_seconds_count{status="failed"}', 405, earlier=400)
    return c


@scenario("single", "iam-missing-permission")
def rights_simulated_and_no_log() -> MemorySource:
    c = work(running("1.17.4"))
    newcomers(c, 2, type="m5.large", max_pods=29)
    source = c.source().refuse("cilium/operator/log.txt")
    source.refuse("cilium/operator/metrics.prom").refuse("cilium/operator/metrics.earlier.prom")
    allowed = ["DescribeInstanceTypes", "DescribeNetworkInterfaces", "DescribeSubnets", "DescribeVpcs"]
    allowed += ["DescribeRouteTables", "DescribeSecurityGroups", "CreateNetworkInterface", "CreateTags"]
    allowed += ["AttachNetworkInterface", "ModifyNetworkInterfaceAttribute", "DeleteNetworkInterface"]
    results: list[Object] = [
        {"EvalActionName": f"ec2:{action}", "EvalResourceName": "*", "EvalDecision": "allowed"}
        for action in allowed
    ]
    missing: Object = {"EvalActionName": "ec2:AssignPrivateIpAddresses", "EvalResourceName": "*"}
    results.append(missing | {"EvalDecision": "implicitDeny"})
    answer = {"EvaluationResults": results, "IsTruncated": False}
    return source.put(f"aws/iam/simulate-principal-policy/{c.name}-cilium-operator", answer)


@scenario("look-alike", "operator-without-credentials-or-region")
def an_operator_without_a_role() -> MemorySource:
    c = work(running("1.17.4"))
    newcomers(c, 2, type="m5.large", max_pods=29)
    c.operator(ready=0)
    c.log(
        'time="2026-11-22T08:58:20Z" level=fatal msg="Unable to init eni allocator" error="failed '
        "to refresh cached "
        "credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error "
        'StatusCode: 404" subsys=cilium-operator-aws'
    )
    source = c.source()
    account = "kubernetes/api/v1/namespaces/kube-system/serviceaccounts/cilium-operator"

    def strip(answer: dict[str, object]) -> None:
        meta = answer["metadata"]
        assert isinstance(meta, dict)
        meta.pop("annotations", None)

    return source.edit(account, strip)


@scenario("look-alike", "operator-down-or-no-leader")
def an_operator_out_of_memory() -> Cluster:
    c = work(running("1.17.4"))
    newcomers(c, 2, type="m5.large", max_pods=29)
    c.operator(ready=0)
    for pod in c.pods_of("kube-system/cilium-operator"):
        pod.waiting_message = "back-off 5m0s restarting failed container=cilium-operator"
        c.event(
            "Pod", pod.ref, "BackOff", "Back-off restarting failed container cilium-operator in pod", count=80
        )
    return c


@scenario("single", "ec2-api-throttled")
def a_scale_up_that_ec2_slows_down() -> Cluster:
    c = running("1.16.5")
    c.nodes(6, type="m5.xlarge", max_pods=57)
    c.workload("shop/api", 60)
    c.stuck("shop/api", 60, minutes=5)
    for node in c.node_list:
        node.growing = False
    limit = (
        "operation error EC2: AssignPrivateIpAddresses, https response error StatusCode: 503, api error "
        "RequestLimitExceeded: Request limit exceeded."
    )
    said(c, "Unable to assign additional IPs to interface, will create new interface", limit, level="info")
    c.ec2_calls[("AssignPrivateIpAddresses", "503 Service Unavailable")] = (100, 260)
    c.ec2_calls[("AssignPrivateIpAddresses", "OK")] = (400, 440)
    return c


@scenario("look-alike", "ec2-endpoint-unreachable")
def private_subnets_without_a_way_to_ec2() -> MemorySource:
    c = work(running("1.17.4"))
    newcomers(c, 2, type="m5.large", max_pods=29)
    error = (
        "operation error EC2: DescribeNetworkInterfaces, exceeded maximum number of attempts, 3, "
        "request send failed, "
        "Post https://ec2.eu-west-1.amazonaws.com/: dial tcp 67.220.224.11:443: i/o timeout"
    )
    said(c, "Unable to synchronize EC2 interface list", error)
    c.ec2_calls[("DescribeNetworkInterfaces", "Failed")] = (300, 305)
    c.metric('cilium_operator_ipam_background_sync_duration_seconds_count{status="failed"}', 305, earlier=300)
    return routed(c, private="none")


@scenario("look-alike", "ec2-endpoint-unreachable")
def an_operator_that_asks_the_dns_it_should_bring_up() -> Cluster:
    c = running("1.17.4")
    c.nodes(3, type="m5.large", max_pods=29, age_days=0.1)
    c.find("kube-system/cilium-operator").dns_policy = "ClusterFirstWithHostNet"
    for pod in c.pods_of("kube-system/coredns"):
        c.evict(pod)
    unserved(c, c.node_list)
    for pod in c.pods_of("kube-system/coredns"):
        c.place(pod, None, minutes=90)
    error = (
        "operation error EC2: DescribeInstanceTypes, request send failed, Post "
        "https://ec2.eu-west-1.amazonaws.com/: "
        "dial tcp: lookup ec2.eu-west-1.amazonaws.com on 172.20.0.10:53: read udp "
        "10.40.0.4:38571->172.20.0.10:53: "
        "i/o timeout"
    )
    said(c, "Unable to synchronize EC2 interface list", error)
    c.ec2_calls[("DescribeInstanceTypes", "Failed")] = (30, 35)
    return c


@scenario("look-alike", "operator-stale-allocation-view")
def a_pool_with_room_that_the_operator_calls_full() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.15.6")
    c.nodes(4, type="m5.large", max_pods=29)
    c.workload("shop/api", 20)
    added = c.nodes(2, type="m5.large", max_pods=29, age_days=0.1)
    unserved(c, added, error="allocator full", line=WAITS_FOR_A_BLOCK)
    return c


@scenario("look-alike", "cluster-pool-exhausted")
def a_pool_of_eight_blocks_and_a_ninth_node() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.18.3", pool="10.244.0.0/21")
    c.nodes(8, type="m5.large", max_pods=29)
    c.workload("shop/api", 40)
    added = c.nodes(1, type="m5.large", max_pods=29, age_days=0.1)
    unserved(c, added, error="allocator full", line=WAITS_FOR_A_BLOCK)
    return c


@scenario("look-alike", "stale-ciliumnodes")
def a_pool_held_by_nodes_that_are_gone() -> MemorySource:
    c = Cluster(mode="cluster-pool", cilium="1.15.6", pool="10.244.0.0/21")
    c.nodes(8, type="m5.large", max_pods=29)
    c.workload("shop/api", 20, on=c.node_list[:4])
    added = c.nodes(2, type="m5.large", max_pods=29, age_days=0.1)
    unserved(c, added, error="allocator full", line=WAITS_FOR_A_BLOCK)
    return bury(c, c.node_list[4:8])


def bury(c: Cluster, dead: list[Node]) -> MemorySource:
    """The answers without these Nodes, their pods and instances; their CiliumNodes stay."""
    names = {node.name for node in dead}
    for node in dead:
        for pod in list(c.on_node[node.name]):
            c.pods.remove(pod)
            pod.owner.replicas -= pod.owner.kind != "DaemonSet"
        node.instance = node.agent_answers = False
    source = c.source()

    def forget(answer: dict[str, object]) -> None:
        answer["items"] = [item for item in items(answer) if item["metadata"]["name"] not in names]

    source.edit("kubernetes/api/v1/nodes", forget)
    return source.edit("kubernetes/apis/coordination.k8s.io/v1/leases", forget)


@scenario("healthy", risks=("stale-ciliumnodes",))
def healthy_with_the_ciliumnode_of_a_node_long_gone() -> MemorySource:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(5, type="m5.large", max_pods=29)
    c.workload("shop/api", 10, on=c.node_list[:4])
    gone = c.node_list[4]
    c.health(lambda a, b: "unknown" if b is gone else "ok")
    return bury(c, [gone])


@scenario("look-alike", "operator-stale-allocation-view")
def an_operator_that_stopped_to_look_in_eni_mode() -> MemorySource:
    c = work(running("1.15.5"))
    newcomers(c, 3, type="m5.large", max_pods=29)
    source = c.source()
    page = str(source.answers["cilium/operator/metrics.prom"])
    stuck = page.replace("cilium_operator_ipam_resync_total 4305", "cilium_operator_ipam_resync_total 4300")
    return source.put("cilium/operator/metrics.prom", stuck)


@scenario("look-alike", "operator-instance-cache-drop")
def two_of_ten_new_nodes_fall_out_of_the_operators_cache() -> Cluster:
    c = running("1.18.4")
    for zone in ZONES:
        c.subnet(zone, tags={"role": "cluster"})
    work(c)
    c.nodes(8, type="m5.large", max_pods=29, group="burst", age_days=1)
    lost = c.nodes(2, type="m5.large", max_pods=29, group="burst", age_days=1)
    unserved(c, lost)
    c.config["subnet-tags-filter"] = "role=cluster"
    for node in lost:
        text = (
            "Instance not found! Please delete corresponding ciliumnode if instance has already been deleted."
        )
        said(c, text, f"instance {node.instance_id} of {node.name} not in the cache")
    return c


@scenario("single", "operator-panic-on-subnet")
def an_operator_that_trips_over_a_subnet_it_cannot_see() -> MemorySource:
    c = work(running("1.18.2"))
    newcomers(c, 2, type="m5.large", max_pods=29)
    foreign = c.foreign_interface("eu-west-1b", "RDSNetworkInterface")
    c.operator(ready=0)
    c.log(
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x20 pc=0x2f1c0a4]",
        "github.com/cilium/cilium/pkg/aws/ec2.parseENI(0xc000b1a2c0, 0xc000d4e6f0, 0xc000d4e720, 0x0)",
        "\t/go/src/github.com/cilium/cilium/pkg/aws/ec2/ec2.go:312 +0x5a4",
    )
    source = c.source()

    def elsewhere(answer: Object) -> None:
        found = answer["NetworkInterfaces"]
        assert isinstance(found, list)
        for eni in found:
            if eni["NetworkInterfaceId"] == foreign.id:
                eni["SubnetId"] = "subnet-0feedfacefeedface"

    return source.edit("aws/ec2/describe-network-interfaces", elsewhere)


@scenario("single", "unknown-instance-type-limits")
def a_family_younger_than_the_operators_table() -> Cluster:
    c = work(running("1.16.5"))
    c.config["update-ec2-adapter-limit-via-api"] = "false"
    for node in newcomers(c, 2, type="m8i.large", max_pods=29):
        text = "Unable to find limits for instance type, consider setting --update-ec2-adapter-limit-via-api"
        said(c, text, f"instance type m8i.large of {node.name}")
    interface_failures(c, "unableToDetermineLimits")
    return c


@scenario("healthy", notes=("benign-operator-warnings",))
def healthy_operator_with_a_log_full_of_warnings() -> Cluster:
    c = work(running("1.16.5"))
    full = (
        "operation error EC2: AssignPrivateIpAddresses, api error "
        "PrivateIpAddressLimitExceeded: 11 exceeds 10"
    )
    said(c, "Unable to assign additional IPs to interface, will create new interface", full)
    text = "Failed to update CiliumNode"
    said(
        c, text, "the object has been modified; please apply your changes to the latest version and try again"
    )
    said(c, "Instance not found!", f"{c.node_list[2].instance_id} just joined", minutes=(1,))
    return c


@scenario("healthy")
def healthy_with_throttled_calls_of_last_month_in_the_counters() -> Cluster:
    c = work(running("1.18.4"))
    c.ec2_calls[("CreateNetworkInterface", "503 Service Unavailable")] = (48210, 48210)
    c.ec2_calls[("AssignPrivateIpAddresses", "403 Forbidden")] = (3100, 3100)
    interface = (
        'cilium_operator_ipam_allocation_duration_seconds_count{status="unableToFindSubnet",subnet_id="",'
    )
    c.metric(interface + 'type="createInterfaceAndAllocateIP"}', 900, earlier=900)
    return c


@scenario("healthy")
def healthy_block_error_that_outlived_the_shortage() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(4, type="m5.large", max_pods=29)
    c.node_list[3].operator_error = "allocator full"
    c.workload("shop/api", 20)
    return c


@scenario("pair", "operator-down-or-no-leader", "coredns-without-endpoints")
def no_operator_and_a_crashing_dns() -> Cluster:
    c = work(running("1.17.4"))
    newcomers(c, 4, type="m5.large", max_pods=29)
    c.operator(ready=0)
    c.coredns(0)
    for pod in c.pods_of("kube-system/coredns"):
        pod.waiting, pod.restarts, pod.since = "CrashLoopBackOff", 30, ago(minutes=40)
    c.probe_dns("timeout")
    return c
