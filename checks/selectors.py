"""Which subnets the operator may take for a node's pod addresses.

The order is Cilium's own: subnet ids, else tags (all pairs must match), else the node's own subnet, else any
of the VPC; always in the node's availability zone
(https://docs.cilium.io/en/stable/network/concepts/ipam/eni/).
"""

from checks.parts.cilium_nodes import CiliumNode
from checks.parts.vpc import Subnet, Subnets


def selected_subnets(node: CiliumNode, subnets: Subnets | None) -> tuple[Subnet, ...]:
    """Subnets of the node's VPC that its explicit selector (ids or tags) matches, in every zone.

    Without a selector: all subnets of the VPC.
    """
    spec = node.eni
    mine = [s for s in (subnets.by_id.values() if subnets else ()) if spec.vpc_id in (None, s.vpc_id)]
    if spec.subnet_ids:
        return tuple(s for s in mine if s.id in spec.subnet_ids)
    if spec.subnet_tags:
        return tuple(s for s in mine if set(spec.subnet_tags) <= set(s.tags))
    return tuple(mine)


def candidate_subnets(node: CiliumNode, subnets: Subnets | None) -> tuple[Subnet, ...]:
    """Subnets in the node's zone in which it may get its next addresses.

    With a selector those that it matches; without one the subnets its ENIs are in, else its own subnet.
    Addresses in other zones never help a node, so they are never among them.
    """
    in_zone = [s for s in selected_subnets(node, subnets) if node.eni.zone in (None, s.zone)]
    if node.eni.subnet_ids or node.eni.subnet_tags:
        return tuple(in_zone)
    attached = {eni.subnet_id for eni in node.enis} | {node.eni.node_subnet_id}
    own = [s for s in in_zone if s.id in attached]
    return tuple(own or in_zone)
