"""A pod may be given an address on an interface that the kernel does not show yet."""

from collections.abc import Iterator
from datetime import datetime

from checks.advice import links, look
from checks.enis.kernel_view import PATIENCE, TEXT, further, invisible, since
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.derived import StuckPod, Waiting
from checks.parts.kubernetes import Event, Events
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces
from checks.scale import counted


@check(
    id="new-eni-not-visible-yet",
    title="Pods wait for an interface that was just attached",
    source="https://github.com/cilium/cilium/issues/37948",
    modes=("eni",),
)
def new_eni_not_visible_yet(
    meta: Meta, waiting: Waiting, events: Events, nodes: Nodes | None, interfaces: Interfaces | None
) -> Iterator[Finding]:
    """The CiliumNode knows the interface before udev is done with it; the next try succeeds.

    When it lasts, the system of the node has renamed or taken the interface: another fault.
    """
    told = [event for event in events.items if TEXT in event.message]
    young = [
        item
        for item in invisible(waiting)
        if meta.taken_at - since(item, events) <= PATIENCE and _just_grown(item, meta, nodes, interfaces)
    ]
    if young:
        yield _waiting(young, nodes, interfaces)
    elif told and not invisible(waiting):
        yield _healed(told)


def _just_grown(item: StuckPod, meta: Meta, nodes: Nodes | None, interfaces: Interfaces | None) -> bool:
    """Whether the pod's node got an interface lately; taken for granted where no attach time is known."""
    times = _attach_times(item, nodes, interfaces)
    return not times or meta.taken_at - max(times) <= 2 * PATIENCE


def _attach_times(item: StuckPod, nodes: Nodes | None, interfaces: Interfaces | None) -> list[datetime]:
    node = nodes.by_name.get(item.pod.node or "") if nodes else None
    if node is None or interfaces is None:
        return []
    return [i.attached_at for i in further(node.instance_id, interfaces) if i.attached_at]


def _waiting(young: list[StuckPod], nodes: Nodes | None, interfaces: Interfaces | None) -> Finding:
    times = [time for item in young for time in _attach_times(item, nodes, interfaces)]
    names = sorted({item.pod.node or "" for item in young})
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.LOW,
        confidence=Confidence.LIKELY,
        title=f"{counted(len(young), 'pod')} on {counted(len(names), 'node')} "
        "wait for an interface that is new to the kernel",
        because=f"The error is of the last minutes{', and the node just grew' if times else ''}. If it lasts "
        "longer, the node's system has taken the interface.",
        subjects=tuple(Subject("Node", name) for name in names),
        evidence=(
            Evidence(Events.ASKED, "message", young[-1].message, len(young)),
            *((Evidence(Interfaces.ASKED, "AttachTime", max(times).isoformat()),) if times else ()),
        ),
        explains=(Explains("pods-without-ip", frozenset(item.subject for item in young)),),
        actions=(
            look(
                "Wait for the next tries of the kubelet",
                "kubectl get events -A --field-selector reason=FailedCreatePodSandBox "
                "--sort-by=.lastTimestamp",
                "No new such event within five minutes, and the pods start. If it is frequent, upgrade.",
            ),
        ),
        references=links("cilium#23423", "cilium#37948", "cilium#45414"),
    )


def _healed(told: list[Event]) -> Finding:
    pods = sorted({Subject(event.kind, event.name, event.namespace) for event in told})
    return Finding(
        kind=Kind.NOTE,
        severity=Severity.LOW,
        title=f"{counted(len(pods), 'pod')} had to wait a moment for a new interface, and got it",
        subjects=tuple(pods),
        evidence=(Evidence(Events.ASKED, "message", told[-1].message, len(told)),),
    )
