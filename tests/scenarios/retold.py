"""The same failure modes once more, on other people's clusters: other regions, types, versions and traces."""

from ipaddress import IPv4Network

from tests.builder import Cluster, MemorySource, ago, items
from tests.builder.cilium_objects import pod_ip_pool
from tests.builder.clock import Object, stamp
from tests.builder.joining import unserved
from tests.builder.model import Node
from tests.scenarios.agents import STARTUP
from tests.scenarios.capacity import foreign
from tests.scenarios.corpus import scenario
from tests.scenarios.hosts import tries
from tests.scenarios.objects import group_rule, put_list
from tests.scenarios.ranges import NODES
from tests.scenarios.subnets import interface_failures
from tests.scenarios.ways import REDIRECTS, dns, redirect

VIRGINIA = ("us-east-1a", "us-east-1b", "us-east-1d")
OREGON = ("us-west-2a", "us-west-2b")
FRANKFURT = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
MUMBAI = ("ap-south-1a", "ap-south-1b")
SAID = "time=2026-11-22T08:5{minute}:02.120Z level={level} msg={text} module=operator.ipam error={error}"


def abroad(zones: tuple[str, ...], version: str, mode: str = "eni", **options: object) -> Cluster:
    """A cluster in another region, under a name with odd letters."""
    name = {"us-east-1": "Prod_Use1-v2", "us-west-2": "ml--batch", "eu-central-1": "k8s-0042"}
    region = zones[0][:-1]
    return Cluster(
        name.get(region, "pay_IN"),
        mode=mode,
        cilium=version,
        region=region,
        **options,  # type: ignore[arg-type]
    )


def repeated(c: Cluster, text: str, error: str, *, level: str = "warn") -> None:
    """A line of a newer operator's log, four times in ten minutes."""
    c.log(*[SAID.format(minute=m, level=level, text=repr(text), error=repr(error)) for m in (1, 4, 7, 9)])


def late(c: Cluster, count: int, zones: tuple[str, ...], **options: object) -> list[Node]:
    """Nodes of an hour ago that never got an address."""
    added = c.nodes(count, zones=zones, group="late", age_days=0.05, **options)  # type: ignore[arg-type]
    unserved(c, added)
    return added


@scenario("look-alike", "attachment-limit-loop")
def slots_of_two_nodes_taken_by_a_storage_driver_and_no_log() -> MemorySource:
    c = abroad(VIRGINIA, "1.14.12", kubernetes="1.28")
    nodes = c.nodes(4, type="m6i.xlarge", max_pods=57, zones=VIRGINIA)
    for node in nodes[:2]:
        for number in (1, 2):
            foreign(node, number, text="csi data path")
    c.workload("etl/spark-exec", 66, on=nodes[:2])
    c.workload("shop/api", 40, on=nodes[2:])
    c.ec2_calls[("AttachNetworkInterface", "400 Bad Request")] = (9100, 9112)
    c.ec2_calls[("CreateNetworkInterface", "OK")] = (9400, 9412)
    c.ec2_calls[("DeleteNetworkInterface", "OK")] = (9100, 9112)
    interface_failures(c, "unableToAttachENI")
    return c.source().refuse("cilium/operator/log.txt")


@scenario("look-alike", "dns-sg-between-node-groups")
def port_53_open_for_the_range_of_one_zone_only() -> Cluster:
    c = abroad(FRANKFURT, "1.18.2")
    near = c.nodes(2, type="m5.large", max_pods=28, zones=FRANKFURT[:1], group="system")
    far = c.nodes(3, type="m5.xlarge", max_pods=57, zones=FRANKFURT[1:], group="apps")
    c.workload("shop/api", 30, on=far)
    for pod in c.pods_of("kube-system/coredns"):
        assert pod.node in near
    system = c.security_group("system", [], nodes=near)
    apps = c.security_group("apps", [], nodes=far)
    for group, other in ((c.groups[-2], apps), (c.groups[-1], system)):
        group.ingress += [group_rule(c, "-1", group.id), group_rule(c, "-1", c.groups[0].id)]
        group.ingress += [group_rule(c, "tcp", other, 1024, 65535), group_rule(c, "icmp", other)]
    for protocol in ("udp", "tcp"):
        ranges = [{"CidrIp": str(near[0].subnet.cidr)}]
        rule: Object = {"IpProtocol": protocol, "FromPort": 53, "ToPort": 53, "IpRanges": ranges}
        c.groups[-2].ingress.append(rule | {"UserIdGroupPairs": []})
    c.dns_probes = [
        dns("172.20.0.10", protocol, node.name, "ok" if node in near else "timeout")
        for node in (near[0], far[0], far[1])
        for protocol in ("udp", "tcp")
    ]
    return c


@scenario("look-alike", "kpr-api-server-unreachable")
def agents_told_the_endpoint_of_the_cluster_before_this_one() -> Cluster:
    c = abroad(OREGON, "1.18.5", kube_proxy=False, prefix_delegation=True)
    c.nodes(3, type="m7g.large", max_pods=110, zones=OREGON)
    old = "0F3C9A1D55E24B6CA7A1B0D2C3E4F506.gr7.us-west-2.eks.amazonaws.com"
    c.find("kube-system/cilium").env["KUBERNETES_SERVICE_HOST"] = old
    for node in c.node_list:
        c.agent_down(node)
        c.agent_lines[node.name] = [
            f'time=2026-11-22T08:58:01Z level=error msg="Unable to contact k8s api-server" '
            f'ipAddr=https://{old}:443 error="dial tcp: lookup {old}: no such host"'
        ]
    return c


@scenario("look-alike", "max-allocate-not-pd-aware")
def a_cap_of_twenty_under_prefixes_of_sixteen() -> Cluster:
    c = abroad(MUMBAI, "1.17.6", prefix_delegation=True)
    for node in c.nodes(3, type="m6i.xlarge", max_pods=110, zones=MUMBAI):
        node.max_allocate = 20
    c.workload("pay/upi", 130)
    return c


@scenario("look-alike", "multipool-cidr-not-released")
def a_named_pool_held_by_nodes_that_run_nothing_of_it() -> MemorySource:
    c = abroad(FRANKFURT, "1.16.3", mode="multi-pool", pool="10.240.0.0/16")
    nodes = c.nodes(5, type="m5.large", max_pods=60, zones=FRANKFURT)
    c.workload("shop/api", 20)
    for number, node in enumerate(nodes[:4]):
        node.blocks.append(("batch", IPv4Network(f"10.61.0.{number * 64}/26")))
    report = c.workload("batch/report", 0)
    report.annotations["ipam.cilium.io/ip-pool"] = "batch"
    error = (
        "unable to allocate IP via local cilium agent: [POST /ipam][502] postIpamFailure  unable to allocate "
        'from pool "batch" (family ipv4): pool not (yet) available'
    )
    for pod in c.stuck("batch/report", 5, node=nodes[4], error=error, minutes=40):
        pod.annotations["ipam.cilium.io/ip-pool"] = "batch"
    nodes[4].operator_error = 'unable to allocate 16 IPv4 addresses from pool "batch": pool exhausted'
    return with_pool(c, pod_ip_pool(c, "batch", [IPv4Network("10.61.0.0/24")]), hours=400)


def with_pool(c: Cluster, made: Object, *, hours: float) -> MemorySource:
    """The answers with one more pool, so many hours old."""
    meta = made["metadata"]
    assert isinstance(meta, dict)
    meta["creationTimestamp"] = stamp(ago(hours=hours))

    def add(answer: Object) -> None:
        listed = answer["items"]
        assert isinstance(listed, list)
        listed.append(made)

    return c.source().edit("kubernetes/apis/cilium.io/v2alpha1/ciliumpodippools", add)


@scenario("look-alike", "network-policy-denies", provable=False)
def a_namespace_sealed_a_quarter_of_an_hour_ago() -> Cluster:
    c = abroad(VIRGINIA, "1.16.9", mode="cluster-pool")
    c.nodes(5, type="m5.large", max_pods=29, zones=VIRGINIA)
    c.workload("ledger/db-proxy", 3, port=5432)
    c.service("ledger/db-proxy", port=5432, target=5432)
    c.workload("ledger/api", 6, port=8080)
    c.service("ledger/api")
    c.policy("ledger/deny-ingress", {"podSelector": {}, "policyTypes": ["Ingress"]}, age_hours=0.25)
    for pod in c.fails("ledger/api"):
        pod.since = ago(minutes=14)
    c.drops[("Policy denied", "INGRESS")] = (12, 3300)
    return c


@scenario("look-alike", "new-eni-not-visible-yet")
def daemon_pods_on_a_third_interface_of_two_minutes() -> Cluster:
    c = abroad(OREGON, "1.19.1")
    nodes = c.nodes(2, type="t3.large", max_pods=34, zones=OREGON)
    c.workload("shop/api", 24, on=nodes[0])
    nodes[0].enis[2].attached = ago(minutes=2.5)
    error = f"unable to find ifindex for interface MAC {nodes[0].enis[2].mac}"
    c.stuck("logs/agent", 1, node=nodes[0], error=error, minutes=2.4)
    return c


@scenario("look-alike", "node-local-dns-redirect-broken")
def a_redirect_without_a_cache_on_the_newest_nodes() -> MemorySource:
    c = abroad(FRANKFURT, "1.18.1", kube_proxy=False)
    c.nodes(3, type="m5.large", max_pods=28, zones=FRANKFURT)
    c.daemonset("kube-system/node-local-dns", labels={"k8s-app": "node-local-dns"}, age_days=20)
    c.config["enable-local-redirect-policy"] = "true"
    new = c.nodes(2, type="m5.large", max_pods=28, zones=FRANKFURT, age_days=0.1)
    c.workload("shop/api", 24)
    for pod in c.pods_of("kube-system/node-local-dns"):
        if pod.node in new:
            pod.ready, pod.waiting, pod.restarts, pod.since = False, "CrashLoopBackOff", 18, ago(minutes=80)
    c.dns_probes = [
        dns("172.20.0.10", protocol, node.name, "timeout" if node in new else "ok")
        for node in c.node_list
        for protocol in ("udp", "tcp")
    ] + [dns(pod.ip or "", "udp", new[0].name, "ok") for pod in c.pods_of("kube-system/coredns")]
    return put_list(c.source(), REDIRECTS, "CiliumLocalRedirectPolicy", [redirect()])


@scenario("look-alike", "operator-instance-cache-drop")
def one_node_of_a_burst_that_a_filter_by_id_lost() -> Cluster:
    c = abroad(FRANKFURT, "1.16.12", kubernetes="1.32")
    c.nodes(3, type="m5.large", max_pods=28, zones=FRANKFURT)
    c.workload("shop/api", 30)
    c.nodes(6, type="c5.xlarge", max_pods=57, zones=FRANKFURT, group="burst", age_days=0.3)
    [lost] = c.nodes(1, type="c5.xlarge", max_pods=57, zones=FRANKFURT, group="burst", age_days=0.3)
    unserved(c, [lost])
    c.config["subnet-ids-filter"] = ",".join(subnet.id for subnet in c.subnets)
    text = "Instance not found! Please delete corresponding ciliumnode if instance has already been deleted."
    c.log(
        *[
            f'time="2026-11-22T08:{m}:20Z" level=warning msg="{text}" instanceID={lost.instance_id} '
            f"name={lost.name} subsys=ipam"
            for m in range(40, 60, 3)
        ]
    )
    return c


@scenario("look-alike", "operator-panic-on-subnet")
def an_operator_that_trips_over_a_shared_subnet_behind_a_filter() -> MemorySource:
    c = abroad(OREGON, "1.17.9")
    for zone in OREGON:
        c.subnet(zone, tags={"cilium": "use"})
    c.nodes(3, type="m5.large", max_pods=28, zones=OREGON)
    c.workload("shop/api", 30)
    late(c, 1, OREGON, type="m5.large", max_pods=28)
    c.config["subnet-tags-filter"] = "cilium=use"
    shared = c.subnet("us-west-2a", "10.40.240.0/24", tags={"Name": "shared-endpoints"})
    c.foreign_interface("us-west-2a", "VPC Endpoint Interface vpce-0c1").subnet = shared
    c.operator(ready=0)
    c.log(
        "panic: runtime error: invalid memory address or nil pointer dereference [recovered]",
        "goroutine 412 [running]:",
        "github.com/cilium/cilium/pkg/aws/ec2.parseENI(0xc000b1a2c0, 0xc000d4e6f0, 0xc000d4e720, 0x0)",
    )
    return c.source()


@scenario("look-alike", "operator-without-credentials-or-region")
def a_role_whose_trust_names_another_service_account() -> Cluster:
    c = abroad(MUMBAI, "1.18.3")
    c.nodes(3, type="m5.large", max_pods=28, zones=MUMBAI)
    c.workload("pay/upi", 30)
    late(c, 2, MUMBAI, type="m5.large", max_pods=28)
    c.operator(ready=0)
    c.log(
        'time=2026-11-22T08:58:20Z level=fatal msg="Unable to start eni allocator" error="get identity: get '
        "credentials: failed to refresh cached credentials, failed to retrieve credentials, operation error "
        "STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, api error AccessDenied: Not "
        'authorized to perform sts:AssumeRoleWithWebIdentity" module=operator'
    )
    return c


@scenario("look-alike", "operator-wrong-image")
def a_mirror_that_holds_the_generic_operator_only() -> MemorySource:
    c = abroad(VIRGINIA, "1.18.2")
    c.nodes(3, type="m5.large", max_pods=28, zones=VIRGINIA)
    c.workload("shop/api", 20)
    late(c, 2, VIRGINIA, type="m5.large", max_pods=28)
    image = "registry.example.com:5000/mirror/cilium/operator-generic:v1.18.2@sha256:" + "ab" * 32
    c.operator(ready=0, image=image)
    return c.source().drop("cilium/operator/log.txt") if c.operator_lines else c.source()


@scenario("look-alike", "pd-disabled-after-one-failure")
def plain_nodes_beside_a_second_subnet_given_by_id() -> Cluster:
    c = abroad(OREGON, "1.19.3", prefix_delegation=True)
    c.subnet("us-west-2a", "10.40.4.0/23")
    other = c.subnet("us-west-2a", "10.40.32.0/20", tags={"Name": "pods-2"})
    c.fragment_subnet("us-west-2a")
    for node in c.nodes(2, type="c5.large", max_pods=110, zones=OREGON[:1], age_days=4):
        node.eni_spec = {"subnet-ids": [node.subnet.id, other.id]}
    c.workload("shop/api", 80)
    return c


@scenario("look-alike", "pod-cidr-overlaps-vpc")
def the_default_pool_around_a_vpc_whose_nodes_lie_in_a_block() -> Cluster:
    c = abroad(FRANKFURT, "1.15.10", mode="cluster-pool", pool="10.0.0.0/8", vpc="10.0.0.0/20")
    c.nodes(6, type="m5.large", max_pods=29, zones=FRANKFURT)
    c.workload("shop/api", 12)
    return c


@scenario("look-alike", "pod-eni-security-group-wrong")
def groups_on_pod_interfaces_that_admit_the_load_balancer_only() -> Cluster:
    c = abroad(VIRGINIA, "1.17.7", first_interface_index=1)
    nodes = c.nodes(4, type="m5.large", max_pods=19, zones=VIRGINIA)
    c.workload("shop/api", 40)
    own = c.security_group("pods", [])
    c.groups[-1].ingress.append(group_rule(c, "tcp", c.groups[0].id, 8080, 8080))
    c.groups[-1].tags = {"role": "pods"}
    for node in nodes:
        node.eni_spec = {"security-group-tags": {"role": "pods"}}
        for eni in node.enis[1:]:
            eni.security_groups = [own]
    c.health("self")
    return c


@scenario("look-alike", "pod-identity-link-local-broken")
def a_list_of_devices_that_names_the_pod_identity_interface() -> Cluster:
    c = abroad(OREGON, "1.16.4", kube_proxy=False)
    c.nodes(3, type="m5.large", max_pods=28, zones=OREGON)
    c.daemonset("kube-system/eks-pod-identity-agent", host_network=True)
    c.addons["eks-pod-identity-agent"] = ("v1.3.8-eksbuild.2", "ACTIVE")
    c.workload("shop/api", 20)
    c.config |= {"devices": "ens5 pod-id-link0", "enable-bpf-masquerade": "true"}
    c.drops[("FIB lookup failed", "EGRESS")] = (10, 620)
    return c


@scenario("look-alike", "podippool-not-discovered")
def a_pool_made_later_and_nothing_in_the_log() -> MemorySource:
    c = abroad(VIRGINIA, "1.20.0-rc.0", mode="multi-pool")
    c.nodes(4, type="m5.large", max_pods=60, zones=VIRGINIA)
    c.workload("shop/api", 20)
    c.workload("gpu/train", 0)
    error = (
        "unable to allocate IP via local cilium agent: [POST /ipam][502] postIpamFailure  unable to allocate "
        'from pool "gpu" (family ipv4): pool not (yet) available'
    )
    for pod in c.stuck("gpu/train", 4, error=error, minutes=25):
        pod.annotations["ipam.cilium.io/ip-pool"] = "gpu"
    source = with_pool(c, pod_ip_pool(c, "gpu", [IPv4Network("10.62.0.0/20")]), hours=0.6)
    return source.drop("cilium/operator/log.txt")


@scenario("look-alike", "primary-address-accounting")
def small_nodes_that_count_on_their_primary_addresses() -> Cluster:
    c = abroad(MUMBAI, "1.18.6", kube_proxy=False)
    for node in c.nodes(4, type="t3.medium", max_pods=18, zones=MUMBAI):
        node.eni_spec = {"use-primary-address": True}
    c.workload("pay/upi", 58)
    return c


@scenario("look-alike", "release-handshake-stuck")
def released_addresses_on_two_nodes_of_1_19() -> MemorySource:
    c = abroad(OREGON, "1.17.4", prefix_delegation=False)
    nodes = c.nodes(4, type="t3.large", max_pods=34, zones=OREGON)
    c.workload("shop/api", 40)
    c.config["aws-release-excess-ips"] = "true"
    spare: dict[str, list[str]] = {}
    for node in nodes[:2]:
        c.stuck("shop/api", 2, node=node, minutes=30)
        node.growing = False
        for _ in range(3):
            address = node.subnet.take()
            assert address is not None
            node.enis[-1].addresses.append(address)
        spare[node.name] = [ip for ip in node.attached if ip not in node.lent]

    def release(answer: Object) -> None:
        for item in items(answer):
            ipam = item["status"]["ipam"]
            assert isinstance(ipam, dict)
            ipam["release-ips"] = dict.fromkeys(spare.get(str(item["metadata"]["name"]), []), "released")

    return c.source().edit(NODES, release)


@scenario("look-alike", "security-groups-for-pods-unsupported")
def trunks_kept_from_the_days_of_the_aws_cni() -> Cluster:
    c = abroad(FRANKFURT, "1.18.4")
    for node in c.nodes(4, type="c5.xlarge", max_pods=57, zones=FRANKFURT):
        foreign(node, len(node.enis), kind="trunk", text="aws-k8s-trunk-eni")
    c.workload("shop/api", 200)
    for pod in c.pods_of("shop/api")[:3]:
        pod.annotations["vpc.amazonaws.com/pod-eni"] = '[{"eniId":"eni-0aa","privateIp":"10.40.9.9"}]'
    return c


@scenario("look-alike", "small-instance-watermark-deadlock")
def thirty_two_kept_in_reserve_where_fifteen_fit() -> Cluster:
    c = abroad(VIRGINIA, "1.14.3", kubernetes="1.27")
    c.nodes(3, type="m5.xlarge", max_pods=57, zones=VIRGINIA)
    c.workload("shop/api", 30)
    small = late(c, 2, VIRGINIA, type="t3.medium", max_pods=16)
    for node in small:
        node.pre_allocate = 32
        for number, eni in enumerate((None, 1, 2)):
            found = node.enis[0] if eni is None else foreign(node, number, text="Cilium-CNI")
            found.cilium = True
            found.addresses = [ip for ip in (node.subnet.take() for _ in range(5)) if ip]
        c.agent_lines[node.name] = [
            'level=info msg="Waiting for IPs to become available in CRD-backed allocation pool" '
            "available=15 required=32 subsys=ipam"
        ]
    return c


@scenario("look-alike", "stale-ciliumnodes")
def a_node_replaced_under_its_own_name() -> MemorySource:
    c = abroad(OREGON, "1.17.4")
    c.nodes(3, type="m5.large", max_pods=28, zones=OREGON)
    c.workload("shop/api", 30)
    [again] = late(c, 1, OREGON, type="m5.large", max_pods=28)
    old = "i-0deadbeefdeadbeef"
    text = "Instance not found! Please delete corresponding ciliumnode if instance has already been deleted."
    repeated(c, text, f"instanceID={old}")

    def replaced(answer: Object) -> None:
        for item in items(answer):
            if item["metadata"]["name"] == again.name:
                item["spec"]["instance-id"] = old
                item["metadata"]["creationTimestamp"] = "2026-11-02T09:00:00Z"
                item["status"]["eni"] = {}

    return c.source().edit(NODES, replaced)


@scenario("look-alike", "subnet-view-filter-misused")
def a_filter_by_id_that_knows_the_pods_subnets_only() -> Cluster:
    c = abroad(OREGON, "1.18.2", first_interface_index=1)
    pods = {}
    for number, zone in enumerate(OREGON):
        c.subnet(zone)
        pods[zone] = c.subnet(zone, f"10.40.{160 + number * 16}.0/20", tags={"Name": "pods"})
    for zone in OREGON:
        c.nodes(2, type="m5.large", max_pods=19, zones=(zone,), pod_subnet=pods[zone])
    c.workload("shop/api", 30)
    c.config["subnet-ids-filter"] = " ".join(subnet.id for subnet in pods.values())
    for node in late(c, 3, OREGON, type="m5.large", max_pods=19):
        repeated(c, "Instance not found!", f"{node.instance_id}")
    return c


@scenario("look-alike", "iam-missing-permission")
def limits_unknown_because_the_types_may_not_be_described() -> Cluster:
    c = abroad(MUMBAI, "1.17.2")
    c.nodes(3, type="m5.large", max_pods=28, zones=MUMBAI)
    c.workload("pay/upi", 30)
    late(c, 2, MUMBAI, type="m8i.large", max_pods=28)
    error = (
        "operation error EC2: DescribeInstanceTypes, https response error StatusCode: 403, api error "
        "UnauthorizedOperation: You are not authorized to perform this operation."
    )
    c.log(
        *[
            f'time="2026-11-22T08:5{m}:20Z" level=error msg="Unable to update EC2 instance type limits" '
            f'error="{error}" subsys=ipam-allocator-aws'
            for m in (2, 5, 8)
        ],
        'time="2026-11-22T08:58:24Z" level=warning msg="Unable to find limits for instance type, consider '
        'setting --update-ec2-adapter-limit-via-api" instanceType=m8i.large subsys=ipam',
    )
    interface_failures(c, "unableToDetermineLimits")
    c.ec2_calls[("DescribeInstanceTypes", "403 Forbidden")] = (60, 64)
    return c


@scenario("look-alike", "webhook-hostnetwork-port-clash")
def a_second_webhook_pod_that_finds_no_node_with_its_port_free() -> Cluster:
    c = abroad(FRANKFURT, "1.17.4", mode="cluster-pool")
    c.nodes(3, type="m5.large", max_pods=29, zones=FRANKFURT)
    c.webhook(
        "cert-manager/cert-manager-webhook",
        port=10250,
        host_network=True,
        replicas=0,
        fails='no endpoints available for service "cert-manager-webhook"',
    )
    message = (
        "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports. preemption: "
        "0/3 nodes are available: 3 No preemption victims found for incoming pod."
    )
    c.pending("cert-manager/cert-manager-webhook", 2, message, minutes=70)
    return c


@scenario("look-alike", "eni-account-quota")
def interfaces_refused_in_every_zone_and_the_quota_unread() -> MemorySource:
    c = abroad(VIRGINIA, "1.18.4")
    c.nodes(3, type="m5.large", max_pods=28, zones=VIRGINIA)
    c.workload("shop/api", 30)
    late(c, 3, VIRGINIA, type="m5.large", max_pods=28)
    error = (
        "operation error EC2: CreateNetworkInterface, https response error StatusCode: 400, api error "
        "NetworkInterfaceLimitExceeded: Maximum number of network interfaces reached."
    )
    repeated(c, "Unable to create interface on instance", error)
    interface_failures(c, "unableToCreateENI")
    return c.source().refuse("aws/service-quotas/")


@scenario("look-alike", "ip-released-while-in-use")
def two_addresses_moved_from_pods_that_still_have_them() -> Cluster:
    c = abroad(OREGON, "1.11.6", kubernetes="1.22")
    c.nodes(3, type="m5.large", max_pods=28, zones=OREGON)
    c.workload("shop/api", 36, port=8080)
    c.config["aws-release-excess-ips"] = "true"
    lost = [pod for pod in c.pods_of("shop/api") if pod.node is c.node_list[2]][:2]
    asking = c.node_list[0]
    c.tcp_probes = tries(lost, asking, "timeout") + tries(c.pods_of("shop/api")[:3], asking, "ok")
    for pod in lost:
        assert pod.node is not None
        pod.node.growing = False
        for eni in pod.node.enis:
            eni.addresses = [ip for ip in eni.addresses if ip != pod.ip]
    return c


@scenario("look-alike", "max-pods-exceeds-node-ip-capacity", "scheduler-ip-blind-skew")
def a_daemon_pod_on_the_one_node_without_addresses() -> Cluster:
    c = abroad(FRANKFURT, "1.19.4")
    nodes = c.nodes(5, type="m5.large", max_pods=60, zones=FRANKFURT)
    c.workload("shop/api", 26, on=nodes[0])
    c.workload("shop/cart", 16, on=nodes[1:])
    c.daemonset("logs/fluent-bit")
    return c


@scenario("look-alike", "security-group-selector-fails")
def further_interfaces_with_the_groups_of_the_first() -> Cluster:
    c = abroad(VIRGINIA, "1.13.2", kubernetes="1.25", first_interface_index=1)
    nodes = c.nodes(4, type="m5.large", max_pods=19, zones=VIRGINIA)
    c.workload("shop/api", 40)
    pods = c.security_group("pods", [])
    c.groups[-1].ingress.append(group_rule(c, "-1", pods))
    c.groups[-1].tags = {"role": "pods"}
    only = c.security_group("nodes", [], nodes=nodes)
    c.groups[-1].ingress.append(group_rule(c, "tcp", only, 10250, 10250))
    for node in nodes:
        node.eni_spec = {"security-group-tags": {"role": "pods"}}
    text = "No security groups match required vpc id and tags, using eth0 security groups"
    c.log(f'time="2026-11-22T08:12:24Z" level=warning msg="{text}" subsys=ipam-allocator-aws')
    c.health("self")
    return c


@scenario("look-alike", "pod-cidr-overlaps-service-cidr")
def blocks_that_reached_the_service_range_as_the_cluster_grew() -> Cluster:
    c = abroad(FRANKFURT, "1.17.4", mode="cluster-pool", pool="172.16.0.0/12", services="172.16.0.0/16")
    c.nodes(5, type="m5.large", max_pods=29, zones=FRANKFURT)
    c.workload("shop/api", 12)
    c.probe_from = c.node_list[0].name
    c.probe_dns("timeout")
    return c


@scenario("look-alike", "agent-not-ready-taint-left")
def a_taint_left_by_an_operator_that_may_not_patch_nodes() -> Cluster:
    c = abroad(OREGON, "1.18.4", mode="cluster-pool")
    c.nodes(3, type="m5.large", max_pods=29, zones=OREGON)
    c.config["remove-cilium-node-taints"] = "false"
    for node in c.nodes(2, type="m5.large", max_pods=29, zones=OREGON, labels={"pool": "spot"}, age_days=0.2):
        node.taints.append(dict(STARTUP))
    c.workload("shop/spot", 6, node_selector={"pool": "spot"})
    return c


@scenario("look-alike", "unmanaged-pods")
def pods_that_started_before_the_agent_of_a_custom_namespace() -> Cluster:
    c = abroad(VIRGINIA, "1.16.5", mode="cluster-pool", installed_days=2)
    c.namespace = "networking"
    c.namespaces["networking"] = {}
    c.nodes(3, type="m5.large", max_pods=29, zones=VIRGINIA)
    c.workload("shop/api", 9)
    c.config["unmanaged-pod-watcher-interval"] = "0"
    c.unmanaged("kube-system/coredns")
    c.probe_dns("timeout")
    return c
