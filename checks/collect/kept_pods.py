"""The pods that matter on their own, with everything that a check may ask of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from checks.collect.pod_items import Condition
from checks.collect.wire import LONG_AGO, Metadata, clip, instant, pairs, picked
from checks.collect.workloads import TolerationItem, tolerations
from checks.parts.nodes import Resources
from checks.parts.pods import Pod

_IP_POOL = "ipam.cilium.io/ip-pool"
_SANDBOX_MADE = ("PodReadyToStartContainers", "PodHasNetwork")  # the latter before Kubernetes 1.28
_BEFORE_SANDBOX = ("", "ContainerCreating", "PodInitializing")


class _Owner(msgspec.Struct, gc=False):
    kind: str | None = None
    name: str | None = None
    controller: bool | None = None


class _Claim(msgspec.Struct, gc=False, rename="camel"):
    claim_name: str | None = None


class _Volume(msgspec.Struct, gc=False, rename="camel"):
    name: str = ""
    persistent_volume_claim: _Claim | None = None
    ephemeral: msgspec.Raw = msgspec.Raw()


class _Waiting(msgspec.Struct, gc=False):
    reason: str | None = None
    message: str | None = None


class _Ended(msgspec.Struct, gc=False):
    message: str | None = None


class _State(msgspec.Struct, gc=False):
    waiting: _Waiting | None = None
    terminated: _Ended | None = None


class _ContainerStatus(msgspec.Struct, gc=False, rename="camel"):
    state: _State | None = None
    last_state: _State | None = None
    restart_count: int | None = None


class _Meta(Metadata, gc=False, rename="camel"):
    owner_references: list[_Owner] | None = None


class _Container(msgspec.Struct, gc=False):
    image: str | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    node_name: str | None = None
    host_network: bool | None = None
    containers: list[_Container] | None = None
    tolerations: list[TolerationItem] | None = None
    volumes: list[_Volume] | None = None
    node_selector: dict[str, str] | None = None


class _Status(msgspec.Struct, gc=False, rename="camel"):
    phase: str | None = None
    pod_ip: str | None = msgspec.field(name="podIP", default=None)
    conditions: list[Condition] | None = None
    start_time: str | None = None
    init_container_statuses: list[_ContainerStatus] | None = None
    container_statuses: list[_ContainerStatus] | None = None


class _Pod(msgspec.Struct, gc=False):
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


@dataclass(frozen=True, slots=True)
class Marked:
    """A pod that is to be kept: its place in its page, and what was found out about it already."""

    place: int
    requests: Resources
    ready: bool = False
    deleting: bool = False


def whole_pods(page: bytes, marked: Sequence[Marked]) -> Iterator[Pod]:
    """These pods of a page, with everything that Pod has. Raises UnreadError."""
    found = picked(page, _Pod, "Pod", [mark.place for mark in marked])
    for mark, item in zip(marked, found, strict=True):
        yield _whole(item, mark)


def _whole(item: _Pod, mark: Marked) -> Pod:
    meta, spec, status = item.metadata, item.spec, item.status
    conditions = {condition.type: condition for condition in status.conditions or ()}
    scheduled, at = conditions.get("PodScheduled"), conditions.get("Ready")
    made = next((conditions[name] for name in _SANDBOX_MADE if name in conditions), None)
    waiting, ended, restarts = _containers(status)
    owners = meta.owner_references or []
    owner = next((o for o in owners if o.controller), owners[0] if owners else _Owner())
    return Pod(
        namespace=meta.namespace or "",
        name=meta.name,
        created=meta.creation_timestamp or LONG_AGO,
        node=spec.node_name or None,
        phase=status.phase or "Pending",
        host_network=bool(spec.host_network),
        ip=status.pod_ip or None,
        labels=pairs(meta.labels),
        owner_kind=owner.kind,
        owner_name=owner.name,
        deleting=mark.deleting,
        scheduled=scheduled.holds if scheduled else None,
        scheduled_since=scheduled.since if scheduled else None,
        unscheduled_reason=clip(scheduled.reason) if scheduled else "",
        unscheduled_message=clip(scheduled.message) if scheduled else "",
        ready=mark.ready,
        ready_since=at.since if at else None,
        sandbox_made=made.holds if made else None,
        waiting_reasons=tuple(clip(w.reason) for w in waiting),
        waiting_messages=tuple(clip(w.message) for w in waiting),
        last_words=tuple(clip(e.message) for e in ended if e.message),
        restarts=restarts,
        started=instant(status.start_time),
        requests=mark.requests,
        node_selector=pairs(spec.node_selector),
        tolerations=tolerations(spec.tolerations),
        volume_claims=_claims(meta.name, spec.volumes or ()),
        images=tuple(container.image for container in spec.containers or () if container.image),
        ip_pool=clip((meta.annotations or {}).get(_IP_POOL)) or None,
    )


def sandbox_is_made(pod: Pod) -> bool:
    """Whether the pod got past its sandbox: it says so, or waits for what only comes afterwards."""
    return pod.sandbox_made is True or any(reason not in _BEFORE_SANDBOX for reason in pod.waiting_reasons)


def _containers(status: _Status) -> tuple[list[_Waiting], list[_Ended], int]:
    """What containers wait for and how they ended, init containers first, and how often they restarted."""
    told = [*(status.init_container_statuses or ()), *(status.container_statuses or ())]
    waiting = [one.state.waiting for one in told if one.state and one.state.waiting]
    states = [state for one in told for state in (one.state, one.last_state) if state]
    ended = [state.terminated for state in states if state.terminated]
    return waiting, ended, sum(one.restart_count or 0 for one in told)


def _claims(pod: str, volumes: Sequence[_Volume]) -> tuple[str, ...]:
    """The claims it mounts; a generic ephemeral volume's claim is named after the pod and the volume."""
    found = []
    for volume in volumes:
        claim = volume.persistent_volume_claim
        if claim and claim.claim_name:
            found.append(claim.claim_name)
        elif bytes(volume.ephemeral) not in (b"", b"null"):
            found.append(f"{pod}-{volume.name}")
    return tuple(found)
