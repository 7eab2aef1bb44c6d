"""A pod as the API gives it, decoded no further than every pod needs, and what is read of every pod.

Each field costs 15,000 objects in a large cluster: what only some pods are asked for stands in kept_pods.
"""

import re
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from checks.collect.requests import Container, Requirements, ResourceList, pod_requests
from checks.collect.wire import LONG_AGO, Instant, decode_with, instant
from checks.parts.nodes import Resources

_NONE = msgspec.Raw()
_NOTHING = (b"", b"null")
_READY = b'"type":"Ready","status":"True"'
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


class _Container(msgspec.Struct, gc=False, rename="camel"):
    resources: msgspec.Raw = _NONE
    restart_policy: str | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    node_name: str | None = None
    host_network: bool | None = None
    containers: list[_Container] | None = None
    init_containers: list[_Container] | None = None
    resources: Requirements | None = None
    overhead: ResourceList | None = None


class Condition(msgspec.Struct, gc=False, rename="camel"):
    """One ``status.conditions[]``."""

    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    last_transition_time: str | None = None

    @property
    def holds(self) -> bool:
        """Whether it is True."""
        return self.status == "True"

    @property
    def since(self) -> datetime | None:
        """When it last changed. Raises UnreadError."""
        return instant(self.last_transition_time)


class PodStatus(msgspec.Struct, gc=False, rename="camel"):
    """A pod's status; see PodItem."""

    phase: str | None = None
    pod_ip: str | None = msgspec.field(name="podIP", default=None)
    conditions: msgspec.Raw = _NONE


class PodItem(msgspec.Struct, gc=False):
    """One pod of a list. What is Raw differs from pod to pod or is read of few; it is decoded on demand."""

    kind: str | None = None
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: PodStatus = msgspec.field(default_factory=PodStatus)


class OnDemand(Generic[T]):
    """Decodes a field that was left Raw, when somebody wants it."""

    def __init__(self, form: type[T], what: str) -> None:
        """``what`` names the field in an error."""
        self._decoder = msgspec.json.Decoder(form)
        self._what = f"a pod's {what}"

    def read(self, raw: msgspec.Raw) -> T | None:
        """The field; None when it is absent or null. Raises UnreadError."""
        return None if bytes(raw) in _NOTHING else decode_with(self._decoder, raw, self._what)


_LABELS = OnDemand(dict[str, str], "labels")
_CONDITIONS = OnDemand(list[Condition], "conditions")
_RESOURCES = OnDemand(Requirements, "resources")


def labels_of(item: PodItem) -> dict[str, str]:
    """The pod's labels. Raises UnreadError."""
    return _LABELS.read(item.metadata.labels) or {}


def conditions_of(item: PodItem) -> dict[str, Condition]:
    """The pod's conditions by their type. Raises UnreadError."""
    return {condition.type: condition for condition in _CONDITIONS.read(item.status.conditions) or ()}


def is_ready(item: PodItem) -> bool:
    """The Ready condition. A running pod without any condition, as made by hand, is taken as ready."""
    raw = bytes(item.status.conditions)
    if _READY in raw or _IS_READY(raw):
        return True
    if raw in _NOTHING:
        return item.status.phase == "Running"
    at = conditions_of(item).get("Ready")
    return at is not None and at.holds


def since_not_ready(item: PodItem) -> datetime:
    """Since when the pod is not ready: its Ready condition's last change, else its creation."""
    at = conditions_of(item).get("Ready")
    return (at and at.since) or item.metadata.creation_timestamp or LONG_AGO


def only_resources(item: PodItem) -> msgspec.Raw | None:
    """The resources that alone decide what the pod asks for, as of most pods; None when others do too."""
    spec = item.spec
    containers = spec.containers
    if spec.init_containers or spec.overhead or spec.resources or not containers or len(containers) > 1:
        return None
    return containers[0].resources


def requests_of(item: PodItem) -> Resources:
    """What the scheduler reckons this pod at. Raises UnreadError for what is no quantity."""
    spec = item.spec
    return pod_requests(
        map(_needs, spec.containers or ()),
        map(_needs, spec.init_containers or ()),
        spec.overhead,
        spec.resources,
    )


def _needs(container: _Container) -> Container:
    asked = _RESOURCES.read(container.resources)
    return Container(resources=asked, restart_policy=container.restart_policy)
