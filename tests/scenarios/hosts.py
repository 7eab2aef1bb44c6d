"""Faults whose proof lies on a host, and the traces of them that an API shows."""

from collections.abc import Sequence

from tests.builder import Cluster, MemorySource, Pod, ago
from tests.builder.clock import Object
from tests.builder.model import Node
from tests.scenarios.agents import NO_SOCKET
from tests.scenarios.capacity import foreign
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.objects import routed
from tests.scenarios.subnets import newcomers, running, work
from tests.scenarios.ways import dns

TOOK_TOO_LONG = "no connection within 3 s"


def tries(pods: Sequence[Pod], source: Node, outcome: str, port: int = 8080) -> list[Object]:
    """Connections from one node to pods, each ending so."""
    return [
        {
            "address": pod.ip,
            "port": port,
            "for": {"kind": "Pod", "namespace": pod.namespace, "name": pod.name},
            "from_node": source.name,
            "outcome": outcome,
            "seconds": 0.002 if outcome == "ok" else 3.0,
            "detail": "" if outcome == "ok" else TOOK_TOO_LONG,
        }
        for pod in pods
    ]


def two_interfaces(version: str) -> tuple[Cluster, list[Pod], list[Pod]]:
    """A node with pods on its first interface and on its second; these and those."""
    c = running(version)
    nodes = c.nodes(3, type="m5.large", max_pods=28)
    c.workload("shop/api", 15, on=nodes[0], port=8080)
    c.workload("shop/cart", 6, on=nodes[1:])
    first = [p for p in c.pods_of("shop/api") if p.ip in nodes[0].enis[0].addresses]
    return c, first, [p for p in c.pods_of("shop/api") if p.ip in nodes[0].enis[1].addresses]


@scenario("single", "stale-ip-rules-after-release", provable=False)
def one_reused_address_that_answers_nobody() -> Cluster:
    c, first, second = two_interfaces("1.16.5")
    c.config["aws-release-excess-ips"] = "true"
    asking = c.node_list[1]
    c.tcp_probes = tries([*first, *second[1:]], asking, "ok") + tries(second[:1], asking, "timeout")
    return c


@scenario("single", "secondary-eni-egress-drop", provable=False)
def pods_of_the_second_interface_answer_nobody() -> Cluster:
    c, first, second = two_interfaces("1.17.4")
    asking = c.node_list[2]
    c.tcp_probes = tries(first, asking, "ok") + tries(second, asking, "timeout")
    return c


@scenario("look-alike", "pod-eni-in-wrong-subnet")
def pods_of_a_second_interface_in_a_subnet_with_other_routes() -> MemorySource:
    c = running("1.12.9")
    for zone in ("eu-west-1a",):
        c.subnet(zone)
    public = c.subnet("eu-west-1a", public=True)
    nodes = c.nodes(2, type="m5.large", max_pods=28, zones=("eu-west-1a",), pod_subnet=public)
    c.workload("shop/api", 15, on=nodes[0], port=8080)
    first = [p for p in c.pods_of("shop/api") if p.ip in nodes[0].enis[0].addresses]
    second = [p for p in c.pods_of("shop/api") if p.ip in nodes[0].enis[1].addresses]
    c.tcp_probes = tries(first, nodes[1], "ok") + tries(second, nodes[1], "timeout")
    return routed(c)


@scenario("single", "dns-identity-lag", provable=False)
def dns_and_operator_drained_together_with_endpoint_slices() -> Cluster:
    c = plain("eni", "1.18.11", nodes=5)
    c.config["enable-cilium-endpoint-slice"] = "true"
    for ref in ("kube-system/coredns", "kube-system/cilium-operator"):
        for pod in c.pods_of(ref):
            pod.created, pod.since = ago(seconds=70), ago(seconds=40)
    c.lease_age_s = 1
    dns: Object = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    ports = [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]
    rule: Object = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [dns], "ports": ports}]}
    c.policy("shop/dns", rule, age_hours=900)
    c.drops[("Policy denied", "EGRESS")] = (20, 1400)
    c.probe_from = c.node_list[3].name
    c.probe_dns("timeout")
    return c


@scenario("single", "snat-hides-pod-identity")
def pod_addresses_among_those_of_the_nodes() -> MemorySource:
    c = work(running("1.15.3"))
    rule: Object = {"podSelector": {"matchLabels": {"app": "api"}}, "policyTypes": ["Ingress"]}
    c.policy("shop/api", rule | {"ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "api"}}}]}]})
    c.drops[("Policy denied", "INGRESS")] = (300, 2900)
    return with_secondary_addresses(c)


@scenario("healthy", risks=("snat-hides-pod-identity",))
def healthy_pod_addresses_among_those_of_the_nodes_without_a_policy() -> MemorySource:
    return with_secondary_addresses(work(running("1.17.4")))


def with_secondary_addresses(c: Cluster) -> MemorySource:
    """The cloud controller lists every address of an instance's interfaces as the Node's own."""
    source = c.source()
    attached = {node.name: node.attached for node in c.node_list}

    def change(answer: Object) -> None:
        listed = answer["items"]
        assert isinstance(listed, list)
        for item in listed:
            more = [{"type": "InternalIP", "address": ip} for ip in attached[item["metadata"]["name"]]]
            item["status"]["addresses"] += more

    return source.edit("kubernetes/api/v1/nodes", change)


@scenario("healthy", risks=("bogus-autogenerated-pod-cidr-rule",))
def healthy_direct_routes_asked_for_in_eni_mode() -> Cluster:
    c = work(running("1.13.9"))
    c.config["auto-direct-node-routes"] = "true"
    for node in c.node_list:
        c.agent_lines[node.name] = [
            'level=warning msg="Unable to install direct node route" error="route to destination 10.7.0.0/16 '
            'contains gateway, must be directly reachable" subsys=linux-datapath'
        ]
    return c


@scenario("healthy", risks=("aws-cni-iptables-leftovers",))
def healthy_nodes_that_ran_the_aws_cni_before() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5", installed_days=3)
    old = c.nodes(3, type="m5.xlarge", max_pods=57, age_days=90)
    c.nodes(3, type="m5.xlarge", max_pods=57, age_days=2)
    c.workload("shop/api", 40)
    for node in old:
        eni = foreign(node, len(node.enis), text=f"aws-K8S-{node.instance_id}")
        eni.tags = {"node.k8s.amazonaws.com/instance_id": node.instance_id}
    return c


@scenario("single", "imds-hop-limit")
def a_controller_that_asks_the_instance_for_its_region() -> MemorySource:
    c = plain(version="1.17.4")
    ref = "kube-system/aws-load-balancer-controller"
    c.webhook(ref, port=9443, host_network=False, policy="Ignore", replicas=2)
    said = (
        "unable to initialize AWS cloud: failed to introspect vpcID from EC2Metadata: operation error "
        "ec2imds: GetMetadata, canceled, context deadline exceeded, http://169.254.169.254/latest/api/token"
    )
    for pod in c.pods_of(ref):
        pod.ready, pod.waiting, pod.restarts, pod.since = False, "CrashLoopBackOff", 22, ago(minutes=90)
        pod.waiting_message = "back-off 5m0s restarting failed container=controller"
    source = with_hop_limit(c, 1)

    def last(answer: Object) -> None:
        listed = answer["items"]
        assert isinstance(listed, list)
        for item in listed:
            if item["metadata"]["name"].startswith("aws-load-balancer-controller"):
                done = {"exitCode": 1, "reason": "Error", "message": said}
                item["status"]["containerStatuses"][0]["lastState"] = {"terminated": done}

    return source.edit("kubernetes/api/v1/pods", last)


def with_hop_limit(c: Cluster, hops: int) -> MemorySource:
    """Every instance lets the answer of its metadata service travel so many hops."""

    def lower(answer: Object) -> None:
        reservations = answer["Reservations"]
        assert isinstance(reservations, list)
        for reservation in reservations:
            reservation["Instances"][0]["MetadataOptions"]["HttpPutResponseHopLimit"] = hops

    return c.source().edit("aws/ec2/describe-instances", lower)


@scenario("single", "taint-removed-too-early")
def daemon_pods_left_behind_by_the_first_seconds_of_new_nodes() -> Cluster:
    c = plain("eni", "1.19.4")
    c.daemonset("logs/fluent-bit")
    new = c.nodes(3, type="m5.large", max_pods=28, group="burst", age_days=0.02)
    for node in new:
        for pod in c.on_node[node.name]:
            if pod.owner.name == "cilium":
                pod.since = ago(minutes=28)
            elif pod.owner.name == "fluent-bit":
                c.strand(pod, NO_SOCKET)
                left_at(c, pod, first=28.2, last=9)
    return c


@scenario("look-alike", "taint-removed-too-early")
def one_pod_left_behind_in_an_overlay_whose_others_started() -> Cluster:
    c = plain(version="1.15.9")
    [new] = c.nodes(1, type="m5.large", max_pods=29, age_days=0.03)
    c.workload("shop/cart", 6, on=new, age_days=0.03)
    for pod in c.on_node[new.name]:
        if pod.owner.name == "cilium":
            pod.since = ago(minutes=40)
    late = c.pods_of("shop/cart")[0]
    c.strand(late, NO_SOCKET)
    left_at(c, late, first=40.3, last=8)
    return c


def left_at(c: Cluster, pod: Pod, *, first: float, last: float) -> None:
    """The kubelet's event about a pod was first and last seen so many minutes ago."""
    for event in c.events:
        if event.name == pod.name:
            event.first_seen, event.last_seen = ago(minutes=first), ago(minutes=last)


@scenario("single", "node-eni-limit-reached")
def every_node_at_a_cap_that_fits_its_addresses() -> Cluster:
    c = running("1.17.4")
    c.nodes(4, type="m5.large", max_pods=28)
    c.workload("shop/perf", 140)
    return c


@scenario("look-alike", "node-eni-limit-reached")
def prefixes_on_every_slot_of_small_nodes_and_a_cap_that_fits() -> Cluster:
    c = running("1.18.4", prefix_delegation=True)
    c.nodes(3, type="t3.micro", max_pods=33)
    c.workload("shop/perf", 120)
    return c


@scenario("look-alike", "dns-identity-lag", provable=False)
def dns_renewed_while_the_operator_moved_and_lookups_fail_now_and_then() -> Cluster:
    c = plain(version="1.17.6", nodes=4)
    c.config["enable-cilium-endpoint-slice"] = "true"
    for ref in ("kube-system/coredns", "kube-system/cilium-operator"):
        for pod in c.pods_of(ref):
            pod.created, pod.since = ago(seconds=100), ago(seconds=70)
    spec: Object = {"endpointSelector": {}, "egress": [{"toEntities": ["cluster"]}]}
    c.policy("inside", spec, kind="CiliumClusterwideNetworkPolicy", age_hours=700)
    asked = [(node.name, "timeout" if number % 2 else "ok") for number, node in enumerate(c.node_list)]
    c.dns_probes = [dns("172.20.0.10", "udp", name, outcome) for name, outcome in asked]
    return c


@scenario("look-alike", "dns-eni-pps-limit", provable=False)
def three_dns_pods_on_the_one_node_of_a_system_group() -> Cluster:
    c = running("1.18.4")
    [system] = c.nodes(1, type="m5.xlarge", max_pods=57, group="system")
    c.nodes(4, type="m5.xlarge", max_pods=57)
    c.run(c.find("kube-system/coredns"), 1, on=system)
    for pod in c.pods_of("kube-system/coredns"):
        c.evict(pod)
        c.place(pod, system)
    c.workload("crawl/fetch", 60)
    node = c.node_list[3].name
    outcomes = ("ok", "timeout", "ok", "servfail", "ok")
    c.dns_probes = [dns("172.20.0.10", "udp", node, o, "s3.eu-west-1.amazonaws.com.") for o in outcomes]
    return c


@scenario("look-alike", "secondary-eni-egress-drop", provable=False)
def pods_of_third_interfaces_answer_nobody_on_1_19() -> Cluster:
    c = running("1.19.2")
    c.config["enable-ipv4-masquerade"] = "true"
    nodes = c.nodes(2, type="t3.large", max_pods=34)
    c.workload("shop/api", 26, on=nodes[0], port=8080)
    by_eni = [[p for p in c.pods_of("shop/api") if p.ip in eni.addresses] for eni in nodes[0].enis]
    c.tcp_probes = tries(by_eni[0][:5], nodes[1], "ok")
    c.tcp_probes += [t for pods in by_eni[1:] for t in tries(pods[:3], nodes[1], "timeout")]
    return c


@scenario("look-alike", "stale-ip-rules-after-release", provable=False)
def two_reused_addresses_on_different_interfaces() -> Cluster:
    c, first, second = two_interfaces("1.17.9")
    c.config["aws-release-excess-ips"] = "true"
    lost = [first[0], second[0]]
    asking = c.node_list[2]
    c.tcp_probes = tries([*first[1:], *second[1:]], asking, "ok") + tries(lost, asking, "timeout")
    return c


@scenario("pair", "subnet-free-ips-exhausted", "webhook-backend-without-ip")
def a_policy_engine_in_the_empty_zone() -> Cluster:
    c = running("1.18.4")
    c.subnet("eu-west-1a", "10.40.3.0/26")
    nodes = c.nodes(3, type="m5.large", max_pods=28)
    c.fill_subnet("eu-west-1a")
    c.workload("shop/api", 26, on=[n for n in nodes if n.zone == "eu-west-1a"])
    c.webhook("kyverno/kyverno-svc", port=9443, replicas=0)
    c.stuck("kyverno/kyverno-svc", 1, node=nodes[0])
    c.webhook_failed(
        "kyverno/kyverno-svc", "svc.kyverno.io", 'no endpoints available for service "kyverno-svc"'
    )
    return c


@scenario("look-alike", "unknown-instance-type-limits")
def a_type_that_1_15_has_never_heard_of_and_no_metrics() -> MemorySource:
    c = work(running("1.15.9", region="eu-west-1"))
    c.config["update-ec2-adapter-limit-via-api"] = "false"
    text = "Unable to find limits for instance type, consider setting --update-ec2-adapter-limit-via-api"
    for node in newcomers(c, 3, type="m8i.large", max_pods=29):
        c.log(f'level=warning msg="{text}" instanceType=m8i.large name={node.name} subsys=ipam')
    source = c.source()
    return source.refuse("cilium/operator/metrics.prom").refuse("cilium/operator/metrics.earlier.prom")
