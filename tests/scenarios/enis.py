"""Interfaces that are new, in the way, left over, or taken by the node's own system."""

from tests.builder import Cluster, MemorySource, ago
from tests.builder.model import Node
from tests.builder.vpc_model import Eni
from tests.checks.collect.told import entry
from tests.scenarios.capacity import foreign
from tests.scenarios.corpus import scenario
from tests.scenarios.objects import put_list
from tests.scenarios.subnets import leaked

INTERFACES = "aws/ec2/describe-network-interfaces"
INVISIBLE = "unable to find ifindex for interface MAC"


def busy(version: str = "1.16.5") -> Cluster:
    """Three ENI nodes of which the first has grown to two interfaces."""
    c = Cluster(mode="eni", cilium=version)
    nodes = c.nodes(3, type="m5.xlarge", max_pods=58)
    c.workload("shop/api", 20, on=nodes[0])
    c.workload("shop/cart", 2, on=nodes[1:])
    return c


def second(node: Node, minutes: float) -> Eni:
    """The node's second interface, attached so many minutes ago."""
    node.enis[1].attached = ago(minutes=minutes)
    return node.enis[1]


@scenario("single", "new-eni-not-visible-yet")
def pods_on_an_interface_that_came_three_minutes_ago() -> Cluster:
    c = busy()
    node = c.node_list[0]
    mac = second(node, 3).mac
    c.stuck("shop/api", 2, node=node, error=f"{INVISIBLE} {mac}", minutes=3)
    return c


@scenario("healthy", notes=("new-eni-not-visible-yet",))
def healthy_after_an_interface_became_visible() -> Cluster:
    c = busy()
    node = c.node_list[0]
    pod = next(p for p in c.pods_of("shop/api") if p.node is node)
    c.event("Pod", pod.ref, "FailedCreatePodSandBox", f"{INVISIBLE} {second(node, 6).mac}", minutes=5)
    return c


@scenario("look-alike", "os-manages-secondary-eni", provable=False)
def a_node_that_fails_since_its_second_interface_came() -> Cluster:
    c = busy()
    node = c.node_list[0]
    second(node, 40)
    node.os_image = "Ubuntu 22.04.5 LTS"
    node.ready, node.ready_reason = False, "NodeStatusUnknown"
    node.ready_message, node.ready_since = "Kubelet stopped posting node status.", ago(minutes=38)
    return c


@scenario("look-alike", "subnet-free-ips-exhausted")
def a_foreign_interface_beside_an_empty_subnet() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.subnet("eu-west-1a", "10.40.3.0/26")
    nodes = c.nodes(3, type="m5.large", max_pods=28)
    foreign(nodes[0], 1, text="appliance")
    c.fill_subnet("eu-west-1a")
    c.workload("shop/api", 20, on=[n for n in nodes if n.subnet.zone == "eu-west-1a"])
    return c


@scenario("healthy")
def healthy_with_a_foreign_interface_and_room_left() -> Cluster:
    c = busy("1.17.4")
    foreign(c.node_list[1], len(c.node_list[1].enis), text="storage appliance")
    return c


@scenario("unread", not_checked=("attachment-limit-loop", "eni-leak-available"))
def slots_taken_by_others_and_interfaces_refused() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.16.5")
    nodes = c.nodes(3, type="m5.large", max_pods=28)
    for number in (1, 2):
        foreign(nodes[0], number, text="appliance")
    c.workload("shop/api", 14, on=nodes[0])
    return c.source().refuse(INTERFACES)


@scenario("unread", "efa-multi-card-attach-failure")
def an_index_taken_on_another_card_and_no_operator_log() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.17.9")
    c.nodes(2, type="m5.large", max_pods=28)
    [gpu] = c.nodes(1, type="p4d.24xlarge", max_pods=110, group="gpu", age_days=1)
    for card in (1, 2, 3):
        foreign(gpu, 1, card=card, kind="efa", text="EFA")
    gpu.growing = False
    c.workload("shop/train", 55, on=gpu)
    return c.source().refuse("cilium/operator/")


@scenario("healthy")
def healthy_overlay_with_what_the_aws_cni_left() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(3, type="m5.large", max_pods=29)
    c.workload("shop/api", 10)
    for eni in leaked(c, c.zone_subnet("eu-west-1a"), 5):
        eni.description = eni.description.replace("Cilium-CNI (", "aws-K8S-").removesuffix(")")
        eni.tags = {"cluster.k8s.amazonaws.com/name": c.name}
    return c


@scenario("healthy")
def healthy_with_an_interface_on_its_way_to_a_node() -> Cluster:
    c = busy("1.17.4")
    node = c.node_list[1]
    made = c.foreign_interface(node.zone, f"Cilium-CNI ({node.instance_id})", addresses=9, status="available")
    made.tags = {"io.cilium/cilium-managed": "true"}
    return c


@scenario("healthy")
def healthy_beside_the_leaks_of_another_cluster() -> Cluster:
    c = busy("1.17.4")
    for eni in leaked(c, c.zone_subnet("eu-west-1b"), 3):
        eni.tags["io.cilium/cluster-name"] = "staging"
    return c


@scenario("single", "lb-ip-target-in-overlay")
def a_target_group_bound_to_pods_of_an_overlay() -> MemorySource:
    return bound("ip")


@scenario("healthy")
def healthy_target_group_bound_to_nodes() -> MemorySource:
    return bound("instance")


def bound(target: str) -> MemorySource:
    """An overlay with a Service behind a target group of this type."""
    c = Cluster(mode="cluster-pool", cilium="1.16.5")
    c.nodes(3, type="m5.large", max_pods=29)
    c.workload("shop/web", 4, port=8080)
    c.service("shop/web", port=80, target=8080)
    spec = {"serviceRef": {"name": "web", "port": 80}, "targetType": target, "targetGroupARN": "arn:aws:elb"}
    path = "apis/elbv2.k8s.aws/v1beta1/targetgroupbindings"
    return put_list(c.source(), path, "TargetGroupBinding", [entry("k8s-shop-web", "shop", spec=spec)])
