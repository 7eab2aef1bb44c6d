"""Whether the managed control plane can reach an address.

EKS runs the API server in a VPC of its own and enters the cluster's VPC through network interfaces there; it
has no route into an overlay (https://github.com/aws/containers-roadmap/issues/2227).
"""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from checks.parts.aws import EksCluster
from checks.parts.cilium import CiliumConfig
from checks.parts.kubernetes import KubernetesVersion
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints
from checks.parts.vpc import Vpcs
from checks.parts.webhooks import ApiServices


def is_managed(eks: EksCluster | None, kubernetes: KubernetesVersion | None) -> bool:
    """Whether EKS runs the control plane: it was described, or the API server's version names it."""
    return eks is not None or (kubernetes is not None and "-eks-" in kubernetes.git_version)


def routable(
    address: str, nodes: Nodes, cilium: CiliumConfig, vpcs: Vpcs | None, eks: EksCluster | None
) -> bool | None:
    """Whether the control plane has a route to this address; None where the VPC's ranges were not read.

    Node addresses (hostNetwork pods), VPC addresses and the declared remote pod networks of hybrid nodes
    are; an address of a tunnelled pod network is not, whatever range it is from.
    """
    inside = (
        any(address in node.addresses for node in nodes.items)
        or cilium.allocator in ("eni", "chained")
        or _within(address, eks.remote_pod_cidrs if eks else ())
    )
    if inside:
        return True
    if cilium.routing_mode == "tunnel":
        return False
    if vpcs is None:
        return None
    own = vpcs.cidrs.get(eks.vpc_id or "") if eks else None
    cidrs = own if own is not None else tuple(c for group in vpcs.cidrs.values() for c in group)
    return _within(address, cidrs)


def proven_reachable(
    apiservices: ApiServices | None, endpoints: Endpoints, unroutable: Iterable[str]
) -> bool:
    """Whether an aggregated API on such an address is Available: the API server itself reached it."""
    suspects = set(unroutable)
    for item in apiservices.items if apiservices else ():
        if item.available and item.service and item.namespace:
            behind = endpoints.of(item.namespace, item.service).ready
            if behind and all(endpoint.ip in suspects for endpoint in behind):
                return True
    return False


def _within(address: str, cidrs: Iterable[str]) -> bool:
    try:
        ip = ip_address(address)
        return any(ip in ip_network(cidr, strict=False) for cidr in cidrs)
    except ValueError:
        return False
