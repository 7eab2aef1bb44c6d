"""The sum of requests must leave room for the pods that wait; what is really used does not count."""

import shlex
from collections import Counter
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Action, Confidence, Evidence, Explains, Finding, Kind, Severity, check
from checks.parts.cilium import CiliumConfig
from checks.parts.derived import UnscheduledPod, Waiting
from checks.parts.nodes import Node, Nodes, Resources
from checks.parts.pods import NodeLoad, Pods
from checks.scale import counted
from checks.scheduling.weigh import INSUFFICIENT, Limit, Weight, weighed

COUNTED = {"cpu": "cpu_milli", "memory": "memory_bytes", "ephemeral-storage": "ephemeral_bytes"}
"""Resources whose requests and allocatable amounts are read; others (devices) only the scheduler tells."""


@check(
    id="scheduler-insufficient-requests",
    title="Requests fill the nodes",
    source="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
)
def scheduler_insufficient_requests(
    nodes: Nodes, pods: Pods, waiting: Waiting, cilium: CiliumConfig | None
) -> Iterator[Finding]:
    """The scheduler compares the sum of requests with what a node can allocate, never with its usage.

    So a cluster can be idle on every graph and full for the scheduler, or have room in pieces that are too
    small for one pod. Neither has to do with addresses.
    """
    weights = {item.subject: weighed(item, Limit.REQUESTS, nodes, cilium) for item in waiting.unscheduled}
    bound = [item for item in waiting.unscheduled if weights[item.subject]]
    if not bound:
        return
    names = sorted({name for item in bound for name in _lacking(item)})
    asked = {(item.pod.requests, _lacking(item)) for item in bound}
    found = {key: _short(*key, nodes, pods) for key in asked}  # many pods ask for the same
    short = max(found.values(), key=lambda nodes: (len(nodes), nodes))
    proven = all(
        name in COUNTED and len(found[item.pod.requests, _lacking(item)]) >= item.says(INSUFFICIENT + name)
        for item in bound
        for name in _lacking(item)
    )
    main = any(weights[item.subject] is Weight.MAIN for item in bound)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=_confidence(proven and main, bool(short)),
        title=f"{counted(len(bound), 'pod asks', 'pods ask')} for more {' and '.join(names)} "
        "than any node has left",
        because=_because(bound, names, short, nodes),
        subjects=tuple(item.subject for item in bound),
        evidence=tuple(_evidence(bound, names, short, nodes, pods)),
        actions=tuple(_actions(bound, short, nodes)),
        references=links("karpenter#6988", "cilium#24361"),
        explains=(Explains("pods-not-scheduled", frozenset(item.subject for item in bound)),),
        drop_if_harmless=True,
    )


def _lacking(item: UnscheduledPod) -> tuple[str, ...]:
    """Resources that the scheduler names, e.g. ("cpu", "memory")."""
    texts = (reason.text for reason in item.reasons if reason.text.startswith(INSUFFICIENT))
    return tuple(dict.fromkeys(text.removeprefix(INSUFFICIENT).strip() for text in texts))


def _short(wanted: Resources, lacking: tuple[str, ...], nodes: Nodes, pods: Pods) -> list[str]:
    """Nodes that have less of the lacking resources left than what is wanted."""
    return [
        node.name
        for node in nodes.items
        if node.allocatable is not None
        and any(
            getattr(wanted, field) > getattr(_left(node, pods), field)
            for name, field in COUNTED.items()
            if name in lacking
        )
    ]


def _left(node: Node, pods: Pods) -> Resources:
    taken = pods.on_node.get(node.name, NodeLoad()).requests
    total = node.allocatable or Resources()
    return Resources(
        cpu_milli=total.cpu_milli - taken.cpu_milli,
        memory_bytes=total.memory_bytes - taken.memory_bytes,
        ephemeral_bytes=total.ephemeral_bytes - taken.ephemeral_bytes,
    )


def _confidence(proven: bool, some: bool) -> Confidence:
    if proven:
        return Confidence.CERTAIN
    return Confidence.LIKELY if some else Confidence.POSSIBLE


def _because(bound: list[UnscheduledPod], names: list[str], short: list[str], nodes: Nodes) -> str:
    refusing = max(item.says(INSUFFICIENT) for item in bound)
    said = f"The scheduler's heaviest reason is too little {' and '.join(names)}"
    if not short:
        return (
            f"{said}, but the requests read from these nodes leave room or do not count that resource. "
            "The pods' newest FailedScheduling event would decide."
        )
    return (
        f"{said} ({refusing} refusals), and on {len(short)} of {counted(len(nodes.items), 'node')} the "
        "requests leave less than one such pod asks for. A pod without a node never waits for an address, "
        "and usage graphs do not count."
    )


def _evidence(
    bound: list[UnscheduledPod], names: list[str], short: list[str], nodes: Nodes, pods: Pods
) -> Iterator[Evidence]:
    said = Counter((item.asked, item.field, item.message) for item in bound)
    for (asked, field, message), count in said.most_common(3):
        yield Evidence(asked, field, message, count)
    chosen = [nodes.by_name[name] for name in short]
    for name in names:
        amount = COUNTED.get(name)
        if amount is None or not chosen:
            continue
        total = sum(getattr(node.allocatable, amount) for node in chosen)
        left = sum(getattr(_left(node, pods), amount) for node in chosen)
        unit = "m" if name == "cpu" else " MiB"
        by = 1 if name == "cpu" else 1 << 20
        yield Evidence(
            Pods.ASKED,
            f"{name} requested of what these nodes can allocate",
            f"{(total - left) // by}{unit} of {total // by}{unit}",
            len(chosen),
        )


def _actions(bound: list[UnscheduledPod], short: list[str], nodes: Nodes) -> Iterator[Action]:
    space = shlex.quote(Counter(item.pod.namespace for item in bound).most_common(1)[0][0])
    node = shlex.quote(short[0] if short else nodes.items[0].name)
    yield look(
        "See what fills a node",
        f"kubectl describe node {node} | sed -n '/Allocated resources/,/Events/p'",
        "Requests stand near 100 %, or what is left is smaller than one pod's request.",
    )
    yield look(
        "Compare requests with use",
        f"kubectl -n {space} top pods",
        "Use far below the requests means that they can come down.",
    )
    yield change(
        "Lower the requests to what the pods use, or add nodes or a bigger instance type",
        None,
        risk="a lower request restarts the pods; more nodes cost money and addresses",
        verify="The pods that wait get a node; Cilium needs no change.",
    )
