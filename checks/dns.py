"""Which Service is the cluster's DNS."""

from ipaddress import ip_address, ip_network

from checks.parts.services import Service, Services
from checks.parts.vpc import Vpcs

NAMESPACE = "kube-system"
LABEL = ("k8s-app", "kube-dns")
"""The label of the DNS Service and its pods, kept for compatibility by every distribution of CoreDNS
(https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/)."""

VPC_RESOLVERS = ("169.254.169.253", "fd00:ec2::253")
"""The VPC's own resolver, which also answers at the third address of the VPC's ranges
(https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html)."""


def is_foreign(server: str, vpcs: Vpcs | None) -> bool:
    """Whether a DNS server is the VPC's resolver and so none of the cluster's."""
    try:
        address = ip_address(server)
        ranges = [ip_network(cidr) for cidrs in vpcs.cidrs.values() for cidr in cidrs] if vpcs else []
    except ValueError:
        return False
    return server in VPC_RESOLVERS or any(address == cidr.network_address + 2 for cidr in ranges)


def dns_service(services: Services | None) -> Service:
    """The DNS Service; the well-known kube-system/kube-dns when the list was not read or lacks it."""
    known = Service(namespace=NAMESPACE, name="kube-dns", selector=(LABEL,))
    if services is None:
        return known
    if (NAMESPACE, "kube-dns") in services.by_name:
        return services.by_name[(NAMESPACE, "kube-dns")]
    labelled = (s for s in services.items if s.namespace == NAMESPACE and LABEL in s.labels)
    return next(labelled, known)
