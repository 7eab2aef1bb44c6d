"""DNS, webhooks, Services and policies."""

from tests.builder import Cluster
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain

HOOK = "cert-manager/cert-manager-webhook"


@scenario("single", "webhook-unreachable-from-control-plane")
def webhook_in_the_overlay() -> Cluster:
    c = plain()
    c.webhook(HOOK, fails="context deadline exceeded")
    return c


@scenario("single", "webhook-unreachable-from-control-plane")
def metrics_api_in_the_overlay() -> Cluster:
    c = plain()
    c.aggregated_api("v1beta1.metrics.k8s.io", "kube-system/metrics-server", available=False)
    return c


@scenario("pair", "max-pods-exceeds-node-ip-capacity", "webhook-backend-without-ip")
def webhook_whose_pod_has_no_address() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5")
    c.nodes(3, type="m5.large", max_pods=110)
    c.workload("shop/api", 120)
    c.webhook(HOOK, fails='no endpoints available for service "cert-manager-webhook"')
    return c


@scenario("single", "coredns-without-endpoints")
def coredns_crashing() -> Cluster:
    c = plain()
    c.coredns(0, "not-ready")
    for pod in c.pods_of("kube-system/coredns"):
        pod.waiting, pod.restarts = "CrashLoopBackOff", 30
    c.probe_dns("timeout")
    return c


@scenario("single", "no-service-implementation")
def kube_proxy_removed_and_not_replaced() -> Cluster:
    c = plain()
    c.without_kube_proxy()
    c.config["kube-proxy-replacement"] = "false"
    c.probe_dns("timeout")
    return c


@scenario("single", "unmanaged-pods")
def coredns_older_than_cilium() -> Cluster:
    c = plain()
    c.config["unmanaged-pod-watcher-interval"] = "0"
    c.unmanaged("kube-system/coredns")
    c.probe_dns("timeout")
    return c


@scenario("single", "aws-node-still-running")
def aws_node_beside_cilium() -> Cluster:
    c = plain("eni")
    c.aws_node(running=True)
    c.unmanaged("shop/api")
    return c
