"""Which of the scheduler's reasons binds a waiting pod: every reason weighed by the nodes that give it.

A node that several filters could refuse is refused by the first one in the scheduler's order; taints and
selectors come before resources, volumes and spreading after them, and one node may lack several resources
(https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins).
"""

from collections.abc import Iterator
from enum import Enum, auto

from checks.model import Subject
from checks.parts.cilium import CiliumConfig
from checks.parts.derived import UnscheduledPod, Waiting
from checks.parts.nodes import Node, Nodes
from checks.parts.pods import NodeLoad, Pods

TOO_MANY_PODS = "Too many pods"
INSUFFICIENT = "Insufficient "

_AFTER_RESOURCES = ("volume", "topology spread", "pod affinity", "anti-affinity")
"""Filters that see only nodes with room: these nodes have pods, CPU and memory left."""

_OWN_NODE = ("node affinity", "node selector", "plugin(s) [nodeaffinity]")
"""A DaemonSet's pod is meant for one node: all the others refuse it by design."""

_NODE_TROUBLE = (
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/network-unavailable",
    "node.cloudprovider.kubernetes.io/uninitialized",
    "agent-not-ready",
)
"""Taints that tell of a broken or starting node, and of nothing that the pod asks for."""

_UNNAMED_TAINT = ("untolerated taint(s)", "had taints that the pod didn't tolerate")
"""Newer and old schedulers do not say which taint it was."""


class Limit(Enum):
    """What keeps a pod from being scheduled."""

    PODS = auto()
    REQUESTS = auto()
    PLACEMENT = auto()
    NODES = auto()  # broken or starting nodes


class Weight(Enum):
    """Whether a limit binds alone, or beside one that most nodes give."""

    MAIN = auto()
    BESIDE = auto()


def weighed(
    item: UnscheduledPod, limit: Limit, nodes: Nodes, config: CiliumConfig | None = None
) -> Weight | None:
    """How far this limit binds the pod; None when others do."""
    counts = dict.fromkeys(Limit, 0)
    late = 0
    for kind, number, text in _sorted(item, nodes, config):
        counts[kind] += number
        late += number if kind is Limit.PLACEMENT and _is(text, _AFTER_RESOURCES) else 0
    most = max(counts.values())
    if not counts[limit]:
        return None
    resources = max(counts[Limit.PODS], counts[Limit.REQUESTS])
    if counts[limit] == most and (limit in (Limit.PODS, Limit.REQUESTS) or counts[limit] > resources):
        return Weight.MAIN
    beside = limit in (Limit.PODS, Limit.REQUESTS) and counts[limit] == resources
    if beside and counts[Limit.PLACEMENT] == most and not late:
        return Weight.BESIDE  # most nodes are not for this pod, and those that are have no room
    return None


def waits_for_nodes(
    waiting: Waiting | None, nodes: Nodes, config: CiliumConfig | None = None
) -> frozenset[Subject]:
    """The pods that nothing keeps waiting but nodes that are broken or just starting."""
    items = waiting.unscheduled if waiting else ()
    return frozenset(
        item.subject for item in items if weighed(item, Limit.NODES, nodes, config) is Weight.MAIN
    )


def held_back(
    item: UnscheduledPod, nodes: Nodes, pods: Pods, config: CiliumConfig | None = None
) -> tuple[str, ...]:
    """The nodes that would take the pod were they not tainted as broken or starting.

    A taint is refused before a node's labels and room are looked at, so the scheduler's message never tells
    that these would have fitted. Affinity is not read: who is refused for it elsewhere and has no selector
    is taken to be refused for it everywhere.
    """
    broken = any(kind is Limit.NODES for kind, _, _ in _sorted(item, nodes, config))
    if not broken or (item.says(*_OWN_NODE) and not item.pod.node_selector):
        return ()
    return tuple(
        node.name
        for node in nodes.items
        if _only_trouble(item, node, config)
        and all(node.labels.get(key) == value for key, value in item.pod.node_selector)
        and _has_room(item, node, pods.on_node.get(node.name, NodeLoad()))
    )


def _only_trouble(item: UnscheduledPod, node: Node, config: CiliumConfig | None) -> bool:
    keys = [
        taint.key
        for taint in node.taints
        if taint.effect != "PreferNoSchedule" and not any(t.tolerates(taint) for t in item.pod.tolerations)
    ]
    return bool(keys) and not node.unschedulable and all(_is(key, _trouble(config)) for key in keys)


def _has_room(item: UnscheduledPod, node: Node, load: NodeLoad) -> bool:
    wanted, taken, total = item.pod.requests, load.requests, node.allocatable
    if total is None or node.max_pods is None:
        return False
    return (
        load.pods + load.terminating < node.max_pods
        and wanted.cpu_milli <= total.cpu_milli - taken.cpu_milli
        and wanted.memory_bytes <= total.memory_bytes - taken.memory_bytes
        and wanted.ephemeral_bytes <= total.ephemeral_bytes - taken.ephemeral_bytes
    )


def constraints(
    item: UnscheduledPod, nodes: Nodes, config: CiliumConfig | None = None
) -> tuple[tuple[int, str], ...]:
    """The pod's own placement constraints as (nodes, text), the heaviest first."""
    found = [(n, text) for kind, n, text in _sorted(item, nodes, config) if kind is Limit.PLACEMENT]
    return tuple(sorted(found, key=lambda pair: (-pair[0], pair[1])))


def _sorted(
    item: UnscheduledPod, nodes: Nodes, config: CiliumConfig | None
) -> Iterator[tuple[Limit, int, str]]:
    """Each reason with the limit it speaks of; a DaemonSet's own-node selector speaks of none."""
    own_node = item.pod.owner_kind == "DaemonSet"
    for reason in item.reasons:
        text = reason.text
        if TOO_MANY_PODS.lower() in text.lower():
            yield Limit.PODS, reason.nodes, text
        elif text.lower().startswith(INSUFFICIENT.lower()):
            yield Limit.REQUESTS, reason.nodes, text
        elif own_node and _is(text, _OWN_NODE):
            continue
        elif _is(text, _trouble(config)) or (_is(text, _UNNAMED_TAINT) and _all_trouble(item, nodes, config)):
            yield Limit.NODES, reason.nodes, text
        else:
            yield Limit.PLACEMENT, reason.nodes, text


def _is(text: str, parts: tuple[str, ...]) -> bool:
    return any(part in text.lower() for part in parts)


def _trouble(config: CiliumConfig | None) -> tuple[str, ...]:
    key = config.data.get("agent-not-ready-taint-key", "") if config else ""
    return (*_NODE_TROUBLE, key.lower()) if key else _NODE_TROUBLE


def _all_trouble(item: UnscheduledPod, nodes: Nodes, config: CiliumConfig | None) -> bool:
    """Whether every taint that this pod does not tolerate tells of a broken node."""
    keys = list(_untolerated(item, nodes))
    return bool(keys) and all(_is(key, _trouble(config)) for key in keys)


def _untolerated(item: UnscheduledPod, nodes: Nodes) -> Iterator[str]:
    for taint in nodes.taints:
        if taint.effect != "PreferNoSchedule" and not any(t.tolerates(taint) for t in item.pod.tolerations):
            yield taint.key
