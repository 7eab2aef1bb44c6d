"""Prefix delegation, subnets and the operator."""

from tests.builder import Cluster
from tests.scenarios.corpus import scenario

VALUES = {"ipam": {"mode": "eni"}, "eni": {"enabled": True}, "enableIPv4PrefixDelegation": True}


@scenario("single", "prefix-delegation-wrong-helm-key")
def a_helm_key_that_does_not_exist() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.nodes(4, type="m5.large", max_pods=110)
    c.workload("shop/api", 160)
    c.helm(VALUES)
    return c


@scenario("single", "prefix-delegation-non-nitro")
def xen_nodes_in_a_pool_sized_for_prefixes() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.nodes(3, type="m5.large", max_pods=110)
    old = c.nodes(1, type="m4.large", max_pods=110)
    c.workload("shop/api", 30, on=old)
    return c


@scenario("single", "prefix-delegation-sticky-secondary-ips")
def nodes_older_than_the_prefixes() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.prefix_delegation = False
    old = c.nodes(2, type="m5.large", max_pods=110, age_days=60)
    c.prefix_delegation = True
    c.nodes(3, type="m5.large", max_pods=110, age_days=2)
    c.workload("shop/api", 80, on=old)
    return c


@scenario("single", "subnet-free-ips-exhausted")
def a_zone_without_free_addresses() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.subnet("eu-west-1a", "10.40.3.0/26")
    c.nodes(3, type="m5.large", max_pods=29)
    c.fill_subnet("eu-west-1a")
    c.workload("shop/api", 26, on=[n for n in c.node_list if n.subnet.zone == "eu-west-1a"])
    return c


@scenario("single", "prefix-fragmentation-insufficient-cidr-blocks")
def free_addresses_and_no_whole_block() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.subnet("eu-west-1a", "10.40.4.0/22")
    c.fragment_subnet("eu-west-1a")
    c.nodes(2, type="m5.large", max_pods=110, zones=("eu-west-1a",))
    c.workload("shop/api", 90)
    return c


@scenario("single", "operator-wrong-image")
def the_generic_operator_in_eni_mode() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.nodes(3, type="m5.large", max_pods=29)
    c.workload("shop/api", 20)
    c.operator(ready=0, image="quay.io/cilium/operator-generic:v1.17.4")
    return c


@scenario("single", "operator-down-or-no-leader")
def no_operator_and_new_nodes_without_addresses() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.nodes(3, type="m5.large", max_pods=29)
    c.workload("shop/api", 20)
    c.operator(ready=0)
    c.stuck("shop/api", 4)
    return c
