"""What the checks of prefix delegation look at: each ENI node, its type, account, and waiting pods."""

from collections.abc import Iterable
from dataclasses import dataclass

from checks.model import Explains, Subject
from checks.parts.aws import InstanceType, InstanceTypes
from checks.parts.cilium import CiliumVersion
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, NodeAccount, StuckPod, Waiting
from checks.parts.nodes import Node, Nodes

BARE_METAL_SINCE = (1, 18)
"""Before, Cilium took prefixes on Nitro only, bare metal excluded (https://github.com/cilium/cilium/pull/39678)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EniNode:
    """A Node that has a CiliumNode; ``kind`` is its instance type's limits where those were read."""

    node: Node
    cilium: CiliumNode
    kind: InstanceType | None
    account: NodeAccount | None
    stuck: tuple[StuckPod, ...]

    @property
    def name(self) -> str:
        """The Node's name."""
        return self.node.name

    @property
    def subject(self) -> Subject:
        """The Node as a subject."""
        return Subject("Node", self.node.name)

    @property
    def type_name(self) -> str | None:
        """The instance type's name."""
        return self.cilium.eni.instance_type or self.node.instance_type

    @property
    def holds_prefixes(self) -> bool:
        """Whether an ENI of its pods has a delegated block."""
        return any(eni.prefixes for eni in self.cilium.pod_enis)

    @property
    def plain(self) -> bool:
        """Whether its pods live on single secondary addresses alone."""
        return not self.holds_prefixes and any(eni.lone for eni in self.cilium.pod_enis)

    @property
    def full(self) -> bool:
        """Whether it can hold no further pod address, as far as its account is known."""
        return self.account is not None and self.account.free_for_pods == 0

    def may_have_prefixes(self, version: CiliumVersion | None) -> bool | None:
        """Whether Cilium of this version takes prefixes on this type; None: the type was not read."""
        if self.kind is None:
            return None
        if self.kind.bare_metal and version is not None and version.minor < BARE_METAL_SINCE:
            return self.kind.hypervisor == "nitro"
        return self.kind.prefixes_possible


def eni_nodes(
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    instance_types: InstanceTypes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> tuple[EniNode, ...]:
    """Every Node with a CiliumNode, in the order of the Nodes."""
    return tuple(
        EniNode(
            node=node,
            cilium=mine,
            kind=_kind(node, mine, instance_types),
            account=accounts.by_node.get(node.name) if accounts else None,
            stuck=waiting.stuck_on.get(node.name, ()) if waiting else (),
        )
        for node in nodes.items
        if (mine := cilium_nodes.by_name.get(node.name)) is not None
    )


def _kind(node: Node, mine: CiliumNode, types: InstanceTypes | None) -> InstanceType | None:
    return types.by_name.get(mine.eni.instance_type or node.instance_type or "") if types else None


def stuck_pods(nodes: Iterable[EniNode]) -> Explains:
    """The claim on the pods that wait for an address on these nodes."""
    return Explains("pods-without-ip", frozenset(item.subject for node in nodes for item in node.stuck))
