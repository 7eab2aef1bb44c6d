"""The three phases of the evaluation on 14 nodes, and the readings of what it does not say."""

from tests.builder.cluster import Cluster
from tests.builder.model import Node, Pod
from tests.builder.source import MemorySource

PERF = "perf/perf-app"
HOST_DAEMONS = (
    "kube-system/ebs-csi-node",
    "kube-system/eks-pod-identity-agent",
    "kube-system/aws-node-termination-handler",
    "monitoring/node-exporter",
    "logging/fluent-bit",
)
NATIVE = (
    "Phase 1: cluster-pool with native routing and direct node routes; 1 of 14 nodes is reachable and 40 of "
    "160 pods run. "
)
NATIVE_TOO = (
    "Phase 1, read the other way: 1 of 14 nodes is reachable, and 40 of 160 pods run because of what they "
    "request. "
)
PHASE_1 = (
    "Assumed: Cilium 1.14.6, the one minor version that takes both the routingMode of this phase and the "
    "tunnel of the next. The VPC is 10.8.0.0/16, the range given as native routing CIDR; the Service range "
    "10.100.0.0/16 follows from kube-dns at 10.100.0.10. 14 nodes over three zones with one subnet each; the "
    "pool is the chart's default 10.0.0.0/8 in /24 blocks. The second node, the one that was looked at, has "
    "10.0.1.0/24 with 4 of 254 in use: its router, its health endpoint and two pods. Each agent reaches only "
    "its own health endpoint; the nodes themselves answer each other. "
)
NOT_PROBED = "DNS was not tried in this phase, so no probe is recorded."
TOO_MANY = (
    "Why 40 of 160 pods run: the nodes are t3.small on an unmodified AMI, so the kubelet's cap is 11. "
    "Seven hostNetwork DaemonSet pods per node (agent, kube-proxy, EBS CSI, Pod Identity, termination "
    "handler, node exporter, Fluent Bit) and 16 other system and load-generator pods leave 40 places; 120 "
    "pods wait for Too many pods. "
)
CPU = (
    "The other reading of why 40 of 160 pods run: the nodes are m5.large (cap 29, far from reached) and "
    "each pod requests 500m of CPU, of which two or three fit on a node beside the system pods; 120 pods "
    "wait for Insufficient cpu while the graphs of use look idle. "
)
PHASE_2 = (
    "Phase 2: the same nodes over VXLAN; 14 of 14 nodes are reachable, still 40 of 160 pods run, and DNS, "
    "perf-app-service and cert-manager's webhook fail. Assumed as in phase 1, with tunnel: vxlan instead of "
    "native routing. Cilium 1.14.6 turns the deprecated key into routing-mode: tunnel and tunnel-protocol: "
    "vxlan. There routingMode would win over tunnel, and 14 of 14 nodes were reachable, so routingMode: "
    "native is taken to be gone from the values too. " + TOO_MANY
) + (
    "DNS: the overlay works and kube-dns has two ready endpoints, which answer nobody. Assumed: the CoreDNS "
    "pods are older than Cilium, kept the VPC addresses of the CNI before it and have no CiliumEndpoint, and "
    "the operator's restart of such pods is switched off. The pods behind perf-app-service run and are not "
    "ready, because their readiness probe looks up a name. cert-manager's webhook pod has an overlay "
    "address, which the managed control plane cannot reach; from inside the cluster it answers."
)
PHASE_3 = (
    "Assumed: Cilium 1.14.6 in ENI mode on new t3.small nodes whose kubelet cap was raised to 110, as "
    "prefixes would allow; eni.enabled is set as well, without which nothing would have been allocated. "
)
WRONG_KEY = (
    "Phase 3: ENI mode, with a key for prefix delegation that does not exist. "
    + PHASE_3
    + "The values hold enableIPv4PrefixDelegation, which no chart knows, so cilium-config has no "
    "aws-enable-prefix-delegation: a t3.small has 3 interfaces with 3 secondary addresses each, 9 in all, "
    "and pods that the cap admitted wait for an address."
)
DONE_RIGHT = (
    "Phase 3 done right: ENI mode with prefix delegation; all 160 pods run. "
    + PHASE_3
    + "The values hold eni.awsEnablePrefixDelegation: every node has /28 prefixes, all 160 pods run. Healthy."
)


def cluster(
    note: str, *, mode: str = "cluster-pool", routing: str = "tunnel", prefixes: bool = False
) -> Cluster:
    """The evaluation's cluster before its nodes join."""
    return Cluster(
        "perf-eval",
        cilium="1.14.6",
        kubernetes="1.29",
        mode=mode,
        vpc="10.8.0.0/16",
        services="10.100.0.0/16",
        pool="10.0.0.0/8",
        routing="native" if routing == "native" else "tunnel",
        prefix_delegation=prefixes,
        installed_days=3,
        note=note,
    )


def system(c: Cluster, looked_at: Node, loaders: int, *, requests: bool = False) -> None:
    """The system pods: seven hostNetwork ones per node, and sixteen more with the load generator's."""
    for ref in HOST_DAEMONS:
        daemon = c.daemonset(ref, host_network=True, image=f"public.ecr.aws/example/{ref.split('/')[1]}:v1")
        daemon.cpu = 0
    balancer = "kube-system/aws-load-balancer-controller"
    c.webhook(balancer, port=9443, host_network=True, replicas=0, name="vpod.elbv2.k8s.aws", policy="Ignore")
    controller = c.find(balancer)
    controller.labels = {"app.kubernetes.io/name": "aws-load-balancer-controller"}
    next(s for s in c.services if s.name == controller.name).selector = dict(controller.labels)
    controller.cpu = 350 if requests else 0
    c.run(controller, 2, on=[looked_at, c.node_list[5]])
    c.workload("kube-system/ebs-csi-controller", 2, host_network=True, on=c.node_list[6:8])
    c.aggregated_api("v1beta1.metrics.k8s.io", "kube-system/metrics-server", host_network=True)
    c.workload("kube-system/cluster-autoscaler", 1, host_network=True)
    c.workload("perf/perf-load", loaders, on=c.node_list[8 : 8 + loaders])


def perf(c: Cluster, *, cpu: int = 0, memory: int = 0) -> None:
    """The 160 pods of the test and their Service."""
    c.workload(PERF, 160, cpu=cpu, memory=memory, port=8080, age_days=0.05, labels={"app": "perf-app"})
    c.service("perf/perf-app-service", selector={"app": "perf-app"})


def phase1(note: str, kind: str, cpu: int) -> MemorySource:
    """Native routing with direct routes, on this type of node."""
    c = cluster((NATIVE_TOO if cpu else NATIVE) + PHASE_1 + note + NOT_PROBED, routing="native")
    nodes = c.nodes(14, type=kind, max_pods="eks", age_days=9)
    c.config |= {"auto-direct-node-routes": "true", "ipv4-native-routing-cidr": "10.8.0.0/16"}
    c.helm(
        {
            "ipam": {"mode": "cluster-pool"},
            "routingMode": "native",
            "ipv4NativeRoutingCIDR": "10.8.0.0/16",
            "autoDirectNodeRoutes": True,
        }
    )
    system(c, nodes[1], 6, requests=bool(cpu))
    perf(c, cpu=cpu)
    c.health("self")
    for node in nodes:
        peers = [peer for peer in nodes if peer.subnet is not node.subnet][:2]
        c.agent_lines[node.name] = [direct_route_warning(peer) for peer in peers]
    return c.source().drop("probes/dns").drop("probes/tcp")


def direct_route_warning(peer: Node) -> str:
    """What the agent logs when a peer is behind a router."""
    return (
        'level=warning msg="Unable to install direct node route" error="route to destination '
        f'{peer.ip} contains gateway, must be directly reachable" subsys=linux-datapath'
    )


def lookup_failed(pod: Pod) -> str:
    """The kubelet's event about an exec probe that looks up a name."""
    return (
        "Readiness probe failed: lookup perf-db.perf.svc.cluster.local on 10.100.0.10:53: "
        f"read udp {pod.ip}:41230->10.100.0.10:53: i/o timeout"
    )


def phase2() -> MemorySource:
    """The overlay, with DNS, a Service and a webhook failing."""
    c = cluster(PHASE_2)
    nodes = c.nodes(14, type="t3.small", max_pods="eks", age_days=9)
    c.config["unmanaged-pod-watcher-interval"] = "0"
    c.helm({"ipam": {"mode": "cluster-pool"}, "tunnel": "vxlan"})
    c.unmanaged("kube-system/coredns")
    system(c, nodes[1], 3)
    c.workload("cert-manager/cert-manager", 1)
    c.workload("cert-manager/cert-manager-cainjector", 1)
    c.webhook(
        "cert-manager/cert-manager-webhook",
        name="webhook.cert-manager.io",
        timeout_s=30,
        fails="context deadline exceeded",
    )
    perf(c)
    for pod in [pod for pod in c.pods_of(PERF) if pod.node]:
        pod.ready = False
        c.event("Pod", pod.ref, "Unhealthy", lookup_failed(pod), count=140)
    c.probe_dns("timeout")
    return c.source()


def phase3(note: str, values: dict[str, object], *, prefixes: bool) -> MemorySource:
    """ENI mode on nodes that are sized for prefixes."""
    c = cluster(note, mode="eni", routing="native", prefixes=prefixes)
    nodes = c.nodes(14, type="t3.small", max_pods=110, age_days=1)
    c.helm({"ipam": {"mode": "eni"}, "routingMode": "native", **values})
    system(c, nodes[1], 3)
    perf(c, memory=8)
    return c.source()
