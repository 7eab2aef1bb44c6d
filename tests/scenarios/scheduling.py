"""Pods that no node takes, and pods on nodes that have no address for them."""

from tests.builder import Cluster, MemorySource
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain


def small_types() -> Cluster:
    """Eleven pods fit on a t3.small with an unmodified image."""
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(6, type="t3.small", max_pods="eks")
    c.workload("shop/perf", 80)
    return c


@scenario("single", "kubelet-max-pods-too-low")
def cap_of_a_small_type_in_an_overlay() -> Cluster:
    return small_types()


@scenario("single", "kubelet-max-pods-too-low")
def cap_of_the_image_with_prefixes() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.nodes(4, type="m5.large", max_pods="eks")
    c.workload("shop/perf", 150)
    return c


@scenario("look-alike", "scheduler-insufficient-requests")
def requests_full_while_addresses_and_places_are_free() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/perf", 40, cpu=500)
    return c


@scenario("look-alike", "scheduler-insufficient-requests")
def memory_full_in_eni_mode() -> Cluster:
    c = Cluster(mode="eni", cilium="1.18.2", prefix_delegation=True)
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/cache", 40, memory=1500)
    return c


@scenario("look-alike", "scheduler-placement-constraints")
def one_workload_wants_nodes_that_do_not_exist() -> Cluster:
    c = plain()
    c.workload("shop/gpu", 5, node_selector={"accelerator": "a100"})
    return c


@scenario("look-alike", "scheduler-placement-constraints")
def volumes_pinned_to_another_zone() -> Cluster:
    c = plain()
    c.pending("shop/db", 3, "0/6 nodes are available: 6 node(s) had volume node affinity conflict.")
    return c


@scenario("single", "max-pods-exceeds-node-ip-capacity")
def cap_raised_by_hand_without_prefixes() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5")
    c.nodes(3, type="m5.large", max_pods=110)
    c.workload("shop/api", 120)
    return c


@scenario("single", "max-pods-exceeds-node-ip-capacity")
def cap_raised_by_hand_on_1_20() -> Cluster:
    c = Cluster(mode="eni", cilium="1.20.2")
    c.nodes(3, type="t3.medium", max_pods=50)
    c.workload("shop/api", 80)
    return c


@scenario("single", "node-pod-cidr-full")
def a_block_smaller_than_the_cap() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5", pool_mask=26)
    c.nodes(2, type="m5.4xlarge", max_pods=110)
    c.workload("shop/api", 180)
    return c


@scenario("single", "cluster-pool-exhausted")
def more_nodes_than_blocks() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5", pool="10.244.0.0/21")
    c.nodes(10, type="m5.large", max_pods=29)
    c.workload("shop/api", 20)
    return c


@scenario("pair", "kubelet-max-pods-too-low", "scheduler-placement-constraints")
def cap_reached_and_another_workload_misplaced() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(6, type="t3.small", max_pods="eks")
    c.workload("shop/perf", 80)
    c.workload("shop/gpu", 3, node_selector={"accelerator": "a100"})
    return c


@scenario("pair", "kubelet-max-pods-too-low")
def cap_reached_and_coredns_among_those_that_wait() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(6, type="t3.small", max_pods="eks")
    c.workload("shop/perf", 90)
    c.coredns(0, "pending")
    return c


@scenario("unread", "kubelet-max-pods-too-low")
def cap_reached_and_no_agent_could_be_asked() -> MemorySource:
    return small_types().source().refuse("cilium/")


@scenario("unread", verdicts=("unknown",), not_checked=("pods-not-scheduled", "pods-without-ip"))
def pods_refused() -> MemorySource:
    return plain().source().refuse("kubernetes/api/v1/pods")


@scenario("unread", verdicts=("unknown",), not_checked=("nodes-not-ready",))
def nodes_cut_off() -> MemorySource:
    return plain().source().garble("kubernetes/api/v1/nodes")


@scenario("unread", verdicts=("unknown",))
def configuration_refused() -> MemorySource:
    return plain().source().refuse("kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config")


@scenario("unread", verdicts=("unknown",))
def cilium_nodes_refused() -> MemorySource:
    return plain("eni").source().refuse("kubernetes/apis/cilium.io/v2/ciliumnodes")


@scenario("unread", verdicts=("healthy",), not_checked=("subnet-free-ips-exhausted",))
def subnets_refused_on_a_healthy_cluster() -> MemorySource:
    return plain("eni").source().refuse("aws/ec2/describe-subnets")


@scenario("unread", verdicts=("healthy",), not_checked=("nodes-unreachable",))
def health_refused_on_a_healthy_cluster() -> MemorySource:
    return plain().source().refuse("cilium/")


@scenario("unread", verdicts=("unknown",), not_checked=("dns-failing",))
def everything_about_dns_refused() -> MemorySource:
    source = plain().source()
    source.refuse("kubernetes/apis/discovery.k8s.io/v1/endpointslices")
    return source.drop("probes/dns")


@scenario("unread", verdicts=("unknown",))
def daemonsets_refused() -> MemorySource:
    return plain().source().refuse("kubernetes/apis/apps/v1/daemonsets")
