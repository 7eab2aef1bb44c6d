"""Interfaces, types and nodes for the tests of this room, by hand."""

from typing import Any

from checks.parts.aws import InstanceType, InstanceTypes
from checks.parts.cilium_nodes import AttachedEni, CiliumNodes, EniSpec
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interface, Interfaces
from tests.checks.hand import M5_LARGE, cilium_node, eni, node

P4D = InstanceType(name="p4d.24xlarge", enis=15, enis_total=60, ipv4_per_eni=50, hypervisor="nitro")
TYPES = InstanceTypes(by_name={kind.name: kind for kind in (M5_LARGE, P4D)})


def interface(of: str, index: int, *, card: int = 0, **more: Any) -> Interface:
    """An interface attached to the instance of node OF."""
    made: dict[str, Any] = {
        "id": f"eni-{of}-{card}-{index}",
        "subnet_id": "subnet-a",
        "ips": (f"10.40.{card}.{index + 10}",),
        "instance_id": f"i-{of}",
        "device_index": index,
        "card_index": card,
        "security_groups": ("sg-node",),
    }
    return Interface(**(made | more))


def interfaces(*items: Interface) -> Interfaces:
    """The interfaces given."""
    return Interfaces(items=items)


def one_node(
    *enis: AttachedEni, kind: str = "m5.large", first: int = 0, **more: Any
) -> tuple[Nodes, CiliumNodes]:
    """Node n1 and its CiliumNode with these interfaces for pods."""
    spec = EniSpec(
        instance_type=kind,
        first_interface_index=first,
        vpc_id="vpc-1",
        zone="eu-west-1a",
        node_subnet_id="subnet-a",
    )
    mine = cilium_node("n1", *enis, spec=spec, instance_id="i-n1", **more)
    return Nodes(items=(node("n1", kind),)), CiliumNodes(items=(mine,))


def for_pods(item: Interface, number: int, lone: int = 9, **more: Any) -> AttachedEni:
    """The CiliumNode's view of an interface that carries pods."""
    return eni(number, id=item.id, lone=lone, **more)
