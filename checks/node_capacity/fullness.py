"""When an ENI node can take no further pod, and when that cannot be told."""

from collections.abc import Collection, Iterable, Iterator

from checks.model import Undecided
from checks.parts.aws import InstanceTypes
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import NodeAccount
from checks.parts.pods import Pods
from checks.scale import counted


def is_full(account: NodeAccount) -> bool:
    """Every address that the node can ever hold is attached, handed out, and taken or asked for.

    False when a figure is missing: what is not known is not full.
    """
    if account.capacity is None or account.pods_with_address is None:
        return False
    grown = all(held is None or held >= account.capacity for held in (account.attached, account.allocated))
    return grown and account.pods_with_address + account.own >= account.capacity


def at_pod_limit(account: NodeAccount, pods: Pods) -> bool:
    """The kubelet's limit lets no further pod onto the node; one that is just being deleted counts too."""
    load = pods.on_node.get(account.name)
    return bool(load and account.max_pods and load.pods + load.terminating >= account.max_pods)


def addresses_bind(capped: Collection[NodeAccount], wanted: int) -> bool:
    """A higher pod limit on these nodes would help fewer than half of those who wait: addresses are out.

    False while no node is full, or while a node's addresses are not known.
    """
    free = [0 if is_full(a) else a.free_for_pods for a in capped]
    known = [count for count in free if count is not None]
    return len(known) == len(free) and any(map(is_full, capped)) and 2 * sum(known) < wanted


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
