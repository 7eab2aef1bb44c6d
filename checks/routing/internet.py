"""Which nodes' pods leave the VPC through an internet gateway, with addresses that it does not translate."""

from collections.abc import Mapping

from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.vpc import RouteTables


def gateway(subnet: str, tables: RouteTables) -> str | None:
    """The internet gateway of the subnet's default route; None for a NAT gateway or no way out."""
    table = tables.of(subnet, None)
    routes = table.routes if table else ()
    ways = (route.target for route in routes if route.destination == "0.0.0.0/0" and route.state == "active")
    return next((target for target in ways if target.startswith("igw-")), None)


def public_subnets(cilium_nodes: CiliumNodes, tables: RouteTables) -> Mapping[str, str]:
    """Nodes whose interfaces carry pods in a subnet that leaves through an internet gateway."""
    return {
        node.name: subnet
        for node in cilium_nodes.items
        for subnet in (eni.subnet_id for eni in node.pod_enis if eni.size)
        if subnet and gateway(subnet, tables)
    }
