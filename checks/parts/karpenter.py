"""What Karpenter's objects said: node pools, node claims, node classes.

Shapes follow Karpenter's API, v1 and v1beta1 (https://karpenter.sh/docs/concepts/).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from checks.parts.nodes import Taint


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePool:
    """One NodePool. ``max_pods`` is that of v1beta1's ``kubelet``; v1 has it in the node class."""

    name: str
    node_class: str | None = None
    taints: tuple[Taint, ...] = ()
    startup_taints: tuple[Taint, ...] = ()
    max_pods: int | None = None


@dataclass(frozen=True)
class NodePools:
    """Every NodePool, sorted by name; none where Karpenter is not installed."""

    ASKED: ClassVar[str] = "kubernetes/apis/karpenter.sh/v1/nodepools"
    items: tuple[NodePool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeClaim:
    """One NodeClaim. ``max_pods`` is what Karpenter reckons with: ``status.allocatable.pods``."""

    name: str
    created: datetime
    deleting: bool = False
    pool: str | None = None
    node: str | None = None
    max_pods: int | None = None
    initialized: bool = False


@dataclass(frozen=True)
class NodeClaims:
    """Every NodeClaim, sorted by name; none where Karpenter is not installed."""

    ASKED: ClassVar[str] = "kubernetes/apis/karpenter.sh/v1/nodeclaims"
    items: tuple[NodeClaim, ...] = ()

    @cached_property
    def by_node(self) -> Mapping[str, NodeClaim]:
        """Claims by the name of the node that they became."""
        return {claim.node: claim for claim in self.items if claim.node}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ec2NodeClass:
    """One EC2NodeClass. ``user_data_max_pods``: a pod limit that its user data sets beside ``max_pods``."""

    name: str
    max_pods: int | None = None
    pods_per_core: int | None = None
    user_data_max_pods: int | None = None


@dataclass(frozen=True)
class Ec2NodeClasses:
    """EC2NodeClasses by name; none where Karpenter is not installed."""

    ASKED: ClassVar[str] = "kubernetes/apis/karpenter.k8s.aws/v1/ec2nodeclasses"
    by_name: Mapping[str, Ec2NodeClass] = field(default_factory=dict)
