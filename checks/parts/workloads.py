"""DaemonSets and Deployments.

Shapes follow the official API reference (https://kubernetes.io/docs/reference/kubernetes-api/); only fields
that some check reads are kept. Times are aware and in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from checks.parts.kubernetes import Labels
from checks.parts.nodes import Toleration


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One DaemonSet or Deployment. ``desired``: desiredNumberScheduled, or spec.replicas."""

    namespace: str
    name: str
    created: datetime
    desired: int = 0
    ready: int = 0
    available: int = 0
    updated: int = 0
    images: tuple[str, ...] = ()  # of spec.template's containers, init containers excluded
    labels: Labels = ()
    pod_labels: Labels = ()
    host_network: bool = False
    dns_policy: str = "ClusterFirst"
    tolerations: tuple[Toleration, ...] = ()
    node_selector: Labels = ()
    has_affinity: bool = False
    args: tuple[str, ...] = ()  # command and args of the first container, values of credentials blanked
    env: Labels = ()  # only KUBERNETES_SERVICE_HOST/PORT, AWS_REGION and CILIUM_*; others are never kept
    replica_failure: str = ""  # message of a Deployment's ReplicaFailure condition that is True


@dataclass(frozen=True)
class DaemonSets:
    """Every DaemonSet."""

    ASKED: ClassVar[str] = "kubernetes/apis/apps/v1/daemonsets"
    items: tuple[Workload, ...] = ()

    def find(self, namespace: str, name: str) -> Workload | None:
        """One DaemonSet by its name."""
        return next((w for w in self.items if (w.namespace, w.name) == (namespace, name)), None)


@dataclass(frozen=True)
class Deployments:
    """Every Deployment."""

    ASKED: ClassVar[str] = "kubernetes/apis/apps/v1/deployments"
    items: tuple[Workload, ...] = ()

    def find(self, namespace: str, name: str) -> Workload | None:
        """One Deployment by its name."""
        return next((w for w in self.items if (w.namespace, w.name) == (namespace, name)), None)
