"""Whether a node's pod limit was computed as if Cilium used its first interfaces too."""

from checks.capacity import eks_default_max_pods
from checks.parts.aws import InstanceTypes
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import NodeAccount


def first_index(account: NodeAccount, cilium_nodes: CiliumNodes | None) -> int:
    """spec.eni.first-interface-index of the node; 0 when it was not read."""
    node = cilium_nodes.by_name.get(account.name) if cilium_nodes else None
    return node.eni.first_interface_index if node else 0


def counts_reserved(
    account: NodeAccount, cilium_nodes: CiliumNodes | None, types: InstanceTypes | None
) -> bool:
    """The limit is the image's default, E x (A - 1) + 2, and some interfaces are not for pods."""
    kind = types.by_name.get(account.instance_type or "") if types else None
    if kind is None or account.prefixes or not first_index(account, cilium_nodes):
        return False
    return account.max_pods == eks_default_max_pods(kind.enis, kind.ipv4_per_eni)
