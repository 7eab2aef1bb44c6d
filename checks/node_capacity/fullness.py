"""When an ENI node can take no further pod, and when that cannot be told."""

from collections.abc import Iterable, Iterator

from checks.model import Undecided
from checks.parts.aws import InstanceTypes
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import NodeAccount
from checks.scale import counted


def is_full(account: NodeAccount) -> bool:
    """Every address that the node can ever hold is attached, handed out, and taken or asked for.

    False when a figure is missing: what is not known is not full.
    """
    if account.capacity is None or account.pods_with_address is None:
        return False
    grown = all(held is None or held >= account.capacity for held in (account.attached, account.allocated))
    return grown and account.pods_with_address + account.own >= account.capacity


def unknown_capacity(
    accounts: Iterable[NodeAccount], types: InstanceTypes | None, cilium_nodes: CiliumNodes | None
) -> Iterator[Undecided]:
    """Why it is not known what some of these nodes can hold; nothing when it is."""
    unknown = [a for a in accounts if a.capacity is None]
    if not unknown:
        return
    if cilium_nodes is None:
        yield Undecided(part="cilium_nodes")
    if types is None:
        yield Undecided(part="instance_types")
    if cilium_nodes is None or types is None:
        return
    unlisted = [a for a in unknown if (a.instance_type or "") not in types.by_name]
    if unlisted:
        yield Undecided(
            f"the limits of the type of {counted(len(unlisted), 'node')} were not read",
            "ec2:DescribeInstanceTypes",
        )
