"""What follows from several parts at once, computed once per sweep by checks.derive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from checks.model import Subject
from checks.parts.pods import Pod


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAccount:
    """One node's addresses, gross, and its pods; None is unknown (report-format: Figures).

    ``capacity``: what it could ever hold; ``attached``: what it holds now; ``allocated``: what its agent may
    hand out; ``used``: what is taken, the node's own addresses included. ``own``: how many of them are the
    router's, the health endpoint's and an ingress listener's. ``prefixes``: whether delegated /28 blocks are
    in effect on this node. ``used_asked`` is the path that ``used`` was read from.
    """

    name: str
    zone: str | None = None
    instance_type: str | None = None
    capacity: int | None = None
    attached: int | None = None
    allocated: int | None = None
    used: int | None = None
    used_asked: str = ""
    own: int = 2
    prefixes: bool | None = None
    max_pods: int | None = None
    pods: int | None = None
    host_network: int | None = None

    @property
    def free_for_pods(self) -> int | None:
        """Addresses that further pods can get on this node; it may have to attach some first."""
        if self.capacity is None or self.used is None:
            return None
        return max(0, self.capacity - max(self.used, self.own))  # the agent comes before any pod

    @property
    def pods_with_address(self) -> int | None:
        """Pods on this node that want an address of the pod network."""
        if self.pods is None or self.host_network is None:
            return None
        return self.pods - self.host_network


@dataclass(frozen=True)
class Accounts:
    """Every node on which Cilium hands out addresses, sorted by name; ``mode`` None: the config is unread.

    ``unsupported``: nodes that are not counted, by reason (Fargate, Auto Mode, hybrid, Windows).
    """

    mode: str | None = None
    items: tuple[NodeAccount, ...] = ()
    unsupported: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def by_node(self) -> Mapping[str, NodeAccount]:
        """Accounts by node name."""
        return {item.name: item for item in self.items}


@dataclass(frozen=True, slots=True)
class SchedulerReason:
    """``nodes`` nodes refuse the pod for ``text``, e.g. (14, "Too many pods")."""

    nodes: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnscheduledPod:
    """A pod past the grace that no node was found for, and what the scheduler said of it.

    ``message``: the whole text; empty when neither condition nor event told. ``asked``/``field``: its place.
    ``reasons``: parsed from the part before "preemption:"; the sum of their nodes is the nodes looked at.
    """

    pod: Pod
    message: str = ""
    reasons: tuple[SchedulerReason, ...] = ()
    nodes_total: int | None = None
    asked: str = ""
    field: str = ""

    @property
    def subject(self) -> Subject:
        """The pod as a subject."""
        return Subject("Pod", self.pod.name, self.pod.namespace)

    def says(self, *texts: str) -> int:
        """How many nodes refuse it for a reason that contains one of these texts (any case)."""
        wanted = tuple(text.lower() for text in texts)
        return sum(r.nodes for r in self.reasons if any(text in r.text.lower() for text in wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckPod:
    """A pod bound to a node past the grace, without address and without sandbox.

    ``message``: the newest FailedCreatePodSandBox text, or "".
    """

    pod: Pod
    message: str = ""

    @property
    def subject(self) -> Subject:
        """The pod as a subject."""
        return Subject("Pod", self.pod.name, self.pod.namespace)


@dataclass(frozen=True)
class Waiting:
    """The pods that wait past the grace: for the scheduler, or for an address."""

    unscheduled: tuple[UnscheduledPod, ...] = ()
    without_ip: tuple[StuckPod, ...] = ()

    @cached_property
    def stuck_on(self) -> Mapping[str, tuple[StuckPod, ...]]:
        """Pods without an address by node name."""
        found: dict[str, list[StuckPod]] = {}
        for item in self.without_ip:
            found.setdefault(item.pod.node or "", []).append(item)
        return {key: tuple(items) for key, items in found.items()}
