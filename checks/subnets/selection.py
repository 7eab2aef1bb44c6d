"""Which subnets the operator may put a node's interfaces in.

The order is the operator's (https://docs.cilium.io/en/stable/network/concepts/ipam/eni/): subnet ids, else
subnet tags, else the node's own subnet and, when that is full, another one of its VPC and zone.
"""

from collections.abc import Iterable

from checks.parts.aws import Instances
from checks.parts.cilium_nodes import CiliumNode
from checks.parts.nodes import Node
from checks.parts.vpc import Subnet, Subnets
from checks.selectors import selected_subnets


def zone_of(node: CiliumNode, kubernetes: Node | None = None) -> str | None:
    """The zone that the node's interfaces must be in."""
    return node.eni.zone or (kubernetes.zone if kubernetes else None)


def selects_subnets(node: CiliumNode) -> bool:
    """Whether the node names its subnets, by id or by tags."""
    return bool(node.eni.subnet_ids or node.eni.subnet_tags)


def candidates(node: CiliumNode, zone: str | None, subnets: Subnets) -> tuple[Subnet, ...]:
    """The subnets that the node can be given addresses from: selected ones of its zone."""
    return tuple(subnet for subnet in selected_subnets(node, subnets) if subnet.zone == zone)


def own_subnet(node: CiliumNode, instances: Instances | None = None) -> str | None:
    """The subnet that the node itself is in: its primary interface's."""
    primary = next((eni.subnet_id for eni in node.enis if eni.number == 0), None)
    instance = instances.by_id.get(node.instance_id or "") if instances else None
    return node.eni.node_subnet_id or primary or (instance.subnet_id if instance else None)


def preferred(node: CiliumNode, zone: str | None, subnets: Subnets) -> tuple[Subnet, ...]:
    """Where the operator turns first: the selected subnets of the zone, or else the node's own one."""
    if selects_subnets(node):
        return candidates(node, zone, subnets)
    own = subnets.by_id.get(own_subnet(node) or "")
    return (own,) if own else ()


def free_in(subnets: Iterable[Subnet]) -> int | None:
    """Free single addresses in these subnets, which must be of one zone; None when one was not told."""
    counts = [subnet.free for subnet in subnets]
    return None if None in counts else sum(count or 0 for count in counts)
