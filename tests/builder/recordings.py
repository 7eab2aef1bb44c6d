"""The recordings of this repository, by name."""

from collections.abc import Callable, Mapping

from tests.builder import evaluation as ev
from tests.builder.cluster import Cluster
from tests.builder.source import MemorySource


def healthy(note: str, **options: object) -> MemorySource:
    """A healthy cluster of three nodes with an application, in one IPAM mode."""
    c = Cluster(note=note, **options)  # type: ignore[arg-type] # the builder's own options
    c.nodes(3)
    c.workload("shop/api", 6, port=8080, cpu=100)
    c.service("shop/api")
    overlay = c.mode != "eni"  # where the control plane reaches no pod address
    c.aggregated_api("v1beta1.metrics.k8s.io", "kube-system/metrics-server", host_network=overlay)
    return c.source()


RECORDINGS: Mapping[str, Callable[[], MemorySource]] = {
    "phase1_native": lambda: ev.phase1(ev.TOO_MANY, "t3.small", 0),
    "phase1_native_requests": lambda: ev.phase1(ev.CPU, "m5.large", 500),
    "phase2_overlay": ev.phase2,
    "phase3_eni_wrong_key": lambda: ev.phase3(
        ev.WRONG_KEY, {"eni": {"enabled": True}, "enableIPv4PrefixDelegation": True}, prefixes=False
    ),
    "phase3_eni_done_right": lambda: ev.phase3(
        ev.DONE_RIGHT, {"eni": {"enabled": True, "awsEnablePrefixDelegation": True}}, prefixes=True
    ),
    "healthy_cluster_pool": lambda: healthy("Healthy: cluster-pool over VXLAN, Cilium 1.16."),
    "healthy_eni": lambda: healthy("Healthy: ENI mode with single addresses, Cilium 1.16.", mode="eni"),
    "healthy_eni_prefixes": lambda: healthy(
        "Healthy: ENI mode with /28 prefixes, Cilium 1.17.",
        mode="eni",
        cilium="1.17.4",
        prefix_delegation=True,
    ),
    "healthy_eni_1_20": lambda: healthy(
        "Healthy: ENI mode with /28 prefixes on Cilium 1.20, whose agents keep their pools themselves.",
        mode="eni",
        cilium="1.20.2",
        kubernetes="1.34",
        prefix_delegation=True,
    ),
    "healthy_kubernetes": lambda: healthy(
        "Healthy: kubernetes mode over VXLAN. EKS gives no pod CIDRs; here a controller of its own does.",
        mode="kubernetes",
    ),
    "healthy_multi_pool": lambda: healthy(
        "Healthy: multi-pool over VXLAN, Cilium 1.19.", mode="multi-pool", cilium="1.19.1"
    ),
    "healthy_crd": lambda: healthy(
        "Healthy: crd mode over VXLAN; somebody's own operator fills spec.ipam.pool.", mode="crd"
    ),
}
