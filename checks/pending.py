"""Waiting pods in groups by what they wait for, each with the limit that binds it and its numbers."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.derive import GRACE
from checks.diagnose import Diagnosis
from checks.model import Subject
from checks.parts.derived import NodeAccount, UnscheduledPod
from checks.parts.pods import Pod
from checks.report import PendingGroup
from checks.snapshot import Snapshot

IMAGE = frozenset({"ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName"})
CONFIGURATION = frozenset({"CreateContainerConfigError", "CreateContainerError"})
VOLUME = frozenset({"FailedMount", "FailedAttachVolume", "FailedMapVolume"})

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Wait:
    """One pod that waits: for what, since when, in whose words, held by which causes."""

    pod: Pod
    what: str
    since: datetime
    message: str
    causes: tuple[str, ...]
    numbers: str


def pending_of(snapshot: Snapshot, diagnosis: Diagnosis) -> tuple[PendingGroup, ...]:
    """The groups, the largest first; a workload that waits for two things is in two groups."""
    groups: dict[_Key, list[_Wait]] = defaultdict(list)
    for wait in _waits(snapshot, diagnosis):
        groups[(wait.pod.namespace, workload_of(wait.pod), wait.what)].append(wait)
    found = [_group(key, waits) for key, waits in groups.items()]
    return tuple(sorted(found, key=lambda g: (-g.pods, g.namespace, g.workload, g.waits_for)))


def workload_of(pod: Pod) -> str:
    """The name of what made the pod (a ReplicaSet's without its hash), else its own."""
    name = pod.owner_name or pod.name
    digest = pod.label("pod-template-hash")
    return name.removesuffix(f"-{digest}") if pod.owner_kind == "ReplicaSet" and digest else name


def _group(key: _Key, waits: list[_Wait]) -> PendingGroup:
    oldest = min(waits, key=lambda wait: (wait.since, wait.pod.name))
    causes = dict.fromkeys(cause for wait in waits for cause in wait.causes)
    return PendingGroup(
        namespace=key[0],
        workload=key[1],
        waits_for=key[2],
        pods=len(waits),
        since=oldest.since,
        limits=tuple(causes),
        message=oldest.message,
        numbers=next((wait.numbers for wait in waits if wait.numbers), ""),
        example=oldest.pod.name,
    )


def _waits(snapshot: Snapshot, diagnosis: Diagnosis) -> Iterator[_Wait]:
    if snapshot.waiting is None or snapshot.pods is None:
        return
    seen = set()
    room = _room(snapshot)
    for item in snapshot.waiting.unscheduled:
        seen.add((item.pod.namespace, item.pod.name))
        causes = _causes(diagnosis, "pods-not-scheduled", item.subject)
        since = item.pod.scheduled_since or item.pod.created
        yield _Wait(item.pod, "scheduler", since, item.message, causes, _scheduler_numbers(item, room))
    for stuck in snapshot.waiting.without_ip:
        seen.add((stuck.pod.namespace, stuck.pod.name))
        causes = _causes(diagnosis, "pods-without-ip", stuck.subject)
        account = snapshot.accounts.by_node.get(stuck.pod.node or "") if snapshot.accounts else None
        since = stuck.pod.scheduled_since or stuck.pod.created
        numbers = address_numbers(account) if account else ""
        yield _Wait(stuck.pod, "address", since, stuck.message, causes, numbers)
    for pod in snapshot.pods.items:
        since = pod.scheduled_since or pod.created
        late = snapshot.meta.taken_at - since > GRACE
        if pod.phase == "Pending" and (pod.namespace, pod.name) not in seen and pod.node and late:
            what, message = _otherwise(pod, snapshot)
            yield _Wait(pod, what, since, message, (), "")


def _causes(diagnosis: Diagnosis, symptom: str, subject: Subject) -> tuple[str, ...]:
    return tuple(cause.id for cause in diagnosis.causes if (symptom, subject) in cause.claims)


def _otherwise(pod: Pod, snapshot: Snapshot) -> tuple[str, str]:
    """What a bound pod that needs no address waits for, and in whose words."""
    told = "; ".join(pod.waiting_messages) or "; ".join(pod.waiting_reasons)
    reasons = set(pod.waiting_reasons)
    events = snapshot.events.by_object.get(("Pod", pod.namespace, pod.name), ()) if snapshot.events else ()
    mounts = [event.message for event in events if event.reason in VOLUME]
    if reasons & IMAGE:
        return "image", told
    if reasons & CONFIGURATION:
        return "configuration", told
    if mounts:
        return "volume", mounts[-1]
    return "start", told


def _room(snapshot: Snapshot) -> str:
    """How full the nodes are, for whoever waits for the scheduler."""
    accounts = snapshot.accounts.items if snapshot.accounts else ()
    parts = []
    capped = [a for a in accounts if a.max_pods is not None and a.pods is not None]
    if capped:
        full = sum((a.pods or 0) >= (a.max_pods or 0) for a in capped)
        parts.append(f"{full} of {len(capped)} nodes are at their pod limit")
    free = [a.free_for_pods for a in accounts]
    known = [value for value in free if value is not None]
    if known and len(known) == len(free):
        parts.append(f"{sum(known)} addresses are free")
    return ", ".join(parts)


def _scheduler_numbers(item: UnscheduledPod, room: str) -> str:
    """Both sides of the scheduler's sum: what the pod asks for, and how full the nodes are."""
    asked = item.pod.requests
    own = [f"{asked.cpu_milli}m CPU"] if asked.cpu_milli else []
    own += [f"{asked.memory_bytes >> 20} MiB"] if asked.memory_bytes else []
    each = f"each asks for {' and '.join(own)}" if own else "they ask for no CPU and no memory"
    return f"{each}, {room}" if room else each


def address_numbers(account: NodeAccount) -> str:
    """One node's addresses and pods in a sentence; ? is unknown."""

    def figure(value: int | None) -> str:
        return "?" if value is None else str(value)

    return (
        f"{account.name} has {figure(account.used)} of {figure(account.allocated)} addresses in use, "
        f"{figure(account.attached)} attached, could hold {figure(account.capacity)}; "
        f"{figure(account.pods)} pods of at most {figure(account.max_pods)}"
    )
