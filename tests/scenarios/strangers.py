"""Strangers' clusters: everything on them is odd, and nothing hurts."""

from ipaddress import IPv4Network

from tests.builder import Cluster, MemorySource, ago, items, network
from tests.builder.clock import Object
from tests.builder.joining import hold_back, without_network
from tests.builder.model import Node
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.objects import put_list
from tests.scenarios.subnets import ZONES, running


@scenario("healthy")
def healthy_mixed_instance_types_with_caps_of_their_own() -> Cluster:
    c = running("1.18.4")
    for kind, cap in (
        ("t3.medium", 15),
        ("m5.xlarge", 57),
        ("m7g.large", 28),
        ("m4.large", 19),
        ("c5.4xlarge", 110),
    ):
        c.nodes(2, type=kind, max_pods=cap, group=kind.replace(".", "-"))
    c.workload("shop/api", 60)
    c.service("shop/api")
    return c


@scenario("healthy")
def healthy_while_karpenter_nodes_join() -> Cluster:
    c = plain("eni", "1.19.2", prefix_delegation=True)
    [new] = c.nodes(
        1, type="m5.large", max_pods=110, age_days=0.0008, labels={"karpenter.sh/nodepool": "general"}
    )
    hold_back(new)
    without_network(new)
    new.agent_answers = False
    for pod in c.on_node[new.name]:
        pod.ready, pod.created, pod.since = False, ago(seconds=50), ago(seconds=40)
    return c


@scenario("healthy")
def healthy_with_fargate_hybrid_and_windows_nodes_beside() -> MemorySource:
    c = plain("eni", "1.17.4")
    fargate = c.nodes(2, type="m5.large", max_pods=1, group="fargate")
    hybrid = c.nodes(1, type="m5.large", max_pods=110, group="hybrid")
    windows = c.nodes(1, type="m5.large", max_pods=29, group="windows")
    for node in [*fargate, *hybrid, *windows]:
        foreign_node(c, node)
    for node in fargate:
        node.compute_type = "fargate"
        node.taints = [{"key": "eks.amazonaws.com/compute-type", "value": "fargate", "effect": "NoSchedule"}]
    hybrid[0].compute_type = "hybrid"
    windows[0].labels["kubernetes.io/os"] = "windows"
    windows[0].os_image = "Windows Server 2022 Datacenter"
    source = c.source()

    def change(answer: Object) -> None:
        for item in items(answer):
            if item["metadata"]["name"] == windows[0].name:
                info = item["status"]["nodeInfo"]
                assert isinstance(info, dict)
                info |= {"operatingSystem": "windows", "containerRuntimeVersion": "containerd://1.7.20"}

    return source.edit("kubernetes/api/v1/nodes", change)


def foreign_node(c: Cluster, node: Node) -> None:
    """A node that Cilium does not serve."""
    for pod in c.on_node[node.name]:
        c.pods.remove(pod)
    c.on_node[node.name] = []
    hold_back(node)
    node.cilium_node = node.agent_answers = node.network_condition = False


@scenario("healthy")
def healthy_dual_stack() -> MemorySource:
    c = plain(version="1.17.4")
    c.config |= {
        "enable-ipv6": "true",
        "cluster-pool-ipv6-cidr": "fd00::/104",
        "cluster-pool-ipv6-mask-size": "120",
    }
    source = c.source()

    def pods(answer: Object) -> None:
        for number, item in enumerate(items(answer)):
            ips = item["status"].get("podIPs")
            if isinstance(ips, list) and not item["spec"].get("hostNetwork"):
                ips.append({"ip": f"fd00::{number:x}"})

    def nodes(answer: Object) -> None:
        for number, item in enumerate(items(answer)):
            cidrs = item["spec"]["ipam"]
            assert isinstance(cidrs, dict)
            cidrs["podCIDRs"].append(f"fd00::{number:x}00/120")

    def services(answer: Object) -> None:
        for item in items(answer):
            item["spec"] |= {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv4", "IPv6"]}

    source.edit("kubernetes/api/v1/pods", pods)
    source.edit("kubernetes/apis/cilium.io/v2/ciliumnodes", nodes)
    return source.edit("kubernetes/api/v1/services", services)


@scenario("healthy")
def healthy_pods_in_a_carrier_grade_range_of_the_vpc() -> Cluster:
    c = running("1.18.4", first_interface_index=1)
    c.vpc_cidrs += ["100.64.0.0/16", "100.65.0.0/16"]
    for number, zone in enumerate(ZONES):
        c.subnet(zone)
        pods = c.subnet(zone, f"100.64.{number * 64}.0/18", tags={"pods": "yes"})
        for node in c.nodes(2, type="m5.xlarge", max_pods=43, zones=(zone,), pod_subnet=pods):
            node.eni_spec = {"subnet-tags": {"pods": "yes"}}
    c.workload("shop/api", 60)
    c.service("shop/api")
    return c


@scenario("healthy")
def healthy_in_a_namespace_of_its_own() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5")
    c.namespace = "cilium"
    c.namespaces["cilium"] = {}
    c.nodes(4, type="m5.large", max_pods=28)
    c.workload("shop/api", 20)
    c.service("shop/api")
    return c


@scenario("healthy")
def healthy_chained_on_the_aws_cni() -> MemorySource:
    c = Cluster(mode="cluster-pool", cilium="1.16.5", routing="native")
    c.nodes(4, type="m5.large", max_pods=29)
    c.config |= {
        "cni-chaining-mode": "aws-cni",
        "cni-exclusive": "false",
        "enable-ipv4-masquerade": "false",
        "enable-endpoint-routes": "true",
        "enable-endpoint-health-checking": "false",
        "routing-mode": "native",
        "tunnel-protocol": None,
    }
    c.workload("shop/api", 20)
    c.service("shop/api")
    c.aws_node(running=True)
    c.addons["vpc-cni"] = ("v1.19.2-eksbuild.1", "ACTIVE")
    for pod in c.pods:
        if pod.ip and not pod.host_network:
            assert pod.node is not None
            pod.ip = pod.node.subnet.take()
            assert pod.ip is not None
            pod.node.enis[0].addresses.append(pod.ip)
    for node in c.node_list:
        node.lent.clear()
    source = c.source()

    def chained(answer: Object) -> None:
        answer["cni-chaining"] = {"mode": "aws-cni"}
        answer["ipam"] = {"ipv4": [], "allocations": {}, "status": ""}

    for node in c.node_list:
        source.edit(f"cilium/{node.name}/status", chained)
    return source


@scenario("healthy")
def healthy_with_endpoint_slices_instead_of_endpoints() -> MemorySource:
    c = plain("eni", "1.18.3")
    c.config["enable-cilium-endpoint-slice"] = "true"
    source = c.source()
    answer = source.answers["kubernetes/apis/cilium.io/v2/ciliumendpoints"]
    assert isinstance(answer, dict)
    endpoints: list[Object] = [
        {
            "name": item["metadata"]["name"],
            "id": item["status"]["identity"]["id"],
            "networking": item["status"]["networking"],
            "encryption": {},
        }
        for item in answer["items"]
    ]
    slices: list[Object] = [
        {
            "metadata": {"name": f"ces-{number}", "creationTimestamp": "2026-11-01T09:00:00Z"},
            "namespace": "shop",
            "endpoints": endpoints[number * 10 : number * 10 + 10],
        }
        for number in range(len(endpoints) // 10 + 1)
    ]
    return put_list(source, "apis/cilium.io/v2alpha1/ciliumendpointslices", "CiliumEndpointSlice", slices)


@scenario("healthy")
def healthy_with_ingress_addresses_on_every_node() -> Cluster:
    c = plain("eni", "1.17.4")
    c.config["enable-ingress-controller"] = "true"
    for node in c.node_list:
        network.take_address(node, "ingress", c.mode, c.free_blocks)
    return c


@scenario("healthy")
def healthy_huge_subnets() -> Cluster:
    c = running("1.19.2", prefix_delegation=True)
    for number, zone in enumerate(ZONES):
        c.subnet(zone, f"10.40.{number * 64}.0/18")
    c.nodes(6, type="m5.large", max_pods=110)
    c.workload("shop/api", 120)
    return c


@scenario("healthy")
def healthy_with_one_operator_of_two_away() -> Cluster:
    c = plain("eni", "1.18.4")
    spare = c.pods_of("kube-system/cilium-operator")[1]
    spare.ready, spare.created, spare.since = False, ago(seconds=70), ago(seconds=60)
    return c


@scenario("healthy")
def healthy_where_a_webhook_that_may_fail_is_scaled_to_nothing() -> Cluster:
    c = plain("eni", "1.16.5")
    c.webhook("gatekeeper/gatekeeper-webhook", port=8443, replicas=0, policy="Ignore")
    return c


@scenario("healthy")
def healthy_with_jobs_failed_pods_and_events_of_yesterday() -> Cluster:
    c = plain("eni", "1.17.4")
    c.workload("batch/report", 0, kind="Job")
    c.leftover("batch/report", 8, phase="Succeeded")
    c.leftover("batch/report", 3)
    for pod in c.pods_of("batch/report"):
        text = "Failed to create pod sandbox: … no IPs currently available on the node"
        c.event("Pod", pod.ref, "FailedCreatePodSandBox", text, minutes=1300, count=12)
    c.event("Pod", "shop/gone-1", "FailedScheduling", "0/6 nodes are available: 6 Too many pods.", minutes=50)
    return c


@scenario("healthy")
def healthy_on_1_13_with_the_tunnel_key() -> Cluster:
    c = Cluster(
        mode="cluster-pool", cilium="1.13.4", kubernetes="1.25", vpc="172.31.0.0/16", services="10.100.0.0/16"
    )
    c.nodes(4, type="t3.large", max_pods="eks")
    c.workload("shop/api", 16)
    c.service("shop/api")
    c.helm({"tunnel": "vxlan", "ipam": {"mode": "cluster-pool"}})
    return c


@scenario("healthy")
def healthy_on_1_20_in_an_upgrade_from_1_19() -> MemorySource:
    c = plain("eni", "1.20.2", prefix_delegation=True)
    old = c.node_list[:3]
    for node in old:
        for pod in c.on_node[node.name]:
            if pod.owner.name == "cilium":
                pod.image = "quay.io/cilium/cilium:v1.19.4"
    source = c.source()
    names = {node.name: node for node in old}

    def of_1_19(answer: Object) -> None:
        for item in items(answer):
            node = names.get(str(item["metadata"]["name"]))
            if node:
                spec, status = item["spec"]["ipam"], item["status"]["ipam"]
                assert isinstance(spec, dict)
                assert isinstance(status, dict)
                spec["pools"] = {}
                status["used"] = {ip: {"owner": owner} for ip, owner in node.lent.items()}

    return source.edit("kubernetes/apis/cilium.io/v2/ciliumnodes", of_1_19)


@scenario("healthy")
def healthy_multi_pool_with_a_second_pool_on_some_nodes() -> Cluster:
    c = plain("multi-pool", "1.19.1")
    for number, node in enumerate(c.node_list[:2]):
        node.blocks.append(("batch", IPv4Network(f"10.61.{number}.0/27")))
    return c


@scenario("healthy")
def healthy_with_cordoned_and_drained_nodes() -> Cluster:
    c = plain("eni", "1.16.5")
    for node in c.nodes(2, type="m5.large", max_pods=28, group="old"):
        node.unschedulable = True
        node.taints.append({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"})
    return c


@scenario("healthy")
def healthy_two_hundred_nodes_of_an_overlay() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.18.3", pool="10.128.0.0/14")
    c.nodes(120, type="m5.large", max_pods=29)
    c.workload("shop/api", 300)
    return c


@scenario("healthy")
def healthy_pods_waiting_for_images_and_volumes() -> Cluster:
    c = plain("eni", "1.17.4")
    c.workload("shop/new", 4)
    for pod in c.pods_of("shop/new"):
        pod.phase, pod.ready, pod.waiting, pod.created = "Pending", False, "ImagePullBackOff", ago(minutes=30)
    return c
