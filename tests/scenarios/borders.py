"""Just on this side of a fault, or just on the other: what tells it apart is there and must be seen."""

from tests.builder import Cluster, MemorySource, ago
from tests.builder.clock import Object
from tests.builder.joining import unserved
from tests.scenarios.capacity import foreign
from tests.scenarios.corpus import scenario
from tests.scenarios.doubles import crash_dns
from tests.scenarios.healthy import plain
from tests.scenarios.objects import group_rule
from tests.scenarios.retold import FRANKFURT, OREGON, VIRGINIA, abroad
from tests.scenarios.routing import native
from tests.scenarios.services import HOOK
from tests.scenarios.subnets import running, work
from tests.scenarios.ways import dns

HURT = ("degraded", "critical")
MASQUERADE = "kubernetes/api/v1/namespaces/kube-system/configmaps/ip-masq-agent"


@scenario("healthy")
def healthy_native_range_without_the_pods_that_the_masquerade_agent_spares() -> MemorySource:
    c = native(("eu-west-1a",))
    c.source_dest_check(False)
    c.config |= {
        "ipv4-native-routing-cidr": "10.40.0.0/16",
        "enable-ip-masq-agent": "true",
        "enable-bpf-masquerade": "true",
        "kube-proxy-replacement": "true",
    }
    meta = {"name": "ip-masq-agent", "namespace": "kube-system", "creationTimestamp": "2026-10-20T09:00:00Z"}
    data = {"config": "nonMasqueradeCIDRs:\n- 10.244.0.0/16\n- 10.40.0.0/16\nmasqLinkLocal: false\n"}
    told = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": meta, "data": data}
    return c.source().put(MASQUERADE, told)


@scenario("look-alike", "overlay-port-blocked")
def health_probes_closed_and_the_overlay_open() -> Cluster:
    c = plain(version="1.17.4")
    own = c.security_group("nodes", [], nodes=c.node_list)
    c.groups[-1].ingress += [group_rule(c, "udp", own, 8472, 8472), group_rule(c, "tcp", own, 10250, 10250)]
    c.groups[-1].ingress.append(group_rule(c, "icmp", own))
    c.health(lambda a, b: "host-http")
    return c


@scenario("healthy")
def healthy_webhook_in_the_overlay_that_is_called_by_url() -> Cluster:
    c = plain(version="1.18.3")
    c.workload("policy/engine", 2, port=8443)
    hook: Object = {
        "name": "validate.engine.example.com",
        "clientConfig": {"url": "https://hooks.corp.example/validate"},
        "rules": [],
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    made: Object = {"metadata": {"name": "engine", "creationTimestamp": "2026-10-20T09:00:00Z"}}
    c.validating.append(made | {"webhooks": [hook]})
    return c


@scenario("pair", "kubelet-max-pods-too-low", "coredns-without-endpoints")
def dns_pods_that_lost_their_places_to_the_cap() -> Cluster:
    c = Cluster(mode="cluster-pool", cilium="1.17.4")
    c.nodes(4, type="t3.small", max_pods="eks")
    c.workload("shop/perf", 50)
    c.coredns(0, "pending")
    c.probe_dns("timeout")
    return c


@scenario("look-alike", "subnet-free-ips-exhausted", "coredns-without-endpoints")
def dns_pods_without_an_address_in_an_empty_zone() -> Cluster:
    c = abroad(OREGON, "1.18.4")
    c.subnet("us-west-2a", "10.40.3.0/26")
    nodes = c.nodes(2, type="m5.large", max_pods=28, zones=OREGON[:1])
    c.nodes(2, type="m5.large", max_pods=28, zones=OREGON[1:])
    c.fill_subnet("us-west-2a")
    c.workload("shop/api", 20, on=nodes)
    for pod in c.pods_of("kube-system/coredns"):
        if pod.node not in nodes:
            c.evict(pod)
            c.place(pod, nodes[0])
    c.coredns(0, "stuck")
    c.probe_dns("timeout")
    return c


@scenario("look-alike", "operator-stale-allocation-view")
def a_pool_of_many_pools_with_room_that_is_called_exhausted() -> Cluster:
    c = abroad(VIRGINIA, "1.15.6", mode="cluster-pool", pool="100.64.0.0/16")
    c.nodes(4, type="c5.large", max_pods=29, zones=VIRGINIA)
    c.workload("shop/api", 20)
    unserved(
        c, c.nodes(3, type="c5.large", max_pods=29, zones=VIRGINIA, age_days=0.2), error="allocator full"
    )
    return c


@scenario("look-alike", verdicts=HURT)
def blocks_that_nobody_gives_in_kubernetes_mode() -> Cluster:
    c = abroad(FRANKFURT, "1.17.4", mode="kubernetes")
    c.nodes(2, type="m5.large", max_pods=29, zones=FRANKFURT)
    line = 'level=info msg="Waiting for k8s node information" error="required IPv4 PodCIDR not available"'
    unserved(c, c.nodes(2, type="m5.large", max_pods=29, zones=FRANKFURT, age_days=0.2), line=line)
    return c


@scenario("healthy")
def healthy_efa_nodes_on_1_18_6_with_every_card_taken() -> Cluster:
    c = abroad(VIRGINIA, "1.18.6")
    c.nodes(2, type="m5.large", max_pods=28, zones=VIRGINIA)
    for gpu in c.nodes(2, type="p4d.24xlarge", max_pods=110, zones=VIRGINIA, group="gpu"):
        for card in (1, 2, 3):
            foreign(gpu, 1, card=card, kind="efa", text="EFA")
        c.workload(f"shop/train-{gpu.ip.replace('.', '-')}", 60, on=gpu)
    return c


@scenario("look-alike", "dns-blocked-by-network-policy")
def a_namespace_whose_rules_allow_dns_over_tcp_alone() -> Cluster:
    c = abroad(FRANKFURT, "1.18.4")
    c.nodes(4, type="m5.large", max_pods=28, zones=FRANKFURT)
    c.workload("pay/checkout", 4, port=8080)
    c.service("pay/checkout")
    peer: Object = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    rules = [{"to": [peer], "ports": [{"protocol": "TCP", "port": 53}]}, {"to": [{"podSelector": {}}]}]
    spec: Object = {"podSelector": {}, "policyTypes": ["Egress"], "egress": rules}
    c.policy("pay/egress", spec, age_hours=0.5)
    for pod in c.fails("pay/checkout"):
        pod.since = ago(minutes=25)
    c.drops[("Policy denied", "EGRESS")] = (10, 2100)
    return c


@scenario("healthy")
def healthy_where_policies_allow_dns_by_its_service_address() -> Cluster:
    c = plain("eni", "1.17.4")
    spec: Object = {
        "endpointSelector": {},
        "egress": [
            {
                "toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system"}}],
                "toPorts": [
                    {"ports": [{"port": "53", "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}}
                ],
            },
            {"toFQDNs": [{"matchPattern": "*.amazonaws.com"}]},
        ],
    }
    c.policy("shop/egress", spec, kind="CiliumNetworkPolicy")
    c.drops[("Policy denied", "EGRESS")] = (7, 9)
    return c


@scenario("pair", "scheduler-insufficient-requests", "webhook-unreachable-from-control-plane")
def a_webhook_in_the_overlay_and_requests_full_on_1_20() -> Cluster:
    c = abroad(OREGON, "1.20.1", mode="multi-pool", pool="10.244.0.0/16")
    c.nodes(5, type="m5.large", max_pods=60, zones=OREGON)
    c.workload("shop/api", 10)
    c.webhook(HOOK, fails="context deadline exceeded")
    c.workload("shop/perf", 30, cpu=900)
    return c


@scenario("look-alike", "max-pods-exceeds-node-ip-capacity")
def addresses_gone_while_old_lines_tell_of_throttling() -> Cluster:
    c = abroad(VIRGINIA, "1.19.1")
    c.nodes(4, type="m6i.large", max_pods=58, zones=VIRGINIA)
    c.workload("shop/api", 130)
    limit = "operation error EC2: AssignPrivateIpAddresses, api error RequestLimitExceeded: limit exceeded."
    c.log(f'time=2026-11-22T05:12:02Z level=warn msg="Unable to assign" error={limit!r}')
    c.ec2_calls[("AssignPrivateIpAddresses", "503 Service Unavailable")] = (900, 900)
    return c


@scenario("look-alike", "coredns-without-endpoints")
def dns_in_a_loop_of_its_own_with_the_operator_down_yesterday() -> Cluster:
    c = crash_dns(work(running("1.17.4")))
    for pod in c.pods_of("kube-system/coredns"):
        text = "Back-off restarting failed container: Loop (127.0.0.1:53 -> :53) detected for zone"
        c.event("Pod", pod.ref, "BackOff", text, count=90)
    return c


@scenario("healthy")
def healthy_with_dns_probes_from_outside_that_time_out_once() -> Cluster:
    c = plain("eni", "1.17.4")
    node = c.node_list[0].name
    c.dns_probes = [dns("172.20.0.10", p, node, "ok") for p in ("udp", "tcp")]
    c.dns_probes.append(dns("172.20.0.10", "udp", node, "nxdomain", "nowhere.example."))
    return c


@scenario("look-alike", "pd-fallback-missing-1-20")
def new_nodes_of_1_20_0_in_a_crowded_subnet_beside_old_ones() -> Cluster:
    c = abroad(FRANKFURT, "1.20.0", prefix_delegation=True)
    c.subnet("eu-central-1a", "10.40.4.0/22")
    c.nodes(2, type="m5.large", max_pods=110, zones=FRANKFURT[:1])
    c.nodes(2, type="m5.large", max_pods=110, zones=FRANKFURT[1:2])
    c.workload("shop/api", 40)
    added = c.nodes(2, type="m5.large", max_pods=110, zones=FRANKFURT[:1], age_days=0.1)
    unserved(c, added)
    c.fragment_subnet("eu-central-1a")
    return c
