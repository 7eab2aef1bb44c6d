"""Builds clusters in a few lines, as the raw answers of their APIs.

    from tests.builder import Cluster

    c = Cluster("shop-prod", cilium="1.16.5", mode="eni", prefix_delegation=True)
    c.nodes(6, type="m5.large", max_pods=110)           # with agents, operator, CoreDNS, kube-proxy
    c.workload("shop/api", replicas=40, cpu=250)        # placed, addressed, in CiliumNodes and endpoints
    snapshot = c.snapshot()                             # through the real collectors

A cluster is complete and healthy until something is done to it; its clock stands at NOW
(2026-11-22T09:00:00Z). What is made follows the rules of the real parts: a pod that no node takes waits
with the scheduler's message, one whose node has no address left waits with the CNI's, in the words of this
Cilium version. So most faults need no verb at all:

    c = Cluster(mode="cluster-pool"); c.nodes(14, type="t3.small", max_pods="eks")
    c.workload("shop/perf", 160)                        # 11 pods fit on a t3.small: "Too many pods"

    c = Cluster(mode="eni"); c.nodes(3, max_pods=110)   # 27 addresses on an m5.large
    c.workload("shop/api", 120)                         # many are bound and get no address

Verbs for the rest (see tests.builder.faults, .admission, .workloads, .base):

    c.pending("shop/api", 12, "0/6 nodes are available: …")   c.stuck("shop/api", 3, node=n, error="…")
    c.coredns(0, "stuck")       c.fails("shop/web")           c.unmanaged("kube-system/coredns")
    c.health("subnet")          c.probe_dns("timeout")        c.agent_down(node)
    c.webhook("cert-manager/cert-manager-webhook", fails="context deadline exceeded")
    c.aggregated_api("v1beta1.metrics.k8s.io", "kube-system/metrics-server", available=False)
    c.service("shop/web", port=80, target=8080)               c.daemonset("logs/agent", host_network=True)
    c.policy("shop/deny", {"podSelector": {}, "policyTypes": ["Egress"]})
    c.fill_subnet("eu-west-1a", leave=3)                      c.fragment_subnet("eu-west-1a")
    c.subnet("eu-west-1a", "10.40.3.0/24")                    # before nodes(): small subnets
    c.operator(ready=0, image="…")   c.aws_node(running=True)  c.without_kube_proxy()
    c.source_dest_check(False)  c.vpc_routes()                c.security_group("own", [...], nodes=[...])
    c.config["routing-mode"] = "native"                       # any key of cilium-config; None removes it
    c.metric('cilium_operator_ipam_resync_total', 9, earlier=4)
    c.helm({...})               c.event("Pod", "shop/x", "Reason", "message")

Nodes, pods, workloads, Services and interfaces are plain values (tests.builder.model): change their fields.
What a verb does not reach, an edit of the answers does; what could not be read, too:

    source = c.source()                                 # a checks.collect.source.Source
    source.refuse("aws/ec2/describe-subnets")           # AWS: UnauthorizedOperation, Kubernetes: Forbidden
    source.refuse("cilium/")                            # everything below
    source.drop("probes/dns")                           # nobody asked
    source.garble("kubernetes/api/v1/pods")             # cut off in the middle
    source.paged("kubernetes/api/v1/pods", 20)          # a list in pages
    source.edit("kubernetes/api/v1/nodes", lambda answer: items(answer)[0]["status"].pop("allocatable"))
    snapshot = gather(source)

``c.write(folder)`` makes a recording. ``python -m tests.builder.write`` makes those of tests/recordings.
"""

from tests.builder.clock import NOW, ago
from tests.builder.cluster import Cluster
from tests.builder.model import Node, Pod, Service, Workload
from tests.builder.source import MemorySource, items
from tests.builder.vpc_model import Subnet

__all__ = ["NOW", "Cluster", "MemorySource", "Node", "Pod", "Service", "Subnet", "Workload", "ago", "items"]
