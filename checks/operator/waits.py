"""What waits for the operator: pods without room on their node, nodes without addresses, tainted nodes."""

from checks.model import Explains, Subject
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, StuckPod, UnscheduledPod, Waiting
from checks.parts.nodes import Nodes
from checks.scheduling.weigh import waits_for_nodes

AGENT_TAINT = "agent-not-ready"
_OPERATOR_GROWS = frozenset({"eni", "multi-pool"})


def waits_for_operator(
    cilium: CiliumConfig | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> tuple[Explains, ...]:
    """The claims of a cause that stops the operator from giving out addresses, blocks or interfaces.

    A pod waits for it where its node has no free address left and could have more; a node, where it was
    never given anything; an unscheduled pod, where only the operator takes the agent's taint away.
    """
    empty = nodes_without_addresses(nodes, cilium_nodes, cilium)
    stuck = frozenset(
        item.subject
        for item in (waiting.without_ip if waiting else ())
        if item.pod.node in empty or _could_grow(item, cilium, accounts)
    )
    tainted = frozenset(
        item.subject for item in (waiting.unscheduled if waiting else ()) if waits_for_taint(item)
    )
    if empty and nodes is not None:  # those are not ready, and nothing else may keep a pod waiting
        tainted |= waits_for_nodes(waiting, nodes, cilium)
    fresh = frozenset(Subject("Node", name) for name in empty)
    return (
        Explains("pods-without-ip", stuck),
        Explains("nodes-not-ready", fresh),
        Explains("agents-not-ready", fresh),
        Explains("pods-not-scheduled", tainted),
    )


def nodes_without_addresses(
    nodes: Nodes | None, cilium_nodes: CiliumNodes | None, cilium: CiliumConfig | None
) -> frozenset[str]:
    """Nodes that the operator has given neither a block nor an address, in modes where it should."""
    mode = cilium.allocator if cilium else None
    if nodes is None or cilium_nodes is None or mode in (None, "kubernetes", "chained", "delegated-plugin"):
        return frozenset()
    return frozenset(
        node.name
        for node in nodes.items
        if node.compute_type == "ec2"
        and (mine := cilium_nodes.by_name.get(node.name)) is not None
        and _empty(mine, mode)
    )


def _empty(node: CiliumNode, mode: str | None) -> bool:
    if mode == "eni":
        return not any(eni.size for eni in node.pod_enis)
    if mode == "cluster-pool":
        return not node.pod_cidrs
    return not node.allocated if mode == "multi-pool" else False


def _could_grow(item: StuckPod, cilium: CiliumConfig | None, accounts: Accounts | None) -> bool:
    account = accounts.by_node.get(item.pod.node or "") if accounts else None
    if cilium is None or account is None or cilium.allocator not in _OPERATOR_GROWS:
        return False
    if account.used is None or account.attached is None or account.used < account.attached:
        return False
    return account.capacity is None or account.attached < account.capacity or cilium.allocator != "eni"


def waits_for_taint(item: UnscheduledPod) -> bool:
    """Whether most nodes refuse the pod for the taint of an agent that is not ready."""
    refused = sum(reason.nodes for reason in item.reasons)
    return refused > 0 and item.says(AGENT_TAINT) * 2 >= refused
