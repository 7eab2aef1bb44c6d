"""More that looks wrong at a glance and hurts nobody: settings, versions and half-finished changes."""

from tests.builder import Cluster, MemorySource, ago, items
from tests.builder.clock import Object
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.objects import LAUNCHED, put_list
from tests.scenarios.subnets import running


@scenario("healthy")
def healthy_pods_that_a_queue_holds_back() -> Cluster:
    c = plain(version="1.17.4")
    c.workload("batch/train", 0, kind="Job")
    c.pending(
        "batch/train", 8, "Scheduling is blocked due to non-empty scheduling gates", reason="SchedulingGated"
    )
    c.events = [event for event in c.events if event.name not in {p.name for p in c.pods_of("batch/train")}]
    return c


@scenario("healthy")
def healthy_with_a_mesh_of_two_clusters() -> MemorySource:
    c = plain(version="1.18.3")
    c.config |= {"cluster-name": "left", "cluster-id": "1"}
    source = c.source()

    def meet(answer: Object) -> None:
        nodes = answer["nodes"]
        assert isinstance(nodes, list)
        for node in nodes:
            node["name"] = f"left/{node['name']}"
        local = answer["local"]
        assert isinstance(local, dict)
        local["name"] = f"left/{local['name']}"
        address: Object = {"ip": "10.90.1.7", "icmp": {"latency": 812345}, "http": {"latency": 933000}}
        far = {"name": "right/ip-10-90-1-7", "host": {"primary-address": address, "secondary-addresses": []}}
        nodes.append(far | {"health-endpoint": {"primary-address": address | {"ip": "10.245.3.9"}}})

    for node in c.node_list:
        source.edit(f"cilium/{node.name}/health", meet)
    return source


@scenario("healthy")
def healthy_on_1_13_with_a_strict_replacement_of_kube_proxy() -> Cluster:
    c = Cluster(mode="eni", cilium="1.13.9", kubernetes="1.26", kube_proxy=False)
    c.nodes(4, type="m5.large", max_pods=27)
    c.workload("shop/api", 20)
    return c


@scenario("healthy")
def healthy_on_1_13_with_a_partial_replacement_beside_kube_proxy() -> Cluster:
    c = plain(version="1.13.9")
    c.config["kube-proxy-replacement"] = "partial"
    return c


@scenario("healthy")
def healthy_with_wireguard_and_an_mtu_that_leaves_room() -> Cluster:
    c = plain(version="1.18.3")
    c.config |= {"enable-wireguard": "true", "mtu": "8871"}
    return c


@scenario("healthy")
def healthy_with_a_taint_key_for_the_cluster_autoscaler() -> Cluster:
    c = plain("eni", "1.17.4")
    key = "ignore-taint.cluster-autoscaler.kubernetes.io/cilium-agent-not-ready"
    c.config["agent-not-ready-taint-key"] = key
    [new] = c.nodes(1, type="m5.large", max_pods=28, age_days=0.0005)
    new.taints.append({"key": key, "value": "true", "effect": "NoExecute"})
    for pod in c.on_node[new.name]:
        pod.ready, pod.created, pod.since = False, ago(seconds=30), ago(seconds=25)
    return c


@scenario("healthy")
def healthy_with_one_dns_pod_of_three_restarting() -> Cluster:
    c = plain("eni", "1.18.4")
    c.run(c.find("kube-system/coredns"), 1)
    ill = c.pods_of("kube-system/coredns")[2]
    ill.ready, ill.since, ill.restarts = False, ago(seconds=40), 1
    return c


@scenario("healthy")
def healthy_bottlerocket_nodes_that_masquerade_on_eth0() -> Cluster:
    c = plain(version="1.16.5")
    c.config["egress-masquerade-interfaces"] = "eth0"
    for node in c.node_list:
        node.os_image = "Bottlerocket OS 1.26.2 (aws-k8s-1.31)"
    return c


@scenario("healthy")
def healthy_with_caps_far_above_the_addresses_and_few_pods() -> Cluster:
    c = running("1.17.4")
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/api", 30)
    return c


@scenario("healthy")
def healthy_auto_mode_nodes_beside() -> MemorySource:
    c = plain("eni", "1.18.4")
    auto = c.nodes(2, type="m5.large", max_pods=27, group="auto")
    for node in auto:
        for pod in c.on_node[node.name]:
            c.pods.remove(pod)
        c.on_node[node.name] = []
        node.compute_type, node.cilium_node, node.agent_answers = "auto", False, False
        node.lent.clear()
    return c.source()


@scenario("healthy")
def healthy_services_of_every_kind_without_endpoints() -> Cluster:
    c = plain("eni", "1.17.4")
    c.service("shop/outside", selector={})
    c.service("shop/nobody", selector={"app": "retired"})
    c.workload("shop/sleeping", 0)
    c.service("shop/sleeping")
    return c


@scenario("healthy")
def healthy_with_pods_on_their_way_out() -> Cluster:
    c = plain("eni", "1.17.4")
    for pod in c.pods_of("shop/api")[:3]:
        pod.deleted, pod.ready, pod.since = ago(seconds=20), False, ago(seconds=15)
    return c


@scenario("healthy")
def healthy_node_that_lost_its_kubelet_a_minute_ago() -> Cluster:
    c = plain("eni", "1.17.4", nodes=10)
    node = c.node_list[4]
    node.ready, node.ready_reason, node.ready_since = False, "NodeStatusUnknown", ago(seconds=50)
    node.ready_message = "Kubelet stopped posting node status."
    return c


@scenario("healthy")
def healthy_with_a_single_operator_by_choice() -> Cluster:
    c = plain("eni", "1.18.4")
    spare = c.pods_of("kube-system/cilium-operator")[1]
    c.evict(spare)
    c.pods.remove(spare)
    c.find("kube-system/cilium-operator").replicas = 1
    return c


@scenario("healthy")
def healthy_endpoint_health_switched_off() -> MemorySource:
    c = plain("eni", "1.17.4")
    c.config["enable-endpoint-health-checking"] = "false"
    for node in c.node_list:
        node.lent = {ip: owner for ip, owner in node.lent.items() if owner != "health"}
    return c.source()


@scenario("healthy")
def healthy_native_routing_by_vpc_routes_over_three_subnets_on_1_19() -> Cluster:
    c = plain(version="1.19.2")
    c.config |= {
        "routing-mode": "native",
        "ipv4-native-routing-cidr": "10.244.0.0/16",
        "tunnel-protocol": None,
    }
    c.source_dest_check(False)
    c.vpc_routes()
    return c


@scenario("healthy")
def healthy_karpenter_pools_with_the_startup_taint() -> MemorySource:
    c = plain("eni", "1.18.4", prefix_delegation=True)
    taints = [{"key": "node.cilium.io/agent-not-ready", "value": "true", "effect": "NoExecute"}]
    pool: Object = {
        "metadata": {"name": "general", "creationTimestamp": "2026-10-22T09:00:00Z"},
        "spec": {"template": {"spec": LAUNCHED | {"startupTaints": taints}}, "disruption": {}},
    }
    claims: list[Object] = [
        {
            "metadata": {"name": f"general-{n}", "creationTimestamp": "2026-11-02T09:00:00Z"},
            "spec": LAUNCHED,
            "status": {
                "nodeName": node.name,
                "providerID": f"aws:///{node.zone}/{node.instance_id}",
                "allocatable": {"pods": str(node.max_pods)},
                "conditions": [{"type": "Ready", "status": "True", "reason": "Ready"}],
            },
        }
        for n, node in enumerate(c.node_list)
    ]
    source = put_list(c.source(), "apis/karpenter.sh/v1/nodepools", "NodePool", [pool])
    return put_list(source, "apis/karpenter.sh/v1/nodeclaims", "NodeClaim", claims)


@scenario("healthy")
def healthy_webhook_that_leaves_its_own_namespace_alone_in_eni_mode() -> Cluster:
    c = running("1.19.2", prefix_delegation=True)
    c.nodes(4, type="m5.large", max_pods=110)
    for name, port in (("kyverno/kyverno-svc", 9443), ("istio-system/istiod", 15017)):
        c.webhook(name, port=port, mutating=True)
    c.aggregated_api("v1beta1.metrics.k8s.io", "kube-system/metrics-server")
    c.workload("shop/api", 60)
    return c


@scenario("healthy")
def healthy_paged_lists_of_a_large_cluster() -> MemorySource:
    c = plain("eni", "1.18.4", nodes=40)
    source = c.source()
    source.paged("kubernetes/api/v1/pods", 25)
    return source.paged("kubernetes/apis/cilium.io/v2/ciliumnodes", 7)


@scenario("healthy")
def healthy_old_and_new_agents_of_two_patch_releases() -> Cluster:
    c = plain(version="1.17.4")
    for pod in c.pods_of("kube-system/cilium")[:2]:
        pod.image = (
            "quay.io/cilium/cilium:v1.17.3@sha256:0f5f7ba1f5f7ba1f5f7ba1f5f7ba1f5f7ba1f5f7ba1f5f7ba1f5f7ba1f5f7ba"
            "1"
        )
    return c


@scenario("healthy")
def healthy_with_unknown_keys_and_objects_of_tomorrow() -> MemorySource:
    c = plain("eni", "1.20.2", prefix_delegation=True)
    c.config |= {"enable-quantum-routing": "yes", "ipam-future-knob": "{}"}
    source = c.source()

    def more(answer: Object) -> None:
        for item in items(answer):
            item["spec"]["telemetry"] = {"enabled": True}
            item["status"]["forecast"] = [1, 2, 3]

    return source.edit("kubernetes/apis/cilium.io/v2/ciliumnodes", more)
