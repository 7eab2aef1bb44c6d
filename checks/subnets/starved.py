"""Nodes that lack addresses: those that never got one, and those whose pods wait though they could grow."""

from collections.abc import Iterable

from checks.model import Explains, Subject
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, StuckPod, Waiting
from checks.parts.nodes import Node, Nodes


def eni_pairs(nodes: Nodes, cilium_nodes: CiliumNodes) -> list[tuple[Node, CiliumNode]]:
    """Every EC2 Node with its CiliumNode."""
    pairs = ((node, cilium_nodes.by_name.get(node.name)) for node in nodes.items)
    return [(node, mine) for node, mine in pairs if mine is not None and node.compute_type == "ec2"]


def starves(
    pairs: Iterable[tuple[Node, CiliumNode]], accounts: Accounts | None, waiting: Waiting | None
) -> tuple[Explains, ...]:
    """The claims of a cause that keeps these nodes from getting interfaces or addresses.

    Pods of a node that has all it can hold are not among them: they need another node.
    """
    stuck: list[StuckPod] = []
    bare: set[Subject] = set()
    for node, mine in pairs:
        if not any(eni.size for eni in mine.pod_enis):
            bare.add(Subject("Node", node.name))
        account = accounts.by_node.get(node.name) if accounts else None
        full = account is not None and account.free_for_pods == 0
        if waiting is not None and not full:
            stuck.extend(waiting.stuck_on.get(node.name, ()))
    return (
        Explains("pods-without-ip", frozenset(item.subject for item in stuck)),
        Explains("nodes-not-ready", frozenset(bare)),
        Explains("agents-not-ready", frozenset(bare)),
    )
