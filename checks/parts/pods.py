"""Pods, folded: counts per node and group, and one by one those that matter.

Shapes follow the official API reference (https://kubernetes.io/docs/reference/kubernetes-api/); only fields
that some check reads are kept. Times are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar, NamedTuple

from checks.parts.kubernetes import Labels
from checks.parts.nodes import Resources, Toleration


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod that matters on its own: waiting, not ready, or part of Cilium, DNS or the AWS CNI."""

    namespace: str
    name: str
    created: datetime
    node: str | None = None
    phase: str = "Pending"
    host_network: bool = False
    ip: str | None = None
    labels: Labels = ()
    owner_kind: str | None = None
    owner_name: str | None = None
    deleting: bool = False  # a deletion older than the grace: stuck, and still counted
    scheduled: bool | None = None  # the PodScheduled condition
    scheduled_since: datetime | None = None
    unscheduled_reason: str = ""  # "Unschedulable", "SchedulingGated" …
    unscheduled_message: str = ""
    ready: bool = False
    ready_since: datetime | None = None  # last transition of the Ready condition
    sandbox_made: bool | None = None  # PodReadyToStartContainers / PodHasNetwork; None: no such condition
    waiting_reasons: tuple[str, ...] = ()  # container waiting reasons, init containers first
    waiting_messages: tuple[str, ...] = ()
    last_words: tuple[str, ...] = ()  # termination messages of its containers
    restarts: int = 0
    started: datetime | None = None  # status.startTime
    requests: Resources = field(default_factory=Resources)
    node_selector: Labels = ()
    tolerations: tuple[Toleration, ...] = ()
    volume_claims: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    ip_pool: str | None = None  # annotation ipam.cilium.io/ip-pool

    def label(self, key: str) -> str | None:
        """The value of one label, or None."""
        for name, value in self.labels:
            if name == key:
                return value
        return None


class PodAddress(NamedTuple):
    """A live pod of the pod network and its address. There are tens of thousands: a tuple is made fast."""

    namespace: str
    name: str
    node: str
    ip: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PodGroup:
    """Live pods of one namespace with the same labels, counted (labels that name one pod are left out)."""

    namespace: str
    labels: Labels
    host_network: bool
    total: int
    ready: int
    not_ready_since: datetime | None  # the earliest among those that are not ready
    sample: tuple[str, ...]  # names of up to 5, the not ready ones first


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLoad:
    """What runs on one node. ``pods`` counts what counts against the kubelet's cap.

    ``terminating`` (deleted within the grace; in no other figure) still hold their place for the scheduler.
    ``with_address``: pods of the pod network that have an IP. ``requests``: sum over ``pods``.
    """

    pods: int = 0
    host_network: int = 0
    with_address: int = 0
    terminating: int = 0
    requests: Resources = field(default_factory=Resources)


@dataclass(frozen=True)
class Pods:
    """All live pods, folded: Succeeded, Failed and those just being deleted count nowhere.

    ``not_scheduled`` and ``without_ip`` are counted at ``taken_at``, without the grace (report-format.md).
    ``items`` holds only the pods that matter on their own (see Pod); ``leftovers`` those in phase Failed.
    """

    ASKED: ClassVar[str] = "kubernetes/api/v1/pods"
    total: int = 0
    running: int = 0
    not_scheduled: int = 0
    without_ip: int = 0
    on_node: Mapping[str, NodeLoad] = field(default_factory=dict)
    groups: tuple[PodGroup, ...] = ()
    items: tuple[Pod, ...] = ()
    addresses: tuple[PodAddress, ...] = ()
    leftovers: tuple[Pod, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], Pod]:
        """The kept pods by (namespace, name)."""
        return {(pod.namespace, pod.name): pod for pod in self.items}
