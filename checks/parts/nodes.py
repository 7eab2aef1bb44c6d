"""Nodes as the Kubernetes API has them: capacity, taints, conditions and pod ranges.

Shapes follow the official API reference (https://kubernetes.io/docs/reference/kubernetes-api/); only fields
that some check reads are kept. Times are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Quantities: CPU in thousandths of a core, memory and ephemeral storage in bytes."""

    cpu_milli: int = 0
    memory_bytes: int = 0
    ephemeral_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taint:
    """One ``spec.taints[]``."""

    key: str
    value: str = ""
    effect: str = ""
    added: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toleration:
    """One ``tolerations[]``; an empty key with operator Exists tolerates everything."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""

    def tolerates(self, taint: Taint) -> bool:
        """The scheduler's rule (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/)."""
        if self.effect and self.effect != taint.effect:
            return False
        if self.operator == "Exists":
            return self.key in ("", taint.key)
        return self.key == taint.key and self.value == taint.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One Node. ``ready`` is the Ready condition (None: no such condition yet)."""

    name: str
    created: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations_pod_cidr: str | None = None  # network.cilium.io/ipv4-pod-cidr
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    provider_id: str | None = None
    internal_ips: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()  # every status.addresses[].address that is an IP address
    pod_cidrs: tuple[str, ...] = ()  # spec.podCIDRs
    max_pods: int | None = None  # status.allocatable.pods
    allocatable: Resources | None = None
    ready: bool | None = None
    ready_since: datetime | None = None  # last transition of the Ready condition
    ready_reason: str = ""
    ready_message: str = ""
    os_image: str = ""
    os: str = "linux"
    kubelet_version: str = ""
    deleted: bool = False

    @property
    def instance_id(self) -> str | None:
        """``i-…`` of ``aws:///eu-west-1a/i-…``; None for Fargate, hybrid and foreign nodes."""
        last = (self.provider_id or "").rsplit("/", 1)[-1]
        return last if last.startswith("i-") else None

    @property
    def zone(self) -> str | None:
        """Availability zone, from the well-known label."""
        return self.labels.get("topology.kubernetes.io/zone") or self.labels.get(
            "failure-domain.beta.kubernetes.io/zone"
        )

    @property
    def instance_type(self) -> str | None:
        """EC2 instance type, from the well-known label."""
        return self.labels.get("node.kubernetes.io/instance-type") or self.labels.get(
            "beta.kubernetes.io/instance-type"
        )

    @property
    def nodegroup(self) -> str | None:
        """EKS managed node group, from EKS's label."""
        return self.labels.get("eks.amazonaws.com/nodegroup")

    @property
    def compute_type(self) -> str:
        """``ec2``, or what EKS says: ``fargate``, ``auto``, ``hybrid``; ``windows`` for that system."""
        if self.os == "windows":
            return "windows"
        return self.labels.get("eks.amazonaws.com/compute-type", "ec2")


@dataclass(frozen=True)
class Nodes:
    """Every Node, sorted by name."""

    ASKED: ClassVar[str] = "kubernetes/api/v1/nodes"
    items: tuple[Node, ...] = ()

    @cached_property
    def taints(self) -> tuple[Taint, ...]:
        """The different taints of all nodes, whenever they were added."""
        kinds = {(t.key, t.value, t.effect) for node in self.items for t in node.taints}
        return tuple(Taint(key=key, value=value, effect=effect) for key, value, effect in sorted(kinds))

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Nodes by name."""
        return {node.name: node for node in self.items}
