"""A pod as the API gives it, decoded no further than needed, and the pods that are kept as a whole."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec

from checks.collect.requests import Container, Requirements, ResourceList, pod_requests
from checks.collect.wire import LONG_AGO, Instant, clip, decode_with, instant, pairs
from checks.collect.workloads import TolerationItem, tolerations
from checks.parts.kubernetes import Pod, Resources, Toleration

_IP_POOL = "ipam.cilium.io/ip-pool"
_SANDBOX_MADE = ("PodReadyToStartContainers", "PodHasNetwork")  # the latter before Kubernetes 1.28
_BEFORE_SANDBOX = ("", "ContainerCreating", "PodInitializing")
_NONE = msgspec.Raw()
_NOTHING = (b"", b"null")
_IS_READY = re.compile(rb'"type":"Ready",(?:"observedGeneration":\d+,)?"status":"True"').search
"""The Ready condition as an API server writes it: most pods have it, and need no further decoding.

Inside a JSON text the quotes would be escaped, so that no message can be mistaken for it.
"""

T = TypeVar("T")


class _Meta(msgspec.Struct, gc=False, rename="camel"):
    name: str = ""
    namespace: str = ""
    labels: msgspec.Raw = _NONE
    creation_timestamp: Instant | None = None
    deletion_timestamp: Instant | None = None
    deletion_grace_period_seconds: int | None = None
    annotations: msgspec.Raw = _NONE
    owner_references: msgspec.Raw = _NONE


class _Container(msgspec.Struct, gc=False, rename="camel"):
    image: str | None = None
    resources: msgspec.Raw = _NONE
    restart_policy: str | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    node_name: str | None = None
    host_network: bool | None = None
    containers: list[_Container] | None = None
    init_containers: list[_Container] | None = None
    resources: msgspec.Raw = _NONE
    overhead: msgspec.Raw = _NONE
    tolerations: msgspec.Raw = _NONE
    volumes: msgspec.Raw = _NONE
    node_selector: msgspec.Raw = _NONE


class _Condition(msgspec.Struct, gc=False, rename="camel"):
    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    last_transition_time: str | None = None  # read for the pods that are kept


class _Status(msgspec.Struct, gc=False, rename="camel"):
    phase: str | None = None
    pod_ip: str | None = msgspec.field(name="podIP", default=None)
    conditions: msgspec.Raw = _NONE
    start_time: str | None = None
    init_container_statuses: msgspec.Raw = _NONE
    container_statuses: msgspec.Raw = _NONE


class PodItem(msgspec.Struct, gc=False):
    """One pod of a list. What is Raw differs from pod to pod or is read of few; it is decoded on demand."""

    kind: str | None = None
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


class _Owner(msgspec.Struct, gc=False):
    kind: str | None = None
    name: str | None = None
    controller: bool | None = None


class _Claim(msgspec.Struct, gc=False, rename="camel"):
    claim_name: str | None = None


class _Volume(msgspec.Struct, gc=False, rename="camel"):
    name: str = ""
    persistent_volume_claim: _Claim | None = None
    ephemeral: msgspec.Raw = _NONE


class _Waiting(msgspec.Struct, gc=False):
    reason: str | None = None
    message: str | None = None


class _State(msgspec.Struct, gc=False):
    waiting: _Waiting | None = None


class _ContainerStatus(msgspec.Struct, gc=False, rename="camel"):
    state: _State | None = None
    restart_count: int | None = None


class _OnDemand(Generic[T]):
    """Decodes a field that was left Raw, when somebody wants it."""

    def __init__(self, form: type[T], what: str) -> None:
        self._decoder = msgspec.json.Decoder(form)
        self._what = f"a pod's {what}"

    def read(self, raw: msgspec.Raw) -> T | None:
        """The field; None when it is absent or null. Raises UnreadError."""
        return None if bytes(raw) in _NOTHING else decode_with(self._decoder, raw, self._what)


_LABELS = _OnDemand(dict[str, str], "labels")
_ANNOTATIONS = _OnDemand(dict[str, str], "annotations")
_OWNERS = _OnDemand(list[_Owner], "ownerReferences")
_NODE_SELECTOR = _OnDemand(dict[str, str], "nodeSelector")
_TOLERATIONS = _OnDemand(list[TolerationItem], "tolerations")
_VOLUMES = _OnDemand(list[_Volume], "volumes")
_STATUSES = _OnDemand(list[_ContainerStatus], "container statuses")
_CONDITIONS = _OnDemand(list[_Condition], "conditions")
_RESOURCES = _OnDemand(Requirements, "resources")
_OVERHEAD = _OnDemand(ResourceList, "overhead")


def is_ready(item: PodItem) -> bool:
    """The Ready condition. A running pod without any condition, as made by hand, is taken as ready."""
    raw = item.status.conditions
    if _IS_READY(raw):
        return True
    conditions = _CONDITIONS.read(raw)
    if conditions is None:
        return item.status.phase == "Running"
    return any(condition.type == "Ready" and condition.status == "True" for condition in conditions)


def sandbox_is_made(pod: Pod) -> bool:
    """Whether the pod got past its sandbox: it says so, or waits for what only comes afterwards."""
    return pod.sandbox_made is True or any(reason not in _BEFORE_SANDBOX for reason in pod.waiting_reasons)


def requests_key(item: PodItem) -> tuple[bytes, ...]:
    """The bytes that decide what a pod asks for: pods with the same ones ask for the same."""
    spec = item.spec
    key = tuple([bytes(container.resources) for container in spec.containers or ()])
    if not (spec.init_containers or bytes(spec.overhead) or bytes(spec.resources)):
        return key
    init = [f"{one.restart_policy} ".encode() + bytes(one.resources) for one in spec.init_containers or ()]
    return (*key, b"init", *init, b"pod", bytes(spec.overhead), bytes(spec.resources))


def requests_of(item: PodItem) -> Resources:
    """What the scheduler reckons this pod at. Raises UnreadError for what is no quantity."""
    spec = item.spec
    return pod_requests(
        map(_needs, spec.containers or ()),
        map(_needs, spec.init_containers or ()),
        _OVERHEAD.read(spec.overhead),
        _RESOURCES.read(spec.resources),
    )


def whole_pod(item: PodItem, *, ready: bool, deleting: bool, requests: Resources) -> Pod:
    """The pod with everything that Pod has. Raises UnreadError for what is not as the API gives it."""
    meta, spec, status = item.metadata, item.spec, item.status
    conditions = {condition.type: condition for condition in _CONDITIONS.read(status.conditions) or ()}
    scheduled, at = conditions.get("PodScheduled"), conditions.get("Ready")
    made = next((conditions[name] for name in _SANDBOX_MADE if name in conditions), None)
    waiting, restarts = _containers(status)
    owners = _OWNERS.read(meta.owner_references) or []
    owner = next((o for o in owners if o.controller), owners[0] if owners else _Owner())
    annotations = _ANNOTATIONS.read(meta.annotations) or {}
    return Pod(
        namespace=meta.namespace,
        name=meta.name,
        created=meta.creation_timestamp or LONG_AGO,
        node=spec.node_name or None,
        phase=status.phase or "Pending",
        host_network=bool(spec.host_network),
        ip=status.pod_ip or None,
        labels=pairs(labels_of(item)),
        owner_kind=owner.kind,
        owner_name=owner.name,
        deleting=deleting,
        scheduled=_holds(scheduled),
        scheduled_since=_since(scheduled),
        unscheduled_reason=clip(scheduled.reason) if scheduled else "",
        unscheduled_message=clip(scheduled.message) if scheduled else "",
        ready=ready,
        ready_since=_since(at),
        sandbox_made=_holds(made),
        waiting_reasons=tuple(clip(w.reason) for w in waiting),
        waiting_messages=tuple(clip(w.message) for w in waiting),
        restarts=restarts,
        started=instant(status.start_time),
        requests=requests,
        node_selector=pairs(_NODE_SELECTOR.read(spec.node_selector)),
        tolerations=_tolerations(bytes(spec.tolerations)),
        volume_claims=_claims(item),
        images=tuple(container.image for container in spec.containers or () if container.image),
        ip_pool=clip(annotations.get(_IP_POOL)) or None,
    )


def labels_of(item: PodItem) -> dict[str, str]:
    """The pod's labels. Raises UnreadError."""
    return _LABELS.read(item.metadata.labels) or {}


def since_not_ready(item: PodItem) -> datetime:
    """Since when the pod is not ready: its Ready condition's last change, else its creation."""
    at = next((c for c in _CONDITIONS.read(item.status.conditions) or () if c.type == "Ready"), None)
    return _since(at) or item.metadata.creation_timestamp or LONG_AGO


def _needs(container: _Container) -> Container:
    asked = _RESOURCES.read(container.resources)
    return Container(resources=asked, restart_policy=container.restart_policy)


@lru_cache(maxsize=1024)
def _tolerations(raw: bytes) -> tuple[Toleration, ...]:
    """Tolerations by their bytes: most pods have the same."""
    return tolerations(_TOLERATIONS.read(msgspec.Raw(raw)))


def _holds(condition: _Condition | None) -> bool | None:
    return None if condition is None else condition.status == "True"


def _since(condition: _Condition | None) -> datetime | None:
    return instant(condition.last_transition_time) if condition else None


def _containers(status: _Status) -> tuple[list[_Waiting], int]:
    """What containers wait for, init containers first, and how often they were started again."""
    told = [
        *(_STATUSES.read(status.init_container_statuses) or ()),
        *(_STATUSES.read(status.container_statuses) or ()),
    ]
    waiting = [one.state.waiting for one in told if one.state and one.state.waiting]
    return waiting, sum(one.restart_count or 0 for one in told)


def _claims(item: PodItem) -> tuple[str, ...]:
    """The claims it mounts; a generic ephemeral volume's claim is named after the pod and the volume."""
    found = []
    for volume in _VOLUMES.read(item.spec.volumes) or ():
        claim = volume.persistent_volume_claim
        if claim and claim.claim_name:
            found.append(claim.claim_name)
        elif bytes(volume.ephemeral) not in _NOTHING:
            found.append(f"{item.metadata.name}-{volume.name}")
    return tuple(found)
