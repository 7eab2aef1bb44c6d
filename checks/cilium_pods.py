"""Which pods and objects are Cilium's own agent and operator."""

from checks.parts.kubernetes import Deployments, Lease, Leases, Pod, Pods, Workload

OPERATOR_LEASE = "cilium-operator-resource-lock"


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
