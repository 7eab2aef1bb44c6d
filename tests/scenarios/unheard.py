"""Faults whose first witness was not asked: what is left must do, and may accuse nobody else."""

from tests.builder import Cluster, MemorySource, ago
from tests.builder.clock import Object
from tests.scenarios.corpus import scenario
from tests.scenarios.enis import bound
from tests.scenarios.healthy import plain
from tests.scenarios.iam import an_operator_that_asks_the_dns_it_should_bring_up
from tests.scenarios.prefixes import xen_nodes_in_a_pool_sized_for_prefixes
from tests.scenarios.strangers import healthy_pods_waiting_for_images_and_volumes
from tests.scenarios.subnets import a_zone_in_which_nobody_tagged_a_subnet

EVENTS = "kubernetes/api/v1/events"
TYPES = "aws/ec2/describe-instance-types"


@scenario("unread", "ec2-endpoint-unreachable", not_checked=("iam-missing-permission",))
def an_operator_that_waits_for_its_own_dns_and_no_log() -> MemorySource:
    source = an_operator_that_asks_the_dns_it_should_bring_up().source()
    for page in ("log.txt", "metrics.prom", "metrics.earlier.prom"):
        source.drop(f"cilium/operator/{page}")
    return source


@scenario("unread", "prefix-delegation-non-nitro", not_checked=("node-eni-limit-reached",))
def xen_nodes_and_the_limits_of_types_refused() -> MemorySource:
    return xen_nodes_in_a_pool_sized_for_prefixes().source().refuse(TYPES)


@scenario("unread", "lb-ip-target-in-overlay", not_checked=("load-balancer-failing",))
def a_target_group_bound_to_an_overlay_and_no_events() -> MemorySource:
    return bound("ip").refuse(EVENTS)


@scenario("unread", "dns-blocked-by-network-policy")
def rules_by_address_that_leave_dns_out_and_no_probe() -> Cluster:
    c = plain("eni", "1.17.4")
    peer: Object = {"ipBlock": {"cidr": "10.40.64.0/20"}}
    rules = [{"to": [peer], "ports": [{"protocol": "TCP", "port": 5432}]}]
    c.policy("shop/database", {"podSelector": {}, "policyTypes": ["Egress"], "egress": rules}, age_hours=2)
    c.drops[("Policy denied", "EGRESS")] = (4100, 5200)
    return c


@scenario("look-alike", "pod-identity-link-local-broken")
def the_identity_interface_among_the_devices_and_no_metrics() -> MemorySource:
    return with_identity_interface("BPF")


@scenario("healthy")
def healthy_with_the_identity_interface_among_the_devices_of_a_host_that_routes() -> MemorySource:
    return with_identity_interface("Legacy")


def with_identity_interface(host_routing: str) -> MemorySource:
    """Agents that take the pod identity agent's interface for a device, and their way of routing."""
    c = Cluster(mode="eni", cilium="1.16.4", kube_proxy=False)
    c.nodes(3, type="m5.large", max_pods=28)
    c.daemonset("kube-system/eks-pod-identity-agent", host_network=True)
    c.addons["eks-pod-identity-agent"] = ("v1.3.4-eksbuild.1", "ACTIVE")
    c.workload("shop/api", 20)
    source = c.source()

    def tell(answer: dict[str, Object]) -> None:
        answer["routing"]["intra-host-routing-mode"] = host_routing
        answer["kube-proxy-replacement"]["deviceList"].append({"name": "pod-id-link0", "ip": []})  # type: ignore[attr-defined]

    for node in c.node_list:
        source.edit(f"cilium/{node.name}/status", tell)
        for page in ("metrics.prom", "metrics.earlier.prom"):
            source.drop(f"cilium/{node.name}/{page}")
    return source


@scenario("healthy")
def healthy_pods_waiting_for_images_and_no_agent_asked() -> MemorySource:
    c = healthy_pods_waiting_for_images_and_volumes()
    for pod in c.pods_of("shop/new"):
        pod.endpoint, pod.created = False, ago(hours=1)
    return c.source().drop("cilium/")


@scenario("unread", "az-without-matching-subnet", not_checked=("max-pods-exceeds-node-ip-capacity",))
def nodes_never_served_and_the_limits_of_types_refused() -> MemorySource:
    return a_zone_in_which_nobody_tagged_a_subnet().source().refuse(TYPES)
