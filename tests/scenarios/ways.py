"""Ways out of pods, into pods and around the cluster: masquerading, MTU, DNS, webhooks, load balancers."""

from tests.builder import Cluster, MemorySource, ago
from tests.builder.clock import Object
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.objects import group_rule, put_list, routed
from tests.scenarios.routing import native
from tests.scenarios.subnets import ZONES, running, work

REDIRECTS = "apis/cilium.io/v2/ciliumlocalredirectpolicies"


def public_pods(version: str = "1.18.2") -> Cluster:
    """ENI mode with every node in public subnets."""
    c = running(version)
    for zone in ZONES:
        c.subnet(zone, public=True)
    for zone in ZONES:
        [subnet] = [s for s in c.subnets if s.zone == zone]
        subnet.public = False
        c.nodes(1, type="m5.large", max_pods=28, zones=(zone,))
        subnet.public = True
    c.workload("shop/api", 20)
    return c


@scenario("single", "masquerade-off-after-1-18")
def masquerading_off_in_subnets_behind_an_internet_gateway() -> MemorySource:
    return routed(public_pods(), public="internet")


@scenario("healthy")
def healthy_masquerading_off_behind_a_nat_gateway() -> MemorySource:
    return routed(work(running("1.18.2")), private="nat")


@scenario("healthy")
def healthy_public_subnets_with_masquerading_kept_on() -> MemorySource:
    c = public_pods("1.19.2")
    c.config["enable-ipv4-masquerade"] = "true"
    return routed(c, public="internet")


@scenario("single", "masquerade-interface-mismatch")
def masquerading_on_an_interface_that_no_node_has() -> Cluster:
    c = plain(version="1.16.5")
    c.config["egress-masquerade-interfaces"] = "eth0"
    return c


@scenario("look-alike", "masquerade-interface-mismatch")
def bpf_masquerading_with_an_interface_list() -> Cluster:
    c = plain(version="1.16.5")
    c.config["egress-masquerade-interfaces"] = "eth+"
    c.config["enable-bpf-masquerade"] = "true"
    for node in c.node_list:
        c.agent_down(node)
        c.agent_lines[node.name] = [
            'level=fatal msg="BPF masquerade does not allow to specify devices via '
            "--egress-masquerade-interfaces "
            '(use --devices instead)." subsys=daemon'
        ]
    return c


@scenario("healthy")
def healthy_masquerading_on_interfaces_of_both_families() -> Cluster:
    c = plain(version="1.16.5")
    c.config["egress-masquerade-interfaces"] = "eth+ ens+ enp+"
    return c


@scenario("single", "native-cidr-excludes-pods")
def a_second_range_of_the_vpc_outside_the_native_range() -> Cluster:
    c = running("1.16.5", first_interface_index=1)
    c.vpc_cidrs.append("100.64.0.0/16")
    c.config["ipv4-native-routing-cidr"] = "10.40.0.0/16"
    for number, zone in enumerate(ZONES):
        c.subnet(zone)
        pods = c.subnet(zone, f"100.64.{number * 64}.0/18", tags={"pods": "yes"})
        c.nodes(2, type="m5.large", max_pods=18, zones=(zone,), pod_subnet=pods)
    c.workload("shop/api", 20)
    return c


@scenario("single", "mtu-mismatch", provable=False, verdicts=("healthy", "degraded"))
def an_overlay_with_the_mtu_of_the_wire() -> Cluster:
    c = plain(version="1.17.4")
    c.config["mtu"] = "9001"
    return c


@scenario("look-alike", "overlay-port-blocked")
def geneve_port_closed_for_everybody() -> Cluster:
    c = plain(version="1.18.3")
    c.config["tunnel-protocol"] = "geneve"
    c.security_group("nodes", [], nodes=c.node_list)
    own = c.groups[-1]
    own.ingress += [group_rule(c, "-1", c.groups[0].id), group_rule(c, "tcp", own.id, 0, 65535)]
    own.ingress += [group_rule(c, "udp", own.id, 53, 53), group_rule(c, "udp", own.id, 8472, 8472)]
    own.ingress.append(group_rule(c, "icmp", own.id))
    c.health("self")
    return c


@scenario("single", "native-cidr-excludes-pods")
def policies_that_see_nodes_instead_of_pods() -> Cluster:
    c = native(("eu-west-1a",))
    c.source_dest_check(False)
    c.config["ipv4-native-routing-cidr"] = "10.40.0.0/16"
    rule: Object = {"podSelector": {"matchLabels": {"app": "api"}}, "policyTypes": ["Ingress"]}
    c.policy("shop/api", rule | {"ingress": [{"from": [{"podSelector": {}}]}]})
    c.drops[("Policy denied", "INGRESS")] = (100, 900)
    return c


@scenario("single", "webhook-port-blocked")
def a_webhook_port_that_the_control_plane_may_not_reach() -> Cluster:
    c = running()
    c.nodes(3, type="m5.large", max_pods=28)
    c.security_group("nodes", [], nodes=c.node_list)
    own = c.groups[-1]
    own.ingress += [group_rule(c, "-1", own.id), group_rule(c, "tcp", c.groups[0].id, 10250, 10250)]
    own.ingress.append(group_rule(c, "tcp", c.groups[0].id, 443, 443))
    c.workload("shop/api", 20)
    c.webhook("kyverno/kyverno-svc", port=9443, fails="context deadline exceeded")
    return c


@scenario("healthy")
def healthy_webhook_port_opened_for_the_control_plane() -> Cluster:
    c = running()
    c.nodes(3, type="m5.large", max_pods=28)
    c.security_group("nodes", [], nodes=c.node_list)
    own = c.groups[-1]
    own.ingress += [group_rule(c, "-1", own.id), group_rule(c, "tcp", c.groups[0].id, 1025, 65535)]
    c.workload("shop/api", 20)
    c.webhook("kyverno/kyverno-svc", port=9443)
    return c


@scenario("look-alike", "webhook-port-blocked")
def a_webhook_on_the_host_behind_a_closed_port() -> Cluster:
    c = plain(version="1.17.4")
    c.security_group("nodes", [], nodes=c.node_list)
    own = c.groups[-1]
    own.ingress += [group_rule(c, "-1", own.id), group_rule(c, "tcp", c.groups[0].id, 10250, 10250)]
    c.webhook(
        "cert-manager/cert-manager-webhook", port=10260, host_network=True, fails="context deadline exceeded"
    )
    return c


@scenario("single", "webhook-hostnetwork-port-clash")
def a_webhook_on_the_port_of_the_kubelet() -> Cluster:
    c = plain()
    c.webhook(
        "cert-manager/cert-manager-webhook",
        port=10250,
        host_network=True,
        ready=False,
        fails='no endpoints available for service "cert-manager-webhook"',
    )
    for pod in c.pods_of("cert-manager/cert-manager-webhook"):
        pod.ready, pod.waiting, pod.restarts, pod.since = False, "CrashLoopBackOff", 22, ago(minutes=90)
        pod.waiting_message = "back-off 5m0s restarting failed container"
        text = "listen tcp :10250: bind: address already in use"
        c.event("Pod", pod.ref, "BackOff", f"Back-off restarting failed container webhook: {text}", count=60)
    return c


@scenario("single", "dns-blocked-by-network-policy")
def an_egress_rule_by_name_that_forgets_the_dns() -> Cluster:
    c = plain(version="1.16.5")
    c.workload("pay/checkout", 4)
    c.policy(
        "pay/stripe-only",
        {
            "endpointSelector": {"matchLabels": {"app": "checkout"}},
            "egress": [
                {
                    "toFQDNs": [{"matchName": "api.stripe.com"}],
                    "toPorts": [{"ports": [{"port": "443", "protocol": "TCP"}]}],
                }
            ],
        },
        kind="CiliumNetworkPolicy",
        age_hours=1,
    )
    c.fails("pay/checkout")
    c.drops[("Policy denied", "EGRESS")] = (200, 1900)
    return c


@scenario("healthy")
def healthy_with_policies_in_every_namespace() -> Cluster:
    c = plain(version="1.18.3")
    for name in ("pay", "search", "mail"):
        c.workload(f"{name}/app", 3)
        c.policy(f"{name}/deny", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})
        dns: Object = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
        ports = [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]
        allow: Object = {
            "podSelector": {},
            "policyTypes": ["Egress"],
            "egress": [{"to": [dns], "ports": ports}],
        }
        c.policy(f"{name}/dns", allow)
        own: Object = {
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {}}]}],
        }
        c.policy(f"{name}/own", own)
    c.drops[("Policy denied", "INGRESS")] = (88000, 88003)
    return c


@scenario("single", "dns-sg-between-node-groups")
def port_53_closed_between_two_node_groups() -> Cluster:
    c = running()
    left = c.nodes(3, type="m5.large", max_pods=28, group="left")
    c.workload("shop/api", 12)
    right = c.nodes(3, type="m5.large", max_pods=28, group="right")
    c.workload("shop/cart", 12, on=right)
    ids = {}
    for name, nodes in (("left", left), ("right", right)):
        ids[name] = c.security_group(name, [], nodes=nodes)
    for group, other in ((c.groups[-2], "right"), (c.groups[-1], "left")):
        group.ingress += [group_rule(c, "-1", group.id), group_rule(c, "-1", c.groups[0].id)]
        group.ingress.append(group_rule(c, "tcp", ids[other], 1024, 65535))
        group.ingress.append(group_rule(c, "icmp", ids[other]))
    c.probe_from = right[0].name
    c.probe_dns("timeout")
    return c


def local_dns(version: str) -> Cluster:
    """KPR and a NodeLocal DNS cache on every node."""
    c = Cluster(mode="eni", cilium=version, kube_proxy=False)
    c.nodes(4, type="m5.large", max_pods=28)
    c.daemonset("kube-system/node-local-dns", labels={"k8s-app": "node-local-dns"}, age_days=20)
    c.config["enable-local-redirect-policy"] = "true"
    c.workload("shop/api", 20)
    return c


def redirect() -> Object:
    """The policy that sends DNS to the cache of the node."""
    ports = [
        {"port": "53", "name": name, "protocol": protocol}
        for name, protocol in (("dns", "UDP"), ("dns-tcp", "TCP"))
    ]
    return {
        "metadata": {
            "name": "nodelocaldns",
            "namespace": "kube-system",
            "creationTimestamp": "2026-11-01T09:00:00Z",
        },
        "spec": {
            "redirectFrontend": {"serviceMatcher": {"serviceName": "kube-dns", "namespace": "kube-system"}},
            "redirectBackend": {
                "localEndpointSelector": {"matchLabels": {"k8s-app": "node-local-dns"}},
                "toPorts": ports,
            },
        },
    }


@scenario("healthy")
def healthy_node_local_dns_by_a_redirect_policy() -> MemorySource:
    return put_list(local_dns("1.17.4").source(), REDIRECTS, "CiliumLocalRedirectPolicy", [redirect()])


@scenario("single", "node-local-dns-redirect-broken")
def node_local_dns_without_a_redirect_policy() -> MemorySource:
    c = local_dns("1.16.5")
    c.find("kube-system/node-local-dns").host_network = True
    for pod in c.pods_of("kube-system/node-local-dns"):
        assert pod.node is not None
        if pod.ip:
            pod.node.lent.pop(pod.ip, None)
        pod.host_network, pod.ip, pod.endpoint = True, pod.node.ip, False
    c.config["enable-local-redirect-policy"] = "false"
    broken = c.node_list[3].name
    c.dns_probes = [
        dns("172.20.0.10", protocol, node.name, "timeout" if node.name == broken else "ok")
        for node in c.node_list
        for protocol in ("udp", "tcp")
    ] + [dns(pod.ip or "", "udp", broken, "ok") for pod in c.pods_of("kube-system/coredns")]
    return put_list(c.source(), REDIRECTS, "CiliumLocalRedirectPolicy", [])


def dns(
    server: str, protocol: str, node: str, outcome: str, name: str = "kubernetes.default.svc.cluster.local."
) -> Object:
    """One DNS probe."""
    return {
        "server": server,
        "name": name,
        "protocol": protocol,
        "from_node": node,
        "outcome": outcome,
        "seconds": 0.002 if outcome == "ok" else 5.0,
        "detail": "" if outcome == "ok" else "no answer within 5 s",
    }


@scenario("single", "network-policy-denies", provable=False)
def a_clusterwide_default_deny_made_twenty_minutes_ago() -> Cluster:
    c = plain(version="1.17.4")
    spec: Object = {"endpointSelector": {}, "ingress": [{}]}
    c.policy("default-deny", spec, kind="CiliumClusterwideNetworkPolicy", age_hours=0.3)
    c.drops[("Policy denied", "INGRESS")] = (0, 5400)
    c.fails("shop/api")
    return c


@scenario("single", "lb-ip-target-in-overlay")
def ip_targets_for_pods_of_an_overlay() -> MemorySource:
    c = plain(version="1.17.4")
    kind = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"
    c.service("shop/edge", selector={"app": "api"}, type="LoadBalancer", annotations={kind: "ip"})
    c.event(
        "TargetGroupBinding",
        "shop/k8s-shop-edge-0a1b2c3d4e",
        "BackendNotFound",
        "cannot resolve pod ENI for pods: [shop/api]",
        component="targetGroupBinding",
        count=30,
    )
    binding: Object = {
        "metadata": {
            "name": "k8s-shop-edge-0a1b2c3d4e",
            "namespace": "shop",
            "creationTimestamp": "2026-11-20T09:00:00Z",
        },
        "spec": {
            "targetType": "ip",
            "serviceRef": {"name": "edge", "port": 80},
            "targetGroupARN": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/edge/0a1b",
        },
        "status": {"observedGeneration": 1},
    }
    path = "apis/elbv2.k8s.aws/v1beta1/targetgroupbindings"
    return put_list(c.source(), path, "TargetGroupBinding", [binding])


@scenario("healthy")
def healthy_ip_targets_in_eni_mode() -> MemorySource:
    c = work(running("1.18.4"))
    kind = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"
    c.service("shop/edge", selector={"app": "api"}, type="LoadBalancer", annotations={kind: "ip"})
    binding: Object = {
        "metadata": {
            "name": "k8s-shop-edge",
            "namespace": "shop",
            "creationTimestamp": "2026-11-20T09:00:00Z",
        },
        "spec": {"targetType": "ip", "serviceRef": {"name": "edge", "port": 80}},
        "status": {"observedGeneration": 1},
    }
    path = "apis/elbv2.k8s.aws/v1beta1/targetgroupbindings"
    return put_list(c.source(), path, "TargetGroupBinding", [binding])


@scenario("single", "dns-eni-pps-limit", provable=False)
def both_dns_pods_on_one_busy_interface() -> Cluster:
    c = plain("eni", "1.17.4")
    for pod in c.pods_of("kube-system/coredns"):
        c.evict(pod)
        c.place(pod, c.node_list[0])
    outside = [("ok", "udp"), ("servfail", "udp"), ("ok", "tcp"), ("timeout", "udp")]
    node = c.node_list[2].name
    c.dns_probes = [dns("172.20.0.10", p, node, o, "sqs.eu-west-1.amazonaws.com.") for o, p in outside]
    c.dns_probes += [dns("172.20.0.10", p, node, "ok") for p in ("udp", "tcp")]
    return c


@scenario("pair", "webhook-unreachable-from-control-plane", "dns-blocked-by-network-policy")
def a_webhook_in_the_overlay_and_a_rule_without_dns() -> Cluster:
    c = an_egress_rule_by_name_that_forgets_the_dns()
    c.webhook("cert-manager/cert-manager-webhook", fails="context deadline exceeded")
    return c


@scenario("pair", "kubelet-max-pods-too-low", "masquerade-off-after-1-18")
def masquerading_off_and_the_cap() -> MemorySource:
    c = public_pods()
    for node in c.node_list:
        node.max_pods = 15
    c.workload("shop/perf", 90)
    return routed(c, public="internet")
