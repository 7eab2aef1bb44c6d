"""Clusters on which nothing hurts, however odd they look."""

from tests.builder import Cluster, MemorySource, ago, items
from tests.scenarios.corpus import scenario


def plain(mode: str = "cluster-pool", version: str = "1.16.5", nodes: int = 6, **options: object) -> Cluster:
    """A healthy cluster with some work on it."""
    c = Cluster(mode=mode, cilium=version, **options)  # type: ignore[arg-type] # the builder's own options
    c.nodes(nodes, type="m5.large", max_pods=29)
    c.workload("shop/api", replicas=2 * nodes, cpu=100)
    c.service("shop/api")
    return c


@scenario("healthy")
def healthy_overlay_1_13() -> Cluster:
    return plain(version="1.13.4")


@scenario("healthy")
def healthy_overlay_1_20() -> Cluster:
    return plain(version="1.20.1")


@scenario("healthy")
def healthy_eni_1_14() -> Cluster:
    return plain("eni", "1.14.6")


@scenario("healthy")
def healthy_eni_1_19_prefixes() -> Cluster:
    return plain("eni", "1.19.2", prefix_delegation=True)


@scenario("healthy")
def healthy_eni_1_20_with_an_empty_used_map() -> Cluster:
    return plain("eni", "1.20.2", prefix_delegation=True)


@scenario("healthy")
def healthy_multi_pool() -> Cluster:
    return plain("multi-pool", "1.18.1")


@scenario("healthy")
def healthy_kubernetes_mode() -> Cluster:
    return plain("kubernetes", "1.15.3")


@scenario("healthy")
def healthy_crd() -> Cluster:
    return plain("crd", "1.17.4")


@scenario("healthy")
def healthy_hundred_nodes() -> Cluster:
    return plain("eni", "1.18.4", nodes=100)


@scenario("healthy", notes=("benign-leftover-objects",))
def healthy_one_node_with_its_second_operator_replica_pending() -> Cluster:
    c = plain(nodes=1)
    [spare] = c.pending(
        "kube-system/cilium-operator",
        1,
        "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
    )
    assert spare.node is None
    return c


@scenario("healthy")
def healthy_native_routing_with_vpc_routes_and_the_check_off() -> Cluster:
    c = plain()
    c.config["routing-mode"] = "native"
    c.config["ipv4-native-routing-cidr"] = "10.0.0.0/8"
    c.config["auto-direct-node-routes"] = "false"
    c.config.pop("tunnel-protocol", None)
    c.source_dest_check(False)
    c.vpc_routes()
    return c


@scenario("healthy")
def healthy_native_routing_in_one_subnet() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(4, type="m5.large", max_pods=29, zones=("eu-west-1a",))
    c.config["routing-mode"] = "native"
    c.config["ipv4-native-routing-cidr"] = "10.0.0.0/8"
    c.config["auto-direct-node-routes"] = "true"
    c.config.pop("tunnel-protocol", None)
    c.source_dest_check(False)
    c.workload("shop/api", 8)
    return c


@scenario("healthy")
def healthy_webhooks_on_the_host_network() -> Cluster:
    c = plain()
    c.webhook("cert-manager/cert-manager-webhook", port=10260, host_network=True)
    return c


@scenario("healthy")
def healthy_webhooks_in_eni_mode() -> Cluster:
    c = plain("eni")
    c.webhook("cert-manager/cert-manager-webhook")
    return c


@scenario("healthy")
def healthy_wrong_helm_key_that_nobody_relies_on() -> Cluster:
    c = plain("eni")
    c.helm({"ipam": {"mode": "eni"}, "eni": {"enabled": True}, "enableIPv4PrefixDelegation": True})
    return c


@scenario("healthy")
def healthy_without_kube_proxy_where_cilium_replaces_it() -> Cluster:
    c = plain()
    c.config["kube-proxy-replacement"] = "true"
    c.without_kube_proxy()
    return c


@scenario("healthy", notes=("benign-leftover-objects",))
def healthy_parked_aws_node() -> Cluster:
    c = plain("eni")
    c.aws_node(running=False)
    return c


@scenario("healthy")
def healthy_namespace_sealed_off_on_purpose() -> Cluster:
    c = plain()
    c.workload("vault/keeper", 2)
    c.policy("vault/sealed", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})
    return c


@scenario("healthy")
def healthy_rollout_that_began_a_minute_ago() -> Cluster:
    c = plain("eni")
    c.stuck("shop/api", 5, minutes=1)
    c.pending("shop/api", 5, "0/6 nodes are available: 6 Too many pods.", minutes=1)
    return c


@scenario("healthy")
def healthy_nodes_at_their_cap_with_nobody_waiting() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(3, type="t3.small", max_pods="eks")
    c.workload("shop/api", 6)
    return c


@scenario("healthy")
def healthy_old_scheduler_events_of_pods_long_placed() -> Cluster:
    c = plain()
    pod = c.pods_of("shop/api")[0]
    c.say(pod, "FailedScheduling", "0/6 nodes are available: 6 Too many pods.", component="default-scheduler")
    return c


@scenario("healthy", notes=("benign-leftover-objects",))
def healthy_failed_pods_left_as_history() -> MemorySource:
    c = plain()
    source = c.source()

    def fail(answer: dict[str, list[dict[str, dict[str, object]]]]) -> None:
        pod = next(p for p in answer["items"] if "coredns" in str(p["metadata"]["name"]))
        old = {**pod, "metadata": {**pod["metadata"], "name": "coredns-evicted"}}
        old["status"] = {"phase": "Failed", "reason": "Evicted"}
        answer["items"].append(old)

    return source.edit("kubernetes/api/v1/pods", fail)


@scenario("healthy")
def healthy_agent_restarting_for_a_minute_in_an_upgrade() -> Cluster:
    c = plain(nodes=10)
    pod = c.pods_of("kube-system/cilium")[0]
    pod.ready, pod.since, pod.created = False, ago(seconds=40), ago(seconds=50)
    return c


@scenario("healthy")
def healthy_health_not_probed_yet_on_a_new_node() -> Cluster:
    c = plain()
    new = c.node_list[-1]
    c.health(lambda a, b: "unknown" if b is new and a is not new else "ok")
    return c


@scenario("healthy")
def healthy_kubectl_lists_without_item_kinds() -> MemorySource:
    source = plain().source()

    def as_kubectl(answer: dict[str, object]) -> None:
        answer["kind"] = "List"
        answer["apiVersion"] = "v1"

    for path in ("kubernetes/api/v1/nodes", "kubernetes/api/v1/pods", "kubernetes/api/v1/services"):
        source.edit(path, as_kubectl)
    return source


@scenario("healthy")
def healthy_completed_jobs_everywhere() -> MemorySource:
    c = plain("eni")
    c.workload("batch/report", 12, kind="Job")
    source = c.source()

    def finish(answer: dict[str, object]) -> None:
        for pod in items(answer):
            if pod["metadata"]["namespace"] == "batch":
                pod["status"] = {"phase": "Succeeded", "podIP": "10.40.0.200"}

    return source.edit("kubernetes/api/v1/pods", finish)
