"""Subnets, selectors, security groups and quotas of interfaces, and prefixes that no subnet gives."""

from tests.builder import Cluster, MemorySource
from tests.builder.clock import Object, digits
from tests.builder.joining import unserved
from tests.builder.model import Node
from tests.builder.network import occupy
from tests.builder.vpc_model import Eni, Subnet
from tests.scenarios.corpus import scenario
from tests.scenarios.objects import group_rule, routed

WAITING = (
    "level=info msg=\"Waiting for initial IP to become available in 'ip-10-40-0-9' custom resource\" "
    "subsys=ipam"
)
ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
CREATED = "cilium_operator_ipam_allocation_duration_seconds_count"


def newcomers(c: Cluster, count: int = 2, *, age_days: float = 0.05, **options: object) -> list[Node]:
    """Nodes that joined an hour ago and wait for their first address since."""
    added = c.nodes(count, group="burst", age_days=age_days, **options)  # type: ignore[arg-type] # as of nodes
    unserved(c, added, line=WAITING)
    return added


def interface_failures(c: Cluster, status: str, subnet: str = "") -> None:
    """The operator fails to make interfaces for this reason, a few more times in each of five minutes."""
    kind = "createInterfaceAndAllocateIP"
    c.metric(f'{CREATED}{{status="{status}",subnet_id="{subnet}",type="{kind}"}}', 240, earlier=190)


def running(version: str = "1.17.4", **options: object) -> Cluster:
    """Three nodes in ENI mode with work on them."""
    c = Cluster(mode="eni", cilium=version, **options)  # type: ignore[arg-type] # the builder's own options
    return c


def work(c: Cluster) -> Cluster:
    """Three old nodes and some pods."""
    c.nodes(3, type="m5.large", max_pods=29)
    c.workload("shop/api", 30)
    return c


def no_subnet(c: Cluster, node: Node, tags: str) -> str:
    """The operator's line when nothing matches."""
    return (
        'time="2026-11-22T08:58:40Z" level=info msg="Unable to create interface on instance" '
        'error="No matching '
        f"subnet available for interface creation (VPC={c.vpc_id} AZ={node.zone} SubnetIDs=[] "
        f'SubnetTags=map[{tags}])" instanceID={node.instance_id} name={node.name} subsys=ipam-allocator-aws'
    )


@scenario("single", "subnet-selector-matches-nothing")
def a_subnet_tag_spelt_otherwise_than_the_selector() -> Cluster:
    c = running()
    for zone in ZONES:
        c.subnet(zone, tags={"cilium-pods": "true"})
    work(c)
    added = newcomers(c, 3, type="m5.large", max_pods=29)
    for node in added:
        node.eni_spec = {"subnet-tags": {"cilium-pods": "yes"}}
        c.log(no_subnet(c, node, "cilium-pods:yes"))
    interface_failures(c, "unableToFindSubnet")
    return c


@scenario("single", "subnet-selector-matches-nothing")
def a_subnet_id_that_is_not_in_this_vpc() -> Cluster:
    c = work(running("1.19.2"))
    for node in newcomers(c, 3, type="m5.large", max_pods=29):
        node.eni_spec = {"subnet-ids": ["subnet-0aaaabbbbccccdddd"]}
    interface_failures(c, "unableToFindSubnet")
    return c


@scenario("look-alike", "az-without-matching-subnet")
def a_zone_in_which_nobody_tagged_a_subnet() -> Cluster:
    c = running("1.16.5")
    for zone in ZONES:
        c.subnet(zone, tags={"Name": zone} | ({"pods": "yes"} if zone != "eu-west-1c" else {}))
    c.nodes(4, type="m5.large", max_pods=29, zones=ZONES[:2])
    c.workload("shop/api", 30)
    for node in c.node_list:
        node.eni_spec = {"subnet-tags": {"pods": "yes"}}
    for node in newcomers(c, 2, type="m5.large", max_pods=29, zones=ZONES[2:]):
        node.eni_spec = {"subnet-tags": {"pods": "yes"}}
        c.log(no_subnet(c, node, "pods:yes"))
    interface_failures(c, "unableToFindSubnet")
    return c


@scenario("look-alike", "subnet-view-filter-misused")
def a_filter_that_hides_the_nodes_own_subnets() -> Cluster:
    c = running("1.16.5", first_interface_index=1)
    pods = {}
    for number, zone in enumerate(ZONES):
        c.subnet(zone, tags={"role": "nodes"})
        pods[zone] = c.subnet(zone, f"10.40.{160 + number * 16}.0/20", tags={"role": "pods"})
    for zone in ZONES:
        c.nodes(1, type="m5.large", max_pods=19, zones=(zone,), pod_subnet=pods[zone])
    c.workload("shop/api", 20)
    c.config["subnet-tags-filter"] = "role=pods"
    for node in newcomers(c, 3, type="m5.large", max_pods=19):
        c.log(
            'time="2026-11-22T08:58:40Z" level=warning msg="Instance not found! Please delete corresponding '
            f'ciliumnode if instance has already been deleted." instanceID={node.instance_id} '
            f"name={node.name}"
        )
    return c


@scenario("single", "pod-eni-in-wrong-subnet")
def further_interfaces_made_in_a_public_subnet() -> MemorySource:
    c = running("1.13.4")
    for zone in ZONES:
        c.subnet(zone)
    public = {zone: c.subnet(zone, public=True) for zone in ZONES}
    for zone in ZONES:
        c.nodes(1, type="m5.large", max_pods=28, zones=(zone,), pod_subnet=public[zone])
    c.workload("shop/api", 50)
    return routed(c, public="internet", private="nat")


@scenario("single", "security-group-selector-fails")
def a_group_tag_that_no_group_has() -> Cluster:
    c = running("1.17.3", first_interface_index=1)
    c.nodes(3, type="m5.large", max_pods=19)
    c.workload("shop/api", 20)
    for node in newcomers(c, 2, type="m5.large", max_pods=19):
        node.eni_spec = {"security-group-tags": {"role": "pod-interfaces"}}
        c.log(
            'time="2026-11-22T08:58:40Z" level=info msg="Unable to create interface on instance" '
            'error="unable '
            "to get security groups: operation error EC2: DescribeSecurityGroups, "
            'InvalidParameterCombination: The parameter combination is not valid" '
            f"instanceID={node.instance_id} name={node.name}"
        )
    interface_failures(c, "unableToGetSecurityGroups")
    return c


@scenario("single", "pod-eni-security-group-wrong")
def two_node_groups_that_admit_only_themselves() -> Cluster:
    c = running()
    left = c.nodes(3, type="m5.large", max_pods=28, group="left")
    right = c.nodes(3, type="m5.large", max_pods=28, group="right")
    for name, nodes in (("left", left), ("right", right)):
        own = c.security_group(name, [], nodes=nodes)
        c.groups[-1].ingress.append(group_rule(c, "-1", own))
        c.groups[-1].ingress.append(group_rule(c, "-1", c.groups[0].id))
    c.workload("shop/api", 40)
    c.health(lambda a, b: "ok" if a.nodegroup == b.nodegroup else "both")
    return c


@scenario("single", "eni-account-quota")
def no_interface_left_in_the_account() -> MemorySource:
    c = work(running())
    for number in range(60):
        c.foreign_interface("eu-west-1b", f"AWS Lambda VPC ENI-report-{number}")
    added = newcomers(c, 2, type="m5.large", max_pods=29)
    for node in added:
        c.log(
            'time="2026-11-22T08:58:40Z" level=info msg="Unable to create interface on instance" '
            'error="operation '
            "error EC2: CreateNetworkInterface, https response error StatusCode: 400, api error "
            'NetworkInterfaceLimitExceeded: Maximum number of network interfaces reached." '
            f"instanceID={node.instance_id} name={node.name}"
        )
    interface_failures(c, "unableToCreateENI")
    c.ec2_calls[("CreateNetworkInterface", "400 Bad Request")] = (300, 340)
    source = c.source()
    count = len(_interfaces(source))

    def lower(answer: Object) -> None:
        quotas = answer["Quotas"]
        assert isinstance(quotas, list)
        quotas[0]["Value"] = float(count)

    return source.edit("aws/service-quotas/list-service-quotas/vpc", lower)


def _interfaces(source: MemorySource) -> list[object]:
    answer = source.answers["aws/ec2/describe-network-interfaces"]
    assert isinstance(answer, dict)
    found = answer["NetworkInterfaces"]
    assert isinstance(found, list)
    return found


@scenario("healthy", risks=("eni-leak-available",))
def healthy_with_interfaces_that_dead_nodes_left() -> Cluster:
    c = work(running())
    leaked(c, c.zone_subnet("eu-west-1a"), 12)
    return c


@scenario("pair", "subnet-free-ips-exhausted", "eni-leak-available")
def a_zone_filled_by_interfaces_that_dead_nodes_left() -> Cluster:
    c = running()
    small = c.subnet("eu-west-1a", "10.40.3.0/26")
    nodes = c.nodes(3, type="m5.large", max_pods=29)
    leaked(c, small, 4, each=8)
    c.fill_subnet(small)
    c.workload("shop/api", 26, on=[n for n in nodes if n.subnet is small])
    return c


def leaked(c: Cluster, subnet: Subnet, count: int, *, each: int = 4) -> list[Eni]:
    """Interfaces that the operator made for instances that are gone."""
    made = []
    for number in range(count):
        addresses = [ip for ip in (subnet.take() for _ in range(each)) if ip]
        gone = f"i-0{digits(16, c.name, 'gone', number)}"
        eni = occupy(subnet, addresses, f"Cilium-CNI ({gone})", c.groups[0].id)
        eni.requester, eni.status = None, "available"
        eni.tags = {
            "io.cilium/cilium-managed": "true",
            "io.cilium/cluster-name": c.name,
            "io.cilium/created-at": "2026-11-18T09:00:00Z",
        }
        made.append(eni)
    c.other_enis += made
    return made


def fragmented(version: str) -> Cluster:
    """ENI mode with prefixes in a zone whose subnet has no whole /28."""
    c = running(version, prefix_delegation=True)
    c.subnet("eu-west-1a", "10.40.4.0/22", tags={"pods": "yes"})
    c.fragment_subnet("eu-west-1a")
    return c


@scenario("single", "pd-disabled-after-one-failure")
def plain_nodes_beside_a_subnet_with_whole_blocks() -> Cluster:
    c = fragmented("1.18.11")
    c.subnet("eu-west-1a", "10.40.16.0/22", tags={"pods": "yes"})
    for node in c.nodes(2, type="m5.large", max_pods=110, zones=ZONES[:1], age_days=3):
        node.eni_spec = {"subnet-tags": {"pods": "yes"}}
    c.workload("shop/api", 90)
    return c


@scenario("look-alike", "prefix-fragmentation-insufficient-cidr-blocks")
def plain_nodes_beside_a_subnet_that_the_selector_does_not_take() -> Cluster:
    c = fragmented("1.18.11")
    c.subnet("eu-west-1a", "10.40.16.0/22", tags={"Name": "databases"})
    for node in c.nodes(2, type="m5.large", max_pods=110, zones=ZONES[:1], age_days=3):
        node.eni_spec = {"subnet-tags": {"pods": "yes"}}
    c.workload("shop/api", 90)
    return c


@scenario("single", "pd-fallback-missing-1-20")
def nothing_at_all_without_a_block_on_1_20_1() -> Cluster:
    c = running("1.20.1", prefix_delegation=True)
    c.nodes(3, type="m5.large", max_pods=110, zones=ZONES[1:])
    c.workload("shop/api", 30)
    c.subnet("eu-west-1a", "10.40.4.0/22")
    c.fragment_subnet("eu-west-1a")
    newcomers(c, 2, type="m5.large", max_pods=110, zones=ZONES[:1])
    return c


@scenario("look-alike", "prefix-fragmentation-insufficient-cidr-blocks")
def single_addresses_without_a_block_on_1_20_2() -> Cluster:
    c = fragmented("1.20.2")
    c.nodes(2, type="m5.large", max_pods=110, zones=ZONES[:1])
    c.workload("shop/api", 90)
    return c


@scenario("healthy", risks=("prefix-members-released-individually-1-20",))
def healthy_while_1_20_1_tries_to_release_members_of_prefixes() -> Cluster:
    c = running("1.20.1", prefix_delegation=True)
    c.nodes(3, type="m5.large", max_pods=110)
    c.workload("shop/api", 30)
    c.config["aws-release-excess-ips"] = "true"
    c.ec2_calls[("UnassignPrivateIpAddresses", "400 Bad Request")] = (900, 940)
    node = c.node_list[0]
    prefix = node.enis[0].prefixes[0].removesuffix("/28")
    c.log(
        'time=2026-11-22T08:58:40Z level=warn msg="Unable to unassign private IPs from ENI" '
        'error="operation error '
        f"EC2: UnassignPrivateIpAddresses, api error InvalidParameterValue: [{prefix}] is not "
        f"assigned to the "
        f'network interface" eni={node.enis[0].id}'
    )
    return c


@scenario("healthy", risks=("prefixes-never-released",))
def healthy_with_prefixes_kept_since_the_last_peak() -> Cluster:
    c = running("1.16.5", prefix_delegation=True)
    for node in c.nodes(4, type="m5.large", max_pods=110, age_days=60):
        for _ in range(6):
            prefix = node.subnet.take_prefix()
            assert prefix is not None
            node.enis[0].prefixes.append(prefix)
    c.workload("shop/api", 12)
    c.config["aws-release-excess-ips"] = "true"
    return c


@scenario("look-alike", "subnet-free-ips-exhausted")
def two_empty_zones_beside_a_third_with_thousands_free() -> Cluster:
    c = running("1.18.4")
    for zone, cidr in (("eu-west-1a", "10.40.3.0/26"), ("eu-west-1b", "10.40.3.64/26")):
        c.subnet(zone, cidr)
    nodes = c.nodes(6, type="m5.large", max_pods=28)
    for zone in ZONES[:2]:
        c.fill_subnet(zone)
    c.workload("shop/api", 50, on=nodes)
    return c


@scenario("unread", "subnet-free-ips-exhausted")
def an_empty_zone_seen_by_the_operators_metrics_alone() -> MemorySource:
    c = running("1.18.4")
    c.subnet("eu-west-1a", "10.40.3.0/26")
    nodes = c.nodes(3, type="m5.large", max_pods=28)
    c.fill_subnet("eu-west-1a")
    c.workload("shop/api", 26, on=[n for n in nodes if n.zone == "eu-west-1a"])
    return c.source().refuse("aws/ec2/describe-subnets").refuse("aws/ec2/describe-network-interfaces")


@scenario("healthy", risks=("custom-cni-conf-overrides-helm",))
def healthy_where_the_cni_file_wins_over_helm() -> MemorySource:
    c = work(running("1.19.2"))
    c.config["custom-cni-conf"] = "true"
    c.config["eni-first-interface-index"] = "1"
    c.config["read-cni-conf"] = "/tmp/cni-configuration/cni-config"
    c.helm(
        {
            "ipam": {"mode": "eni"},
            "cni": {"customConf": True, "configMap": "cni-configuration"},
            "eni": {"enabled": True, "nodeSpec": {"firstInterfaceIndex": 1}},
        }
    )
    text = (
        '{"cniVersion":"0.3.1","name":"cilium","plugins":[{"cniVersion":"0.3.1","type":"cilium-cni",'
        '"eni":{"first-interface-index":0},"ipam":{"pre-allocate":8}}]}'
    )
    told: Object = {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {
            "name": "cni-configuration",
            "namespace": "kube-system",
            "creationTimestamp": "2026-10-20T09:00:00Z",
        },
        "data": {"cni-config": text},
    }
    return c.source().put("kubernetes/api/v1/namespaces/kube-system/configmaps/cni-configuration", told)


@scenario("pair", "az-without-matching-subnet", "scheduler-placement-constraints")
def an_untagged_zone_and_a_workload_misplaced() -> Cluster:
    c = a_zone_in_which_nobody_tagged_a_subnet()
    c.workload("shop/gpu", 4, node_selector={"accelerator": "a100"})
    return c


@scenario("unread", verdicts=("degraded", "critical"), not_checked=("subnet-selector-matches-nothing",))
def new_nodes_wait_and_no_subnet_could_be_read() -> MemorySource:
    c = work(running())
    for node in newcomers(c, 3, type="m5.large", max_pods=29):
        node.eni_spec = {"subnet-tags": {"cilium-pods": "yes"}}
    source = c.source().refuse("aws/").refuse("cilium/operator/metrics.prom")
    return source.refuse("cilium/operator/metrics.earlier.prom").refuse("cilium/operator/log.txt")
