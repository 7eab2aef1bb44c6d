"""One step of a pod's or a node's way each: how far it is, since when, and what shows it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checks.cilium_pods import agent_pods
from checks.parts.nodes import Node
from checks.parts.pods import Pod
from checks.pending import address_numbers
from checks.reach import unreached
from checks.scale import counted
from checks.snapshot import Snapshot


class State(StrEnum):
    """How far one step is."""

    DONE = "done"
    STOPS = "stops here"
    AHEAD = "not reached"
    UNKNOWN = "not checked"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what came of it, since when (None: not known), and the numbers or the words that show it."""

    name: str
    state: State
    since: datetime | None = None
    detail: str = ""


def scheduled(snapshot: Snapshot, pod: Pod) -> Step:
    """Whether the scheduler gave it a node, or what it said."""
    if pod.node is not None:
        return Step("scheduled", State.DONE, pod.scheduled_since, f"to {pod.node}")
    waiting = snapshot.waiting.unscheduled if snapshot.waiting else ()
    told = next((item.message for item in waiting if item.pod == pod), pod.unscheduled_message)
    return Step("scheduled", State.STOPS, pod.scheduled_since or pod.created, told or "no reason was given")


def address(snapshot: Snapshot, pod: Pod) -> Step:
    """Whether it has an address, or what its sandbox waits for and what its node has left."""
    if pod.host_network:
        return Step("address", State.DONE, None, "the node's own (hostNetwork)")
    if pod.ip is not None:
        return Step("address", State.DONE, None, pod.ip)
    stuck = snapshot.waiting.without_ip if snapshot.waiting else ()
    item = next((item for item in stuck if item.pod == pod), None)
    if item is None:
        told = "; ".join(pod.waiting_reasons) or "its sandbox is being made"
        events = (
            snapshot.events.by_object.get(("Pod", pod.namespace, pod.name), ()) if snapshot.events else ()
        )
        told = next((event.message for event in reversed(events)), told)
        return Step("address", State.STOPS, pod.scheduled_since, told)
    account = snapshot.accounts.by_node.get(pod.node or "") if snapshot.accounts else None
    text = ". ".join(part for part in (item.message, address_numbers(account) if account else "") if part)
    return Step("address", State.STOPS, pod.scheduled_since, text)


def started(pod: Pod) -> Step:
    """Whether its containers run, or what they wait for."""
    if pod.phase == "Running" and not pod.waiting_reasons:
        return Step("started", State.DONE, pod.started, counted(pod.restarts, "restart"))
    told = "; ".join(pod.waiting_reasons) or "its containers have not started"
    return Step("started", State.STOPS, pod.started, f"{told}, {counted(pod.restarts, 'restart')}")


def ready(pod: Pod) -> Step:
    """Whether its readiness probe passes."""
    if pod.ready:
        return Step("ready", State.DONE, pod.ready_since)
    return Step("ready", State.STOPS, pod.ready_since, "its readiness probe does not pass")


def agent(snapshot: Snapshot, node: Node) -> Step:
    """Whether a Cilium agent runs on the node and is ready."""
    if snapshot.pods is None:
        return Step("agent", State.UNKNOWN)
    mine = [p for p in agent_pods(snapshot.pods, snapshot.meta.cilium_namespace) if p.node == node.name]
    if not mine:
        return Step("agent", State.STOPS, None, "no Cilium agent runs here")
    told = "; ".join(mine[0].waiting_reasons)
    return Step("agent", State.DONE if mine[0].ready else State.STOPS, mine[0].ready_since, told)


def addresses(snapshot: Snapshot, node: Node) -> Step:
    """Whether the node can hold a further address."""
    account = snapshot.accounts.by_node.get(node.name) if snapshot.accounts else None
    if account is None or account.capacity is None:
        return Step("addresses", State.UNKNOWN, None, "how many it could hold is not known")
    full = account.free_for_pods == 0
    return Step("addresses", State.STOPS if full else State.DONE, None, address_numbers(account))


def reached(snapshot: Snapshot, node: Node) -> Step:
    """Whether every other node reaches it."""
    if snapshot.health is None:
        return Step("reachable", State.UNKNOWN)
    paths = unreached(snapshot.health).get(node.name, frozenset())
    told = f"fails: {', '.join(sorted(paths))} path" if paths else ""
    return Step("reachable", State.STOPS if paths else State.DONE, None, told)


def room(snapshot: Snapshot, node: Node) -> Step:
    """Whether the kubelet takes a further pod."""
    load = snapshot.pods.on_node.get(node.name) if snapshot.pods else None
    if snapshot.pods is None or node.max_pods is None:
        return Step("room for pods", State.UNKNOWN)
    pods = load.pods if load else 0
    told = f"{pods} pods of at most {node.max_pods}"
    if node.unschedulable:
        told += "; cordoned"
    stops = pods >= node.max_pods or node.unschedulable
    return Step("room for pods", State.STOPS if stops else State.DONE, None, told)
