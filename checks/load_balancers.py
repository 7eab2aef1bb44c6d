"""Target groups of AWS load balancers whose targets are addresses of an overlay."""

from collections.abc import Mapping

from checks.control_plane import routable
from checks.parts.cilium import CiliumConfig
from checks.parts.neighbours import TargetGroupBinding, TargetGroupBindings
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints
from checks.parts.vpc import Vpcs


def overlay_bindings(
    bindings: TargetGroupBindings | None,
    cilium: CiliumConfig,
    endpoints: Endpoints,
    nodes: Nodes,
    vpcs: Vpcs | None,
) -> Mapping[TargetGroupBinding, str]:
    """Bindings of target type ip that have nothing but tunnelled pod addresses to register, and one of them.

    Without a tunnel a route of the VPC may lead to pods: then nothing is told of here.
    """
    if bindings is None or cilium.routing_mode != "tunnel" or cilium.allocator in ("eni", "chained"):
        return {}
    found = {}
    for binding in bindings.items:
        ready = endpoints.of(binding.namespace, binding.service).ready
        ips = [endpoint.ip for endpoint in ready]
        lost = [ip for ip in ips if routable(ip, nodes, cilium, vpcs, None) is False]
        if binding.target_type == "ip" and lost and len(lost) == len(ips):
            found[binding] = lost[0]
    return found
