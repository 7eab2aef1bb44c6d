"""The figures of the report, from the snapshot; what could not be known is None, never 0."""

from bisect import bisect_left
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from checks.free_blocks import free_blocks_of
from checks.parts.aws import InstanceType
from checks.parts.derived import NodeAccount
from checks.parts.nodes import Node
from checks.parts.vpc import Subnet
from checks.reach import reachable_median
from checks.report import (
    Facts,
    InstanceTypeFacts,
    IpamFacts,
    NodeDetail,
    NodeFacts,
    PodFacts,
    SubnetFacts,
    VersionFacts,
)
from checks.selectors import candidate_subnets
from checks.snapshot import Snapshot

_SOMEBODY_ELSES = frozenset({"chained", "delegated-plugin", "crd"})
"""Modes in which another hands out the addresses: only the pods show where they come from."""


def facts_of(snapshot: Snapshot) -> Facts:
    """All figures of one snapshot."""
    accounts = snapshot.accounts.items if snapshot.accounts else ()
    used_by_pods = _subnets_of_pods(snapshot)
    subnets = snapshot.subnets.by_id.values() if snapshot.subnets else ()
    return Facts(
        versions=VersionFacts(
            cilium=snapshot.version.text if snapshot.version else None,
            kubernetes=snapshot.kubernetes.short if snapshot.kubernetes else None,
        ),
        nodes=_nodes(snapshot),
        pods=_pods(snapshot),
        ipam=_ipam(snapshot, accounts),
        nodes_detail=tuple(_detail(node, snapshot) for node in _node_items(snapshot)),
        subnets=tuple(_subnet(subnet, used_by_pods, snapshot) for subnet in sorted(subnets, key=_by_id)),
        instance_types=tuple(_instance_type(item) for item in _types(snapshot)),
    )


def _by_id(subnet: Subnet) -> str:
    return subnet.id


def _node_items(snapshot: Snapshot) -> tuple[Node, ...]:
    return snapshot.nodes.items if snapshot.nodes else ()


def _types(snapshot: Snapshot) -> list[InstanceType]:
    found = snapshot.instance_types.by_name if snapshot.instance_types else {}
    return [found[name] for name in sorted(found)]


def _instance_type(item: InstanceType) -> InstanceTypeFacts:
    return InstanceTypeFacts(
        name=item.name,
        enis=item.enis,
        ipv4_per_eni=item.ipv4_per_eni,
        hypervisor=item.hypervisor,
        vcpus=item.vcpus,
        prefixes=item.prefixes_possible,
    )


def _nodes(snapshot: Snapshot) -> NodeFacts:
    reachable = reachable_median(snapshot.health) if snapshot.health else None
    if snapshot.nodes is None:
        return NodeFacts(total=None, ready=None, reachable=reachable)
    ready = sum(node.ready is True for node in snapshot.nodes.items)
    return NodeFacts(total=len(snapshot.nodes.items), ready=ready, reachable=reachable)


def _pods(snapshot: Snapshot) -> PodFacts:
    pods = snapshot.pods
    if pods is None:
        return PodFacts(total=None, running=None, not_scheduled=None, without_ip=None)
    return PodFacts(
        total=pods.total, running=pods.running, not_scheduled=pods.not_scheduled, without_ip=pods.without_ip
    )


def _ipam(snapshot: Snapshot, accounts: tuple[NodeAccount, ...]) -> IpamFacts:
    return IpamFacts(
        mode=snapshot.cilium.ipam_mode if snapshot.cilium else None,
        prefix_delegation=_prefix_delegation(snapshot, accounts),
        capacity=_sum(account.capacity for account in accounts),
        attached=_sum(account.attached for account in accounts),
        used=_sum(account.used for account in accounts),
    )


def _prefix_delegation(snapshot: Snapshot, accounts: tuple[NodeAccount, ...]) -> bool | None:
    """What is in effect: any node that holds prefixes proves it, else what is configured."""
    held = snapshot.cilium_nodes.items if snapshot.cilium_nodes else ()
    if any(eni.prefixes for node in held for eni in node.enis):
        return True
    if snapshot.cilium is None:
        return None
    return snapshot.cilium.ipam_mode == "eni" and snapshot.cilium.prefix_delegation


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum, or None when there is nothing to add or one figure is unknown."""
    found = list(values)
    known = [value for value in found if value is not None]
    return sum(known) if known and len(known) == len(found) else None


def _detail(node: Node, snapshot: Snapshot) -> NodeDetail:
    account = snapshot.accounts.by_node.get(node.name) if snapshot.accounts else None
    load = snapshot.pods.on_node.get(node.name) if snapshot.pods else None
    pods = None if snapshot.pods is None else load.pods if load else 0
    return NodeDetail(
        name=node.name,
        zone=node.zone,
        instance_type=account.instance_type if account else node.instance_type,
        capacity=account.capacity if account else None,
        attached=account.attached if account else None,
        allocated=account.allocated if account else None,
        used=account.used if account else None,
        free_for_pods=account.free_for_pods if account else None,
        max_pods=node.max_pods,
        pods=pods,
    )


def _subnet(subnet: Subnet, used_by_pods: frozenset[str] | None, snapshot: Snapshot) -> SubnetFacts:
    blocks = None
    if snapshot.interfaces is not None:
        blocks = free_blocks_of(subnet, snapshot.interfaces, snapshot.reservations)
        if blocks is not None and not blocks.exact and _refused(subnet, snapshot):
            blocks = None
    return SubnetFacts(
        id=subnet.id,
        zone=subnet.zone,
        free_addresses=subnet.free,
        free_prefixes=blocks.count if blocks else None,
        used_by_pods=None if used_by_pods is None else subnet.id in used_by_pods,
    )


def _refused(subnet: Subnet, snapshot: Snapshot) -> bool:
    """Whether this subnet's reservations were asked for in vain: the blocks then are an upper bound only."""
    if snapshot.reservations is not None:
        return subnet.id in snapshot.reservations.errors
    gap = snapshot.gaps.get("reservations")
    return gap is not None and not gap.reason.startswith("not asked")


def _subnets_of_pods(snapshot: Snapshot) -> frozenset[str] | None:
    """Ids of the subnets that pods' addresses come from; None when that cannot be told."""
    if snapshot.cilium is None:
        return None
    if snapshot.cilium.allocator in _SOMEBODY_ELSES:
        return _subnets_of_addresses(snapshot)
    if snapshot.cilium.allocator != "eni":
        return frozenset()
    if snapshot.cilium_nodes is None:
        return None
    found = set()
    for node in snapshot.cilium_nodes.items:
        attached = {eni.subnet_id for eni in node.pod_enis if eni.subnet_id and (eni.lone or eni.prefixes)}
        found |= attached or {s.id for s in candidate_subnets(node, snapshot.subnets)}
    return frozenset(found)


def _subnets_of_addresses(snapshot: Snapshot) -> frozenset[str] | None:
    """Ids of the subnets that some pod of the pod network has its address of."""
    if snapshot.pods is None or snapshot.subnets is None:
        return None
    taken = sorted(ip for pod in snapshot.pods.addresses if (ip := _number(pod.ip)) is not None)
    found = set()
    for subnet in snapshot.subnets.by_id.values():
        if subnet.cidr is None:
            continue
        network = IPv4Network(subnet.cidr, strict=False)
        first, last = int(network.network_address), int(network.broadcast_address)
        at = bisect_left(taken, first)
        if at < len(taken) and taken[at] <= last:
            found.add(subnet.id)
    return frozenset(found)


def _number(address: str) -> int | None:
    """An IPv4 address as a number; None for any other text."""
    try:
        return int(IPv4Address(address))
    except ValueError:
        return None
