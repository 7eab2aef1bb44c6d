"""CiliumNodes that no Node stands behind any more."""

from datetime import datetime, timedelta

from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.nodes import Nodes

SETTLED = timedelta(minutes=10)
"""An agent makes its CiliumNode before the kubelet's Node is everywhere; a removed one is collected later."""


def stale_nodes(cilium_nodes: CiliumNodes, nodes: Nodes, taken_at: datetime) -> tuple[CiliumNode, ...]:
    """CiliumNodes without a Node of their name, older than ten minutes."""
    return tuple(
        node
        for node in cilium_nodes.items
        if node.name not in nodes.by_name and taken_at - node.created > SETTLED
    )
