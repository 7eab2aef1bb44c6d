"""Groups of pods and loads of nodes while they are counted."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from checks.collect.requests import NOTHING
from checks.parts.kubernetes import Labels
from checks.parts.nodes import Resources
from checks.parts.pods import NodeLoad, PodGroup

SAMPLE = 5  # names that a group keeps of its pods


@dataclass(slots=True)
class Group:
    """A PodGroup as it is counted."""

    namespace: str
    labels: Labels
    host_network: bool
    kept: bool
    total: int = 0
    ready: int = 0
    not_ready_since: datetime | None = None
    ready_names: list[str] = field(default_factory=list)
    not_ready_names: list[str] = field(default_factory=list)
    resources: msgspec.Raw | None = None  # of the latest pod: the next one mostly asks for the same
    requests: Resources = NOTHING

    def part(self) -> PodGroup:
        """The group as it was counted."""
        return PodGroup(
            namespace=self.namespace,
            labels=self.labels,
            host_network=self.host_network,
            total=self.total,
            ready=self.ready,
            not_ready_since=self.not_ready_since,
            sample=tuple([*self.not_ready_names, *self.ready_names][:SAMPLE]),
        )


@dataclass(slots=True)
class Load:
    """A NodeLoad as it is counted."""

    name: str
    pods: int = 0
    host_network: int = 0
    with_address: int = 0
    terminating: int = 0
    cpu_milli: int = 0
    memory_bytes: int = 0
    ephemeral_bytes: int = 0

    def part(self) -> NodeLoad:
        """The load as it was counted."""
        return NodeLoad(
            pods=self.pods,
            host_network=self.host_network,
            with_address=self.with_address,
            terminating=self.terminating,
            requests=Resources(
                cpu_milli=self.cpu_milli, memory_bytes=self.memory_bytes, ephemeral_bytes=self.ephemeral_bytes
            ),
        )
