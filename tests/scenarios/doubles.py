"""Two faults at once over the areas, and faults of which half could not be read."""

from tests.builder import Cluster, MemorySource, ago
from tests.scenarios.agents import agents_that_do_not_tolerate_a_new_groups_taint, tainted
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.iam import a_role_that_may_not_make_interfaces, an_upgrade_to_1_18_with_the_old_policy
from tests.scenarios.objects import group_rule
from tests.scenarios.prefixes import VALUES, a_zone_without_free_addresses, nodes_older_than_the_prefixes
from tests.scenarios.ranges import two_nodes_with_one_block
from tests.scenarios.routing import overlay_port_closed_between_two_groups
from tests.scenarios.services import HOOK
from tests.scenarios.subnets import (
    a_subnet_tag_spelt_otherwise_than_the_selector,
    nothing_at_all_without_a_block_on_1_20_1,
    running,
)


def crash_dns(c: Cluster) -> Cluster:
    """Both DNS pods crash."""
    c.coredns(0)
    for pod in c.pods_of("kube-system/coredns"):
        pod.waiting, pod.restarts, pod.since = "CrashLoopBackOff", 30, ago(minutes=40)
    c.probe_dns("timeout")
    return c


@scenario("pair", "overlay-port-blocked", "webhook-unreachable-from-control-plane")
def overlay_port_closed_and_a_webhook_in_the_overlay() -> Cluster:
    c = overlay_port_closed_between_two_groups()
    c.webhook(HOOK, fails="context deadline exceeded")
    return c


@scenario("pair", "coredns-without-endpoints", "agent-not-ready-taint-left")
def dns_crashes_and_a_taint_is_left() -> Cluster:
    c = plain(version="1.15.3")
    c.config["remove-cilium-node-taints"] = "false"
    tainted(c)
    c.workload("shop/cart", 12, node_selector={"pool": "burst"})
    return crash_dns(c)


@scenario("pair", "subnet-free-ips-exhausted", "webhook-port-blocked")
def an_empty_zone_and_a_closed_webhook_port() -> Cluster:
    c = running("1.17.4")
    c.subnet("eu-west-1a", "10.40.3.0/26")
    nodes = c.nodes(3, type="m5.large", max_pods=29)
    c.security_group("nodes", [], nodes=nodes)
    own = c.groups[-1]
    own.ingress += [group_rule(c, "-1", own.id), group_rule(c, "tcp", c.groups[0].id, 10250, 10250)]
    c.webhook("kyverno/kyverno-svc", port=9443, fails="context deadline exceeded")
    c.fill_subnet("eu-west-1a")
    c.workload("shop/api", 26, on=[n for n in nodes if n.zone == "eu-west-1a"])
    return c


@scenario("pair", "iam-missing-permission", "scheduler-placement-constraints")
def a_missing_right_and_a_workload_misplaced() -> Cluster:
    c = a_role_that_may_not_make_interfaces()
    c.workload("shop/gpu", 4, node_selector={"accelerator": "a100"})
    return c


@scenario("pair", "coredns-without-endpoints", "prefix-delegation-sticky-secondary-ips")
def old_plain_nodes_and_a_crashing_dns() -> Cluster:
    c = nodes_older_than_the_prefixes()
    return crash_dns(c)


@scenario("pair", "scheduler-insufficient-requests", "cilium-agent-unschedulable")
def no_agent_on_new_nodes_and_requests_full() -> Cluster:
    c = agents_that_do_not_tolerate_a_new_groups_taint()
    c.workload("shop/perf", 40, cpu=900)
    return c


@scenario("pair", "kubelet-max-pods-too-low", "duplicate-pod-cidrs")
def one_block_twice_and_the_cap() -> Cluster:
    c = two_nodes_with_one_block()
    for node in c.node_list:
        node.max_pods = 8
    c.workload("shop/perf", 30)
    return c


@scenario("pair", "pd-fallback-missing-1-20", "scheduler-placement-constraints")
def nothing_on_1_20_1_and_a_volume_in_another_zone() -> Cluster:
    c = nothing_at_all_without_a_block_on_1_20_1()
    c.pending("shop/db", 2, "0/5 nodes are available: 5 node(s) had volume node affinity conflict.")
    return c


@scenario("pair", "subnet-selector-matches-nothing")
def a_wrong_selector_beside_old_events_and_a_parked_aws_node() -> Cluster:
    c = a_subnet_tag_spelt_otherwise_than_the_selector()
    c.aws_node(running=False)
    c.leftover("kube-system/coredns", 4)
    c.event("Pod", "shop/gone", "FailedScheduling", "0/6 nodes are available: 6 Too many pods.", minutes=40)
    return c


@scenario("pair", "coredns-without-endpoints", "max-pods-exceeds-node-ip-capacity")
def addresses_gone_and_dns_crashes_by_itself() -> Cluster:
    c = Cluster(mode="eni", cilium="1.18.4")
    c.nodes(3, type="m5.large", max_pods=110)
    c.workload("shop/api", 120)
    return crash_dns(c)


@scenario("unread", "iam-missing-permission")
def an_upgrade_with_the_old_policy_and_no_aws_rights() -> MemorySource:
    return an_upgrade_to_1_18_with_the_old_policy().source().refuse("aws/")


@scenario("unread", "subnet-free-ips-exhausted")
def an_empty_zone_and_no_agent_asked() -> MemorySource:
    return a_zone_without_free_addresses().source().refuse("cilium/")


@scenario("unread", "coredns-without-endpoints")
def dns_crashes_and_the_configuration_is_refused() -> MemorySource:
    source = crash_dns(plain(version="1.17.4")).source()
    return source.refuse("kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config")


@scenario("unread", verdicts=("critical", "degraded"), not_checked=("prefix-delegation-wrong-helm-key",))
def a_wrong_key_and_the_configuration_is_refused() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/api", 160)
    c.helm(VALUES)
    return c.source().refuse("kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config")


@scenario("unread", verdicts=("unknown",))
def deployments_refused_on_a_healthy_cluster() -> MemorySource:
    return plain("eni").source().refuse("kubernetes/apis/apps/v1/deployments")


@scenario("unread", verdicts=("unknown",))
def nothing_but_nodes_could_be_read() -> MemorySource:
    source = plain("eni").source()
    kept = source.answers["kubernetes/api/v1/nodes"]
    source.refuse("kubernetes/").refuse("aws/").refuse("cilium/").drop("probes/")
    return source.put("kubernetes/api/v1/nodes", kept)


@scenario("unread", verdicts=("unknown",))
def a_list_of_pods_that_goes_on_and_does_not() -> MemorySource:
    source = plain("eni", "1.18.4", nodes=20).source().paged("kubernetes/api/v1/pods", 20)
    return source.drop("kubernetes/api/v1/pods.3")


@scenario("unread", "webhook-unreachable-from-control-plane")
def webhook_in_the_overlay_and_no_aws_rights() -> MemorySource:
    c = plain()
    c.webhook(HOOK, fails="context deadline exceeded")
    return c.source().refuse("aws/")


@scenario("unread", "operator-down-or-no-leader")
def no_operator_and_leases_refused() -> MemorySource:
    c = running("1.17.4")
    c.nodes(3, type="m5.large", max_pods=29)
    c.workload("shop/api", 20)
    c.operator(ready=0)
    c.stuck("shop/api", 4)
    return c.source().refuse("kubernetes/apis/coordination.k8s.io/v1/leases")
