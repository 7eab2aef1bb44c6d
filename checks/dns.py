"""Which Service is the cluster's DNS."""

from checks.parts.kubernetes import Service, Services

NAMESPACE = "kube-system"
LABEL = ("k8s-app", "kube-dns")
"""The label of the DNS Service and its pods, kept for compatibility by every distribution of CoreDNS
(https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/)."""


def dns_service(services: Services | None) -> Service:
    """The DNS Service; the well-known kube-system/kube-dns when the list was not read or lacks it."""
    known = Service(namespace=NAMESPACE, name="kube-dns", selector=(LABEL,))
    if services is None:
        return known
    if (NAMESPACE, "kube-dns") in services.by_name:
        return services.by_name[(NAMESPACE, "kube-dns")]
    labelled = (s for s in services.items if s.namespace == NAMESPACE and LABEL in s.labels)
    return next(labelled, known)
