"""Which pods and objects are Cilium's own agent and operator."""

from datetime import timedelta

from checks.parts.agents import Meta
from checks.parts.kubernetes import Lease, Leases
from checks.parts.pods import Pod, Pods
from checks.parts.workloads import Deployments, Workload

OPERATOR_LEASE = "cilium-operator-resource-lock"
_SPREAD = ("anti-affinity", "free ports")
_LEASE_IN_USE = timedelta(seconds=120)


def agent_pods(pods: Pods, namespace: str) -> tuple[Pod, ...]:
    """The agents' pods (label k8s-app=cilium, owned by a DaemonSet)."""
    return tuple(pod for pod in pods.items if pod.namespace == namespace and pod.label("k8s-app") == "cilium")


def operator_pods(pods: Pods, namespace: str) -> tuple[Pod, ...]:
    """The operator's pods (label io.cilium/app=operator, or name=cilium-operator in older charts)."""
    return tuple(
        pod
        for pod in pods.items
        if pod.namespace == namespace
        and (pod.label("io.cilium/app") == "operator" or pod.label("name") == "cilium-operator")
    )


def operator_deployment(deployments: Deployments, namespace: str) -> Workload | None:
    """The operator's Deployment."""
    return deployments.find(namespace, "cilium-operator")


def operator_lease(leases: Leases, namespace: str) -> Lease | None:
    """The lease that the leading operator holds."""
    return leases.find(namespace, OPERATOR_LEASE)


def spare_operators(
    meta: Meta, pods: Pods, deployments: Deployments | None, leases: Leases | None
) -> tuple[Pod, ...]:
    """Operator replicas that no node takes only because a ready one, holding the lease, is there.

    Which replicas are ready the Deployment tells; while it is not read, a fresh lease stands in for it.
    """
    operator = operator_deployment(deployments, meta.cilium_namespace) if deployments else None
    lease = operator_lease(leases, meta.cilium_namespace) if leases else None
    if (deployments is None and leases is None) or (deployments and (not operator or operator.ready == 0)):
        return ()
    renewed = lease.renewed if lease else None
    if leases is not None and (renewed is None or meta.taken_at - renewed > _LEASE_IN_USE):
        return ()
    return tuple(
        pod
        for pod in operator_pods(pods, meta.cilium_namespace)
        if pod.node is None and any(word in pod.unscheduled_message for word in _SPREAD)
    )
