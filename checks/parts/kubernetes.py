"""What the Kubernetes API said of itself: its version, namespaces, leases and events.

Shapes follow the official API reference (https://kubernetes.io/docs/reference/kubernetes-api/); only fields
that some check reads are kept. Times are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import ClassVar

Labels = tuple[tuple[str, str], ...]
"""Label pairs sorted by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesVersion:
    """``GET /version``."""

    ASKED: ClassVar[str] = "kubernetes/version"
    git_version: str  # "v1.29.3-eks-adc7111"

    @property
    def short(self) -> str:
        """``1.29`` of ``v1.29.3-eks-adc7111``; the whole text when it has another form."""
        parts = self.git_version.removeprefix("v").split(".")
        return ".".join(parts[:2]) if len(parts) >= 2 else self.git_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A Warning event last seen within ten minutes before ``taken_at``."""

    kind: str  # of the object it is about
    namespace: str | None
    name: str
    reason: str
    message: str
    last_seen: datetime
    first_seen: datetime | None = None
    count: int = 1
    component: str = ""


@dataclass(frozen=True)
class Events:
    """Warning events that still speak, the newest last. Others are dropped while reading."""

    ASKED: ClassVar[str] = "kubernetes/api/v1/events"
    items: tuple[Event, ...] = ()

    @cached_property
    def by_object(self) -> Mapping[tuple[str, str | None, str], tuple[Event, ...]]:
        """Events by (kind, namespace, name) of the object they are about, the newest last."""
        found: dict[tuple[str, str | None, str], list[Event]] = {}
        for event in self.items:
            found.setdefault((event.kind, event.namespace, event.name), []).append(event)
        return {key: tuple(events) for key, events in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One Lease; it has lapsed when ``renewed`` is more than ``duration_s`` ago."""

    namespace: str
    name: str
    holder: str | None = None
    renewed: datetime | None = None
    duration_s: int | None = None


@dataclass(frozen=True)
class Leases:
    """Leases outside kube-node-lease (node heartbeats are dropped while reading)."""

    ASKED: ClassVar[str] = "kubernetes/apis/coordination.k8s.io/v1/leases"
    items: tuple[Lease, ...] = ()

    def find(self, namespace: str, name: str) -> Lease | None:
        """One Lease by its name."""
        return next((x for x in self.items if (x.namespace, x.name) == (namespace, name)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """One Namespace."""

    name: str
    labels: Labels = ()
    ip_pool: str | None = None  # annotation ipam.cilium.io/ip-pool


@dataclass(frozen=True)
class Namespaces:
    """Every Namespace."""

    ASKED: ClassVar[str] = "kubernetes/api/v1/namespaces"
    items: tuple[Namespace, ...] = ()
