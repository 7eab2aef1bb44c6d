"""Pods that wait for the scheduler, from the scheduler's own words."""

from typing import Any

from checks.derive import parse_scheduler_message
from checks.parts.derived import UnscheduledPod
from checks.parts.nodes import Node, Resources
from checks.parts.pods import NodeLoad, Pods
from tests.checks.hand import node, pod

ASKED = "kubernetes/api/v1/pods"
FIELD = "status.conditions[PodScheduled].message"
CORE = Resources(cpu_milli=2000, memory_bytes=8 << 30)


def waits(message: str, count: int = 1, name: str = "api", **more: Any) -> tuple[UnscheduledPod, ...]:
    """So many pods with this message of the scheduler."""
    total, reasons = parse_scheduler_message(message)
    return tuple(
        UnscheduledPod(
            pod=pod(f"{name}-{i}", **({"requests": Resources(cpu_milli=500)} | more)),
            message=message,
            reasons=reasons,
            nodes_total=total,
            asked=ASKED,
            field=FIELD,
        )
        for i in range(count)
    )


def fleet(count: int, **more: Any) -> tuple[Node, ...]:
    """Nodes n0, n1 … with two cores and a limit of 17 pods."""
    fields: dict[str, Any] = {"max_pods": 17, "allocatable": CORE} | more
    return tuple(node(f"n{i}", **fields) for i in range(count))


def loads(count: int, pods: int = 17, cpu_milli: int = 500, terminating: int = 0) -> Pods:
    """What runs on each node of such a fleet."""
    load = NodeLoad(
        pods=pods, host_network=3, terminating=terminating, requests=Resources(cpu_milli=cpu_milli)
    )
    return Pods(total=count * pods, running=count * pods, on_node={f"n{i}": load for i in range(count)})
