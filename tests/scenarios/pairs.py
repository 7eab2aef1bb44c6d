"""Two faults at once, and one fault beside something that looks like another."""

from tests.builder import Cluster, MemorySource
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.prefixes import VALUES
from tests.scenarios.routing import native
from tests.scenarios.scheduling import small_types
from tests.scenarios.services import HOOK


@scenario("pair", "kubelet-max-pods-too-low", "webhook-unreachable-from-control-plane")
def cap_reached_and_a_webhook_in_the_overlay() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(6, type="t3.small", max_pods="eks")
    c.webhook(HOOK, fails="context deadline exceeded")
    c.workload("shop/perf", 80)
    return c


@scenario("pair", "scheduler-insufficient-requests", "webhook-unreachable-from-control-plane")
def requests_full_and_a_webhook_in_the_overlay() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(4, type="m5.large", max_pods=110)
    c.webhook(HOOK, fails="context deadline exceeded")
    c.workload("shop/perf", 40, cpu=500)
    return c


@scenario("pair", "source-dest-check-drops", "scheduler-insufficient-requests")
def packets_dropped_and_requests_full() -> Cluster:
    c = native(("eu-west-1a",))
    c.health("self")
    c.workload("shop/perf", 60, cpu=500)
    return c


@scenario("pair", "direct-routes-across-subnets", "native-cidr-excludes-pods")
def no_route_between_subnets_and_the_wrong_native_range() -> Cluster:
    c = native()
    c.source_dest_check(False)
    c.health("subnet")
    c.config["ipv4-native-routing-cidr"] = "10.40.0.0/16"
    return c


@scenario("pair", "no-service-implementation", "webhook-unreachable-from-control-plane")
def nothing_serves_cluster_ips_and_a_webhook_in_the_overlay() -> Cluster:
    c = plain()
    c.webhook(HOOK, fails="context deadline exceeded")
    c.without_kube_proxy()
    c.config["kube-proxy-replacement"] = "false"
    c.probe_dns("timeout")
    c.tcp_probes = []
    return c


@scenario("pair", "unmanaged-pods", "kubelet-max-pods-too-low")
def old_coredns_and_the_cap() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(6, type="t3.small", max_pods="eks")
    c.workload("shop/perf", 80)
    c.config["unmanaged-pod-watcher-interval"] = "0"
    c.unmanaged("kube-system/coredns")
    c.probe_dns("timeout")
    return c


@scenario("pair", "max-pods-exceeds-node-ip-capacity", "scheduler-placement-constraints")
def addresses_gone_and_a_workload_misplaced() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5")
    c.nodes(3, type="m5.large", max_pods=110)
    c.workload("shop/api", 120)
    c.workload("shop/gpu", 4, node_selector={"accelerator": "a100"})
    return c


@scenario("pair", "prefix-delegation-wrong-helm-key", "scheduler-placement-constraints")
def wrong_key_and_a_volume_in_another_zone() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/api", 160)
    c.helm(VALUES)
    c.pending("shop/db", 2, "0/4 nodes are available: 4 node(s) had volume node affinity conflict.")
    return c


@scenario("pair", "kubelet-max-pods-too-low", "operator-down-or-no-leader")
def operator_down_and_the_cap() -> Cluster:
    c = small_types()
    c.operator(ready=0)
    return c


@scenario("pair", "coredns-without-endpoints", "webhook-unreachable-from-control-plane")
def coredns_crashes_and_a_webhook_in_the_overlay() -> Cluster:
    c = plain()
    c.webhook(HOOK, fails="context deadline exceeded")
    c.coredns(0, "not-ready")
    for pod in c.pods_of("kube-system/coredns"):
        pod.waiting, pod.restarts = "CrashLoopBackOff", 30
    c.probe_dns("timeout")
    return c


@scenario("pair", "scheduler-insufficient-requests", "cluster-pool-exhausted")
def pool_empty_and_requests_full() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5", pool="10.244.0.0/21")
    c.nodes(10, type="m5.large", max_pods=29)
    c.workload("shop/api", 90, cpu=500)
    return c


@scenario("pair", "kubelet-max-pods-too-low")
def cap_reached_and_the_operator_log_full_of_warnings() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.nodes(4, type="m5.large", max_pods="eks")
    c.workload("shop/perf", 150)
    c.log(
        'level=warning msg="Unable to assign additional IPs to interface, will create new interface" '
        'error="operation error EC2: AssignPrivateIpAddresses, PrivateIpAddressLimitExceeded"'
    )
    return c


@scenario("pair", "scheduler-insufficient-requests")
def requests_full_beside_a_latent_overlap_with_the_services() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5", pool="10.0.0.0/8", services="10.100.0.0/16")
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/perf", 40, cpu=500)
    return c


@scenario("pair", "webhook-unreachable-from-control-plane")
def webhook_in_the_overlay_beside_a_parked_aws_node() -> Cluster:
    c = plain()
    c.aws_node(running=False)
    c.webhook(HOOK, fails="Address is not allowed")
    return c


@scenario("pair", "max-pods-exceeds-node-ip-capacity")
def addresses_gone_beside_failed_pods_of_last_week() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5")
    c.nodes(3, type="m5.large", max_pods=110)
    c.workload("shop/api", 120)
    c.leftover("kube-system/coredns", 3)
    return c


@scenario("pair", "source-dest-check-drops")
def packets_dropped_and_one_webhook_on_the_host() -> Cluster:
    c = native(("eu-west-1a",))
    c.health("self")
    c.webhook(HOOK, port=10260, host_network=True)
    return c


@scenario("pair", "scheduler-insufficient-requests", "prefix-delegation-non-nitro")
def a_xen_node_and_requests_full() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.nodes(3, type="m5.large", max_pods=110)
    old = c.nodes(1, type="m4.large", max_pods=110)
    c.workload("shop/api", 30, on=old)
    c.workload("shop/perf", 30, cpu=900)
    return c


@scenario("pair", "subnet-free-ips-exhausted", "scheduler-placement-constraints")
def an_empty_zone_and_a_workload_misplaced() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.subnet("eu-west-1a", "10.40.3.0/26")
    c.nodes(3, type="m5.large", max_pods=29)
    c.fill_subnet("eu-west-1a")
    c.workload("shop/api", 26, on=[n for n in c.node_list if n.subnet.zone == "eu-west-1a"])
    c.workload("shop/gpu", 3, node_selector={"accelerator": "a100"})
    return c


@scenario("unread", "kubelet-max-pods-too-low")
def cap_reached_and_no_aws_rights_at_all() -> MemorySource:
    return small_types().source().refuse("aws/")


@scenario("unread", "scheduler-insufficient-requests")
def requests_full_and_events_refused() -> MemorySource:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/perf", 40, cpu=500)
    return c.source().refuse("kubernetes/api/v1/events")


@scenario("unread", verdicts=("healthy",), not_checked=("dns-failing",))
def dns_probes_not_made_on_a_healthy_cluster() -> MemorySource:
    return plain().source().drop("probes/dns")


@scenario("unread", verdicts=("healthy",), not_checked=("webhooks-failing", "admission-refused"))
def events_refused_on_a_healthy_cluster() -> MemorySource:
    return plain("eni").source().refuse("kubernetes/api/v1/events")


@scenario("unread", verdicts=("healthy",))
def everything_of_aws_refused_on_a_healthy_cluster() -> MemorySource:
    return plain("eni", prefix_delegation=True).source().refuse("aws/")


@scenario("unread", "webhook-unreachable-from-control-plane")
def webhook_in_the_overlay_and_no_agent_asked() -> MemorySource:
    c = plain()
    c.webhook(HOOK, fails="context deadline exceeded")
    return c.source().refuse("cilium/")
