"""The scheduler's answer: which node takes a pod, or its message when none does."""

from collections.abc import Mapping, Sequence

from tests.builder.model import Node, Pod, Workload

UNRESOLVABLE = ("node(s) didn't match", "node(s) had untolerated", "node(s) were unschedulable")


def choose(workload: Workload, nodes: Sequence[Node], on_node: Mapping[str, list[Pod]]) -> Node | None:
    """The node with the fewest pods among those that take it; the first of them in order."""
    emptiest = sorted(nodes, key=lambda node: len(on_node[node.name]))
    return next((node for node in emptiest if not refusals(workload, node, on_node[node.name])), None)


def refusals(workload: Workload, node: Node, pods: Sequence[Pod]) -> list[str]:
    """Why a node does not take a pod, in the scheduler's words; empty when it does."""
    if node.unschedulable:
        return ["node(s) were unschedulable"]
    for taint in node.taints:
        if taint["effect"] != "PreferNoSchedule" and not _tolerates(workload, taint):
            value = taint.get("value", "")
            return [f"node(s) had untolerated taint {{{taint['key']}: {value}}}"]
    if not workload.node_selector.items() <= {**node.labels, **_hostname(node)}.items():
        return ["node(s) didn't match Pod's node affinity/selector"]
    live = [pod for pod in pods if pod.live]
    reasons = []
    if workload.cpu and sum(pod.cpu for pod in live) + workload.cpu > node.allocatable_cpu:
        reasons.append("Insufficient cpu")
    if workload.memory and sum(pod.memory for pod in live) + workload.memory > node.allocatable_memory:
        reasons.append("Insufficient memory")
    if len(live) >= node.max_pods:
        reasons.append("Too many pods")
    return reasons


def _hostname(node: Node) -> dict[str, str]:
    return {"kubernetes.io/hostname": node.name}


def _tolerates(workload: Workload, taint: Mapping[str, object]) -> bool:
    for toleration in workload.tolerations:
        if toleration.get("operator") == "Exists" and toleration.get("key") in (None, taint["key"]):
            return True
        if toleration.get("key") == taint["key"] and toleration.get("value") == taint.get("value"):
            return True
    return False


def message(workload: Workload, nodes: Sequence[Node], on_node: Mapping[str, list[Pod]], minor: int) -> str:
    """The text of FailedScheduling and of the PodScheduled condition (Kubernetes 1.24 and later)."""
    found = [refusals(workload, node, on_node[node.name]) for node in nodes]
    if not all(found):
        raise ValueError(f"{workload.ref} fits on some node: fill the nodes first, or give a message")
    reasons = [reason for refused in found for reason in refused]
    helpless = sum(any(text in reason for reason in r for text in UNRESOLVABLE) for r in found)
    return compose({r: reasons.count(r) for r in set(reasons)}, len(nodes), helpless, minor)


def compose(reasons: Mapping[str, int], nodes: int, helpless: int, minor: int) -> str:
    """``0/14 nodes are available: 14 Too many pods. preemption: …`` from counted reasons."""
    listed = ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))
    victims = [
        f"{count} {text}"
        for count, text in (
            (nodes - helpless, "No preemption victims found for incoming pod"),
            (helpless, "Preemption is not helpful for scheduling"),
        )
        if count
    ]
    claims = "no new claims to deallocate, " if minor >= 34 else ""
    return (
        f"0/{nodes} nodes are available: {listed}. {claims}"
        f"preemption: 0/{nodes} nodes are available: {', '.join(victims)}."
    )
