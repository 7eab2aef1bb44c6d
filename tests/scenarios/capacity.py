"""What a node's hardware, its settings and its neighbours leave it of addresses."""

from tests.builder import Cluster, MemorySource
from tests.builder.clock import Object, digits
from tests.builder.joining import unserved
from tests.builder.model import Node
from tests.builder.vpc_model import Eni
from tests.scenarios.corpus import scenario
from tests.scenarios.objects import LAUNCHED, put_list


def foreign(node: Node, number: int, *, card: int = 0, kind: str = "interface", text: str = "") -> Eni:
    """An interface on a node that Cilium did not make."""
    ip = node.subnet.take()
    assert ip is not None
    eni = Eni(f"eni-0{digits(16, node.name, card, number)}", node.subnet, ip, number=number, card=card)
    eni.instance_id, eni.interface_type, eni.description = node.instance_id, kind, text
    eni.security_groups, eni.cilium = list(node.enis[0].security_groups), False
    node.enis.append(eni)
    return eni


@scenario("single", "max-pods-ignores-first-interface-index")
def image_cap_counts_an_interface_that_pods_may_not_use() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4", first_interface_index=1)
    c.nodes(3, type="m5.large", max_pods="eks")
    c.workload("shop/api", 70)
    return c


@scenario("single", "max-pods-ignores-first-interface-index")
def image_cap_and_pods_in_their_own_carrier_grade_subnets() -> Cluster:
    c = Cluster(mode="eni", cilium="1.14.6", first_interface_index=1)
    c.vpc_cidrs.append("100.64.0.0/16")
    for number, zone in enumerate(("eu-west-1a", "eu-west-1b")):
        c.subnet(zone)
        pods = c.subnet(zone, f"100.64.{number * 64}.0/18", tags={"pods": "yes"})
        for node in c.nodes(2, type="t3.medium", max_pods="eks", zones=(zone,), pod_subnet=pods):
            node.eni_spec = {"subnet-tags": {"pods": "yes"}}
    c.workload("shop/api", 44)
    return c


@scenario("look-alike", "max-pods-exceeds-node-ip-capacity")
def cap_set_by_hand_on_nodes_that_spare_their_first_interface() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4", first_interface_index=1)
    c.nodes(3, type="m5.large", max_pods=110)
    c.workload("shop/api", 80)
    return c


@scenario("single", "max-pods-exceeds-node-ip-capacity")
def image_cap_that_forgets_the_two_addresses_of_cilium() -> Cluster:
    c = Cluster(mode="eni", cilium="1.15.3")
    c.nodes(4, type="t3.medium", max_pods="eks")
    c.workload("shop/api", 52)
    return c


@scenario("healthy")
def healthy_nodes_at_the_limit_of_their_hardware() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5")
    c.nodes(3, type="t3.medium", max_pods=16)
    c.workload("shop/api", 34)
    c.log(
        'time="2026-11-22T08:31:00Z" level=warning msg="Instance is out of interfaces" '
        f"instanceID={c.node_list[0].instance_id} name={c.node_list[0].name} subsys=ipam-allocator-aws"
    )
    return c


@scenario("look-alike", "max-pods-exceeds-node-ip-capacity", "scheduler-ip-blind-skew")
def one_node_full_and_hundreds_free_on_the_others() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5")
    nodes = c.nodes(6, type="m5.xlarge", max_pods=64)
    c.workload("shop/api", 54, on=nodes[0])
    c.workload("shop/cart", 12, on=nodes[1:])
    c.stuck("shop/cart", 1, node=nodes[0])
    return c


@scenario("single", "small-instance-watermark-deadlock")
def a_node_smaller_than_what_is_kept_in_reserve() -> Cluster:
    c = Cluster(mode="eni", cilium="1.13.4", first_interface_index=1)
    c.nodes(3, type="m5.large", max_pods=19)
    c.workload("shop/api", 15)
    small = c.nodes(2, type="t3.small", max_pods="eks", group="small", age_days=0.1)
    line = (
        'level=info msg="Waiting for IPs to become available in CRD-backed allocation pool" '
        "available=6 required=8 subsys=ipam"
    )
    unserved(c, small, line=line)
    for node in small:
        for number in (1, 2):
            eni = foreign(node, number, text=f"Cilium-CNI ({node.instance_id})")
            eni.cilium = True
            eni.addresses = [ip for ip in (node.subnet.take() for _ in range(3)) if ip]
    return c


@scenario("single", "max-allocate-not-pd-aware")
def a_cap_on_addresses_where_prefixes_are_handed_out() -> Cluster:
    c = Cluster(mode="eni", cilium="1.14.6", prefix_delegation=True)
    for node in c.nodes(2, type="m5.large", max_pods=110):
        node.max_allocate = 40
    c.workload("shop/api", 120)
    return c


@scenario("single", "surge-allocation-disabled")
def a_burst_served_eight_addresses_at_a_time() -> Cluster:
    c = Cluster(mode="eni", cilium="1.15.0")
    nodes = c.nodes(4, type="m5.xlarge", max_pods=57)
    c.workload("shop/api", 40)
    c.stuck("shop/api", 40, minutes=4)
    for number, node in enumerate(nodes):
        c.log(
            f'time="2026-11-22T08:5{number + 5}:11Z" level=warning msg="Unable to compute pending pods, will '
            f'not surge-allocate" error="pod store uninitialized" name={node.name} subsys=ipam'
        )
    for node in nodes:
        node.growing = False
    return c


@scenario("single", "security-groups-for-pods-unsupported")
def a_trunk_interface_takes_a_slot() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.16.5")
    for node in c.nodes(3, type="m5.large", max_pods=28):
        foreign(node, len(node.enis), kind="trunk", text="aws-k8s-trunk-eni")
    c.workload("shop/api", 65)
    group = {"securityGroups": {"groupIds": [c.groups[0].id]}, "podSelector": {"matchLabels": {"app": "api"}}}
    meta = {"name": "api", "namespace": "shop", "creationTimestamp": "2026-10-22T09:00:00Z"}
    return put_list(
        c.source(),
        "apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies",
        "SecurityGroupPolicy",
        [{"metadata": meta, "spec": group}],
    )


@scenario("healthy", risks=("karpenter-density-mismatch",))
def healthy_where_karpenter_reckons_with_more_pods_than_fit() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.nodes(3, type="m5.large", max_pods=28)
    c.workload("shop/api", 20)
    claims: list[Object] = [
        {
            "apiVersion": "karpenter.sh/v1",
            "kind": "NodeClaim",
            "metadata": {"name": f"general-{n}", "creationTimestamp": "2026-11-02T09:00:00Z"},
            "spec": LAUNCHED,
            "status": {
                "nodeName": node.name,
                "providerID": f"aws:///{node.zone}/{node.instance_id}",
                "allocatable": {"cpu": "1930m", "memory": "7Gi", "pods": "110"},
                "capacity": {"cpu": "2", "memory": "8Gi", "pods": "110"},
                "conditions": [{"type": "Ready", "status": "True", "reason": "Ready"}],
            },
        }
        for n, node in enumerate(c.node_list)
    ]
    return put_list(c.source(), "apis/karpenter.sh/v1/nodeclaims", "NodeClaim", claims)


@scenario("single", "primary-address-accounting")
def nodes_sized_for_primary_addresses_that_pods_never_get() -> Cluster:
    c = Cluster(mode="eni", cilium="1.19.2", kube_proxy=False)
    for node in c.nodes(3, type="m5.large", max_pods=30):
        node.eni_spec = {"use-primary-address": True}
    c.workload("shop/api", 78)
    return c
