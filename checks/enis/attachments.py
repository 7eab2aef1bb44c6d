"""What hangs on an instance, and what of it Cilium hands addresses out of."""

from dataclasses import dataclass

from checks.parts.aws import InstanceType, InstanceTypes
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.nodes import Node, Nodes
from checks.parts.vpc import Interface, Interfaces
from checks.subnets.starved import eni_pairs


@dataclass(frozen=True, slots=True)
class Attached:
    """One node, its CiliumNode, its type, and every interface of its instance, by card and device index."""

    node: Node
    mine: CiliumNode
    kind: InstanceType
    interfaces: tuple[Interface, ...]

    @property
    def first_card(self) -> tuple[Interface, ...]:
        """Those on network card 0, where pods' interfaces go."""
        return tuple(item for item in self.interfaces if not item.card_index)

    @property
    def foreign(self) -> tuple[Interface, ...]:
        """Interfaces of the first card that are not for pods, though their index would be.

        One that Cilium's operator made is not among them: it may be on its way into the CiliumNode. Nor is a
        trunk of the VPC resource controller: that is a fault with a name of its own.
        """
        used = {eni.id for eni in self.mine.pod_enis}
        first = max(1, self.mine.eni.first_interface_index)
        others = (item for item in self.first_card if item.id not in used and not _accounted(item))
        return tuple(item for item in others if (item.device_index or 0) >= first)


def _made_by_cilium(item: Interface) -> bool:
    """Whether Cilium's operator made it, by its description or its tag."""
    return item.description.startswith("Cilium-CNI (") or ("io.cilium/cilium-managed", "true") in item.tags


def _accounted(item: Interface) -> bool:
    return item.type == "trunk" or _made_by_cilium(item)


def attached(
    nodes: Nodes, cilium_nodes: CiliumNodes, interfaces: Interfaces, types: InstanceTypes
) -> tuple[Attached, ...]:
    """Every EC2 node whose type and interfaces are known."""
    found = []
    for node, mine in eni_pairs(nodes, cilium_nodes):
        kind = types.by_name.get(mine.eni.instance_type or node.instance_type or "")
        held = interfaces.by_instance.get(mine.instance_id or node.instance_id or "", ())
        if kind is not None and held:
            found.append(Attached(node, mine, kind, held))
    return tuple(found)
