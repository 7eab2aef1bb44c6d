"""Ranges, pools, and what the operator and an agent each believe of them."""

from ipaddress import IPv4Network

from tests.builder import Cluster, MemorySource, items
from tests.builder.cilium_objects import pod_ip_pool
from tests.builder.clock import Object, ago, stamp
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.subnets import running

NODES = "kubernetes/apis/cilium.io/v2/ciliumnodes"


@scenario("single", "release-handshake-stuck")
def addresses_released_that_the_agent_never_cleared() -> MemorySource:
    c = running("1.17.3")
    nodes = c.nodes(3, type="m5.large", max_pods=29)
    c.workload("shop/api", 30)
    c.stuck("shop/api", 3, node=nodes[0], minutes=15)
    nodes[0].growing = False
    while len(nodes[0].attached) < len(nodes[0].lent) + 5:
        address = nodes[0].subnet.take()
        assert address is not None
        nodes[0].enis[-1].addresses.append(address)
    c.config["aws-release-excess-ips"] = "true"
    spare = [ip for ip in nodes[0].attached if ip not in nodes[0].lent]

    def release(answer: Object) -> None:
        for item in items(answer):
            if item["metadata"]["name"] == nodes[0].name:
                ipam = item["status"]["ipam"]
                assert isinstance(ipam, dict)
                ipam["release-ips"] = dict.fromkeys(spare, "released")

    return c.source().edit(NODES, release)


@scenario("healthy")
def healthy_release_that_began_a_moment_ago() -> MemorySource:
    c = running("1.17.3")
    nodes = c.nodes(3, type="m5.large", max_pods=28)
    c.workload("shop/api", 30)
    c.config["aws-release-excess-ips"] = "true"
    node = nodes[0]
    for _ in range(3):
        address = node.subnet.take()
        assert address is not None
        node.enis[-1].addresses.append(address)
    spare = [ip for ip in node.attached if ip not in node.lent][-3:]

    def release(answer: Object) -> None:
        for item in items(answer):
            if item["metadata"]["name"] == node.name:
                ipam = item["status"]["ipam"]
                assert isinstance(ipam, dict)
                ipam["release-ips"] = dict.fromkeys(spare, "marked-for-release")

    return c.source().edit(NODES, release)


@scenario("single", "ip-released-while-in-use")
def an_address_taken_from_a_pod_that_has_it() -> Cluster:
    c = running("1.13.4")
    c.nodes(3, type="m5.large", max_pods=28)
    c.workload("shop/api", 30)
    c.config["aws-release-excess-ips"] = "true"
    pod = c.pods_of("shop/api")[7]
    assert pod.node is not None
    assert pod.ip is not None
    pod.node.growing = False
    for eni in pod.node.enis:
        eni.addresses = [ip for ip in eni.addresses if ip != pod.ip]
    return c


@scenario("single", "multipool-agent-view-behind")
def prefixes_attached_that_the_agent_does_not_own() -> MemorySource:
    return behind(hungry("1.20.0"))


def hungry(version: str) -> Cluster:
    """Prefixes on three nodes; pods on the first one wait."""
    c = running(version, prefix_delegation=True)
    nodes = c.nodes(3, type="m5.large", max_pods=110)
    c.workload("shop/api", 46, on=nodes[0])
    c.workload("shop/cart", 20, on=nodes[1:])
    for _ in range(3):
        prefix = nodes[0].subnet.take_prefix()
        assert prefix is not None
        nodes[0].enis[-1].prefixes.append(prefix)
    nodes[0].growing = False
    c.stuck("shop/api", 6, node=nodes[0], minutes=15)
    return c


def behind(c: Cluster) -> MemorySource:
    """The first node's agent lists only the prefixes that its addresses lie in."""
    node = c.node_list[0]
    used = {p for eni in node.enis for p in eni.prefixes if any(in_block(ip, p) for ip in node.lent)}

    def drop(answer: Object) -> None:
        for item in items(answer):
            if item["metadata"]["name"] == node.name:
                ipam = item["spec"]["ipam"]
                assert isinstance(ipam, dict)
                ipam["pools"]["allocated"][0]["cidrs"] = sorted(used)

    return c.source().edit(NODES, drop)


def in_block(address: str, block: str) -> bool:
    """Whether an address lies in a block."""
    return IPv4Network(address).subnet_of(IPv4Network(block))


@scenario("pair", "multipool-agent-view-behind", "scheduler-placement-constraints")
def an_agent_behind_and_a_workload_misplaced() -> MemorySource:
    c = hungry("1.20.0")
    c.workload("shop/gpu", 3, node_selector={"accelerator": "a100"})
    return behind(c)


@scenario("single", "podippool-not-discovered")
def a_pool_made_after_the_operator_started() -> MemorySource:
    c = Cluster(mode="multi-pool", cilium="1.20.0-pre.1")
    c.nodes(4, type="m5.large", max_pods=60)
    c.workload("shop/api", 20)
    batch = c.workload("batch/report", 0)
    batch.annotations["ipam.cilium.io/ip-pool"] = "batch"
    error = (
        "unable to allocate IP via local cilium agent: [POST /ipam][502] postIpamFailure  unable "
        "to allocate from "
        'pool "batch" (family ipv4): pool not (yet) available'
    )
    for pod in c.stuck("batch/report", 6, error=error, minutes=40):
        pod.annotations["ipam.cilium.io/ip-pool"] = "batch"
    c.log('time=2026-11-22T08:58:20Z level=warn msg="cannot allocate from non-existing pool" pool=batch')
    made = pod_ip_pool(c, "batch", [IPv4Network("10.61.0.0/24")])
    meta = made["metadata"]
    assert isinstance(meta, dict)
    meta["creationTimestamp"] = stamp(ago(hours=1))

    def add(answer: Object) -> None:
        listed = answer["items"]
        assert isinstance(listed, list)
        listed.append(made)

    return c.source().edit("kubernetes/apis/cilium.io/v2alpha1/ciliumpodippools", add)


@scenario("single", "multipool-cidr-not-released")
def a_pool_held_by_nodes_without_pods() -> Cluster:
    c = Cluster(mode="multi-pool", cilium="1.17.0", pool="10.244.0.0/24", pool_mask=28)
    nodes = c.nodes(4, type="m5.large", max_pods=60)
    for node in nodes[1:3]:
        for _ in range(4):
            node.blocks.append(("default", c.free_blocks["default"].pop(0)))
    c.workload("shop/api", 112, on=[nodes[0], nodes[3]])
    return c


@scenario("healthy", risks=("watermark-flapping",))
def healthy_while_addresses_come_and_go() -> Cluster:
    c = running("1.17.4")
    c.nodes(3, type="m5.large", max_pods=28)
    c.workload("shop/api", 30)
    c.config["aws-release-excess-ips"] = "true"
    for subnet in c.subnets:
        c.metric(f'cilium_operator_ipam_ip_allocation_ops{{subnet_id="{subnet.id}"}}', 9400, earlier=9352)
        c.metric(f'cilium_operator_ipam_ip_release_ops{{subnet_id="{subnet.id}"}}', 9310, earlier=9263)
    c.ec2_calls[("AssignPrivateIpAddresses", "OK")] = (9352, 9400)
    c.ec2_calls[("UnassignPrivateIpAddresses", "OK")] = (9263, 9310)
    return c


@scenario("single", "duplicate-pod-cidrs")
def two_nodes_with_one_block() -> Cluster:
    c = plain(version="1.14.6")
    first, second = c.node_list[0], c.node_list[3]
    c.block_of(second, str(first.block))
    c.health(lambda a, b: "endpoint" if b is first and a is not second else "ok")
    return c


@scenario("single", "duplicate-pod-cidrs")
def two_nodes_with_one_block_of_a_pool() -> Cluster:
    c = plain("multi-pool", "1.17.7")
    first, second = c.node_list[0], c.node_list[4]
    second.blocks = [*second.blocks, first.blocks[0]]
    return c


@scenario("healthy", risks=("pool-setting-not-applied",))
def healthy_on_blocks_of_a_range_that_is_no_longer_configured() -> Cluster:
    c = plain()
    c.config["cluster-pool-ipv4-cidr"] = "100.64.0.0/16"
    return c


@scenario("healthy")
def healthy_pool_that_was_extended_by_a_second_range() -> Cluster:
    c = plain()
    c.config["cluster-pool-ipv4-cidr"] = "10.244.0.0/16 100.64.0.0/16"
    return c


@scenario("single", "pod-cidr-overlaps-service-cidr")
def a_node_whose_block_holds_the_dns_address() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5", pool="10.100.0.0/16", services="10.100.0.0/16")
    c.nodes(6, type="m5.large", max_pods=29)
    c.workload("shop/api", 12)
    c.probe_from = c.node_list[0].name
    c.probe_dns("timeout")
    return c


@scenario("healthy", risks=("pod-cidr-overlaps-service-cidr",))
def healthy_chart_default_range_around_the_services() -> Cluster:
    c = Cluster(
        mode="cluster-pool",
        cilium="1.14.6",
        pool="10.0.0.0/8",
        vpc="192.168.0.0/16",
        services="10.100.0.0/16",
    )
    c.nodes(6, type="m5.large", max_pods=29)
    c.workload("shop/api", 12)
    return c


@scenario("look-alike", "node-pod-cidr-full")
def one_dense_node_whose_block_is_full_while_the_pool_is_not() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.13.4", pool_mask=25)
    dense = c.nodes(1, type="m5.4xlarge", max_pods=234, group="dense")
    c.nodes(4, type="m5.large", max_pods=29)
    c.workload("shop/api", 130, on=dense)
    return c


@scenario("look-alike", "kubelet-max-pods-too-low")
def caps_reached_while_blocks_are_nearly_empty_on_1_20() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.20.1")
    c.nodes(5, type="m5.large", max_pods="eks")
    c.workload("shop/api", 200)
    return c


@scenario("single", "ipam-mode-changed-in-place")
def blocks_and_interfaces_in_the_same_ciliumnodes() -> MemorySource:
    c = running("1.17.4")
    c.nodes(4, type="m5.large", max_pods=29, age_days=60)
    c.workload("shop/api", 20)
    old = c.pods_of("shop/api")[:5]
    for number, pod in enumerate(old):
        assert pod.node is not None
        if pod.ip:
            pod.node.lent.pop(pod.ip, None)
        pod.ip = f"10.244.{c.node_list.index(pod.node)}.{number + 20}"

    def keep(answer: Object) -> None:
        for number, item in enumerate(items(answer)):
            ipam = item["spec"]["ipam"]
            assert isinstance(ipam, dict)
            ipam["podCIDRs"] = [f"10.244.{number}.0/24"]

    return c.source().edit(NODES, keep)
