"""Nodes that share a zone and its subnets, what waits on them, and how much those subnets have left."""

from dataclasses import dataclass

from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, NodeAccount, StuckPod, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Subnet, Subnets
from checks.subnets.selection import candidates, free_in, zone_of


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes of one zone that may use the same subnets.

    ``stuck``: pods that a further address would help; ``bare``: nodes that never got one. ``free``: single
    addresses left in the subnets; None when one of them did not tell.
    """

    zone: str | None
    subnets: tuple[Subnet, ...]
    nodes: list[str]
    bare: list[str]
    stuck: list[StuckPod]
    free: int | None

    @property
    def starves(self) -> bool:
        """Whether somebody waits for an address that these subnets are known not to have."""
        waits = bool(self.stuck or self.bare)
        return waits and self.free is not None and self.free < max(1, len(self.stuck))


def groups_of(
    nodes: Nodes, cilium_nodes: CiliumNodes, subnets: Subnets, accounts: Accounts, waiting: Waiting
) -> list[Group]:
    """Every group; nodes for which no subnet is selected in their zone are in none: another fault."""
    groups: dict[tuple[str, ...], Group] = {}
    for node in nodes.items:
        mine = cilium_nodes.by_name.get(node.name)
        zone = zone_of(mine, node) if mine else None
        usable = candidates(mine, zone, subnets) if mine else ()
        if mine is None or not usable:
            continue
        key = tuple(subnet.id for subnet in usable)
        group = groups.setdefault(key, Group(zone, usable, [], [], [], free_in(usable)))
        group.nodes.append(node.name)
        if could_grow(accounts.by_node.get(node.name)):
            group.stuck.extend(waiting.stuck_on.get(node.name, ()))
            if not any(eni.size for eni in mine.pod_enis):
                group.bare.append(node.name)
    return list(groups.values())


def could_grow(account: NodeAccount | None) -> bool:
    """Whether the node has slots left; unknown figures count as room, a full node never does."""
    if account is None or account.capacity is None or account.attached is None:
        return True
    return account.attached < account.capacity
