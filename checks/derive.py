"""What follows from several parts at once: who waits for what, and every node's account of addresses."""

import dataclasses
import re
from datetime import datetime, timedelta

from checks.accounts import accounts_of
from checks.cilium_pods import spare_operators
from checks.parts.derived import SchedulerReason, StuckPod, UnscheduledPod, Waiting
from checks.parts.kubernetes import Events
from checks.parts.pods import Pod, Pods
from checks.snapshot import Gap, Snapshot

GRACE = timedelta(seconds=120)
"""What is just starting is not judged (report-format.md)."""

SANDBOX_EVENT = "FailedCreatePodSandBox"
HELD_BACK = "SchedulingGated"
_VOLUME_EVENTS = frozenset({"FailedMount", "FailedAttachVolume", "FailedMapVolume"})
_NOT_A_SANDBOX_WAIT = frozenset(
    {
        "ImagePullBackOff",
        "ErrImagePull",
        "ErrImageNeverPull",
        "InvalidImageName",
        "RegistryUnavailable",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
        "CrashLoopBackOff",
    }
)
_BEFORE_SANDBOX = frozenset({"", "ContainerCreating", "PodInitializing"})
_AVAILABLE = re.compile(r"^\s*\d+/(\d+) nodes are available:?\s*(.*)$", re.DOTALL)
_REASON = re.compile(r"(\d+) (.+?)(?=,\s+\d+ |$)", re.DOTALL)


def derive(snapshot: Snapshot) -> Snapshot:
    """The same snapshot with ``waiting`` and ``accounts`` filled in, or with the gap they inherit."""
    gaps = dict(snapshot.gaps)
    changes: dict[str, object] = {}
    if snapshot.pods is not None:
        spares = spare_operators(snapshot.meta, snapshot.pods, snapshot.deployments, snapshot.leases)
        taken_at = snapshot.meta.taken_at
        changes["waiting"] = waiting_of(snapshot.pods, snapshot.events, taken_at, harmless=spares)
        on_volumes = sum(_waits_for_a_volume(pod, snapshot.events) for pod in snapshot.pods.items)
        changes["pods"] = dataclasses.replace(
            snapshot.pods, without_ip=max(0, snapshot.pods.without_ip - on_volumes)
        )
    else:
        gaps["waiting"] = gaps.get("pods", Gap(reason="not asked", asked=Pods.ASKED))
    if snapshot.nodes is not None:
        changes["accounts"] = accounts_of(snapshot)
    else:
        gaps["accounts"] = gaps.get("nodes", Gap(reason="not asked", asked="kubernetes/api/v1/nodes"))
    return dataclasses.replace(snapshot, gaps=gaps, **changes)  # type: ignore[arg-type] # names are fields


def waiting_of(
    pods: Pods, events: Events | None, taken_at: datetime, *, harmless: tuple[Pod, ...] = ()
) -> Waiting:
    """The pods past the grace that have no node, or a node and neither address nor sandbox.

    ``harmless`` pods wait and nobody misses them: operator replicas that only lack a node of their own.
    Nor does a pod wait for the scheduler that its scheduling gates keep from it: somebody wants it so.
    """
    unscheduled, stuck = [], []
    for pod in pods.items:
        if pod.phase != "Pending" or pod.deleting or pod in harmless:
            continue
        if pod.node is None:
            if taken_at - pod.created > GRACE and pod.unscheduled_reason != HELD_BACK:
                unscheduled.append(_unscheduled(pod, events))
        elif _waits_for_sandbox(pod, events, taken_at):
            stuck.append(StuckPod(pod=pod, message=_newest(pod, events, SANDBOX_EVENT)))
    return Waiting(
        unscheduled=tuple(sorted(unscheduled, key=lambda w: w.subject)),
        without_ip=tuple(sorted(stuck, key=lambda w: w.subject)),
    )


def _unscheduled(pod: Pod, events: Events | None) -> UnscheduledPod:
    asked, field, message = Pods.ASKED, "status.conditions[PodScheduled].message", pod.unscheduled_message
    if not message:
        message = _newest(pod, events, "FailedScheduling")
        asked, field = Events.ASKED, "message"
    total, reasons = parse_scheduler_message(message)
    return UnscheduledPod(
        pod=pod,
        message=message,
        reasons=reasons,
        nodes_total=total,
        asked=asked if message else "",
        field=field if message else "",
    )


def parse_scheduler_message(message: str) -> tuple[int | None, tuple[SchedulerReason, ...]]:
    """Nodes looked at, and the reasons with their node counts, of "0/14 nodes are available: 14 Too many …".

    What preemption would have done, after "preemption:", is another question and left out. A reason without
    a count ("pod has unbound immediate PersistentVolumeClaims") holds for all nodes.
    """
    matched = _AVAILABLE.match(message.split("preemption:", 1)[0])
    if matched is None:
        return None, ()
    total, text = int(matched[1]), matched[2].strip().rstrip(".")
    found = tuple(
        SchedulerReason(int(count), reason.strip().rstrip(".,")) for count, reason in _REASON.findall(text)
    )
    if not found and text:
        found = (SchedulerReason(total, text),)
    return total, found


def _waits_for_sandbox(pod: Pod, events: Events | None, taken_at: datetime) -> bool:
    since = pod.scheduled_since or pod.created
    if pod.host_network or pod.ip or pod.sandbox_made or taken_at - since <= GRACE:
        return False
    if _NOT_A_SANDBOX_WAIT & set(pod.waiting_reasons):
        return False
    return not _told_of_a_volume(pod, events)


def _waits_for_a_volume(pod: Pod, events: Events | None) -> bool:
    """Whether it was counted as one without an address while its events tell of a volume (see Pods)."""
    if pod.node is None or pod.host_network or pod.ip or pod.sandbox_made:
        return False
    return set(pod.waiting_reasons) <= _BEFORE_SANDBOX and _told_of_a_volume(pod, events)


def _told_of_a_volume(pod: Pod, events: Events | None) -> bool:
    about = events.by_object.get(("Pod", pod.namespace, pod.name), ()) if events else ()
    reasons = {event.reason for event in about}
    return bool(reasons & _VOLUME_EVENTS) and SANDBOX_EVENT not in reasons


def _newest(pod: Pod, events: Events | None, reason: str) -> str:
    about = events.by_object.get(("Pod", pod.namespace, pod.name), ()) if events else ()
    return next((event.message for event in reversed(about) if event.reason == reason), "")
