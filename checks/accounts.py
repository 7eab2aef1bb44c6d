"""Every node's account of addresses: what it could hold, holds, may hand out, and has in use.

The arithmetic is that of report-format.md (Figures): gross, the node's own addresses included; None is
unknown. Where usage stands differs by mode and version
(https://docs.cilium.io/en/stable/network/concepts/ipam/).
"""

from ipaddress import ip_network

from checks.capacity import PREFIX_SIZE, block_capacity, eni_capacity, own_addresses
from checks.parts.agents import AgentMetrics, AgentStatuses
from checks.parts.aws import InstanceType
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import AttachedEni, CiliumNode, CiliumNodes, PoolAllocation
from checks.parts.derived import Accounts, NodeAccount
from checks.parts.nodes import Node
from checks.parts.pods import NodeLoad, Pods
from checks.snapshot import Snapshot

POOLS_IN_ENI_SINCE = (1, 20)
"""From 1.20 on the ENI agent hands out only what ``spec.ipam.pools.allocated`` lists (cilium#45154)."""

DEFAULT_PRE_ALLOCATE = 8
_COUNTED = frozenset({"ec2"})
_BLOCKS_IN_CILIUM_NODES = frozenset({"cluster-pool", "multi-pool"})


def accounts_of(snapshot: Snapshot) -> Accounts:
    """One account per node that Cilium serves; needs ``snapshot.nodes``, and makes do without the rest."""
    assert snapshot.nodes is not None
    mode = snapshot.cilium.allocator if snapshot.cilium else None
    unsupported: dict[str, tuple[str, ...]] = {}
    items = []
    for node in snapshot.nodes.items:
        kind = node.compute_type
        if kind not in _COUNTED:
            unsupported[kind] = (*unsupported.get(kind, ()), node.name)
            continue
        items.append(_account(node, mode, snapshot))
    return Accounts(mode=mode, items=tuple(items), unsupported=unsupported)


def _account(node: Node, mode: str | None, snapshot: Snapshot) -> NodeAccount:
    cilium_node = snapshot.cilium_nodes.by_name.get(node.name) if snapshot.cilium_nodes else None
    type_name = (cilium_node.eni.instance_type if cilium_node else None) or node.instance_type
    kind = snapshot.instance_types.by_name.get(type_name or "") if snapshot.instance_types else None
    prefixes = prefixes_effective(cilium_node, kind, snapshot.cilium) if mode == "eni" else False
    capacity, attached, allocated = _held(node, cilium_node, kind, mode, prefixes, snapshot.version)
    if cilium_node is None and snapshot.cilium_nodes is not None and mode in _BLOCKS_IN_CILIUM_NODES:
        capacity, attached, allocated = _thrice(0)  # asked, and there is none: it was given no block
    load = _load(node.name, snapshot.pods)
    own = _own(cilium_node, snapshot.cilium)
    used, used_asked = (None, "")
    if mode not in (None, "chained", "delegated-plugin"):
        taken = own if attached != 0 else 0  # who was given nothing has nothing of its own either
        used, used_asked = _used(node.name, cilium_node, mode, load, taken, snapshot)
    return NodeAccount(
        name=node.name,
        zone=node.zone,
        instance_type=type_name,
        capacity=capacity,
        attached=attached,
        allocated=allocated,
        used=used,
        used_asked=used_asked,
        own=own,
        prefixes=prefixes,
        max_pods=node.max_pods,
        pods=load.pods if load else None,
        host_network=load.host_network if load else None,
    )


def prefixes_effective(
    node: CiliumNode | None, kind: InstanceType | None, config: CiliumConfig | None
) -> bool | None:
    """Whether pods of this ENI node get addresses from delegated /28 blocks; None: it cannot be told.

    A node that holds prefixes answers by itself. Otherwise the feature must be on, the type must allow it,
    the node must not opt out, and no ENI may carry plain secondary addresses: the operator never mixes
    (https://github.com/cilium/cilium/pull/18463).
    """
    if node is not None:
        if any(eni.prefixes for eni in node.pod_enis):
            return True
        if node.eni.disable_prefix_delegation or any(_plain(eni) for eni in node.pod_enis):
            return False
    if config is not None and not config.prefix_delegation:
        return False
    if kind is not None and not kind.prefixes_possible:
        return False
    return True if node and kind and config else None


def _plain(eni: AttachedEni) -> bool:
    """Whether it gives single secondary addresses and no prefix; a primary address in use is not meant."""
    return not eni.prefixes and any(ip != eni.ip for ip in eni.lone)


def _held(
    node: Node,
    cilium_node: CiliumNode | None,
    kind: InstanceType | None,
    mode: str | None,
    prefixes: bool | None,
    version: CiliumVersion | None,
) -> tuple[int | None, int | None, int | None]:
    """Capacity, attached and allocated of one node."""
    if mode == "kubernetes":
        return _thrice(_blocks_of_node(node, cilium_node))
    if cilium_node is None:
        return None, None, None
    match mode:
        case "cluster-pool":
            held = _thrice(_sizes(cilium_node.pod_cidrs))
        case "multi-pool":
            held = _thrice(sum(_allocation_size(item) for item in cilium_node.allocated))
        case "crd":
            held = _thrice(cilium_node.pool_size)
        case "eni":
            attached = sum(eni.size for eni in cilium_node.pod_enis)
            held = (
                _eni_capacity(cilium_node, kind, prefixes),
                attached,
                _eni_allocated(cilium_node, attached, version),
            )
        case _:
            held = (None, None, None)
    return held


def _eni_capacity(node: CiliumNode, kind: InstanceType | None, prefixes: bool | None) -> int | None:
    """A node with a plain ENI beside those with prefixes keeps these and grows by single addresses."""
    if kind is None or prefixes is None:
        return None
    gave_up = any(_plain(eni) for eni in node.pod_enis)
    plain = eni_capacity(
        enis=kind.enis,
        ipv4_per_eni=kind.ipv4_per_eni,
        first_index=node.eni.first_interface_index,
        prefixes=prefixes and not gave_up,
        use_primary=node.eni.use_primary_address,
    )
    kept = sum(len(eni.prefixes) for eni in node.pod_enis) if gave_up else 0
    return plain + kept * (PREFIX_SIZE - 1)


def _eni_allocated(node: CiliumNode, attached: int, version: CiliumVersion | None) -> int:
    """An agent that writes ``pools`` is of 1.20 or later, whatever the DaemonSet asks for by now."""
    recent = version is not None and version.minor >= POOLS_IN_ENI_SINCE
    if node.used is None and (recent or node.allocated):
        return sum(
            ip_network(cidr, strict=False).num_addresses
            for item in node.allocated
            if item.pool == "default"
            for cidr in item.cidrs
            if ":" not in cidr
        )
    return attached


def _blocks_of_node(node: Node, cilium_node: CiliumNode | None) -> int | None:
    cidrs = node.pod_cidrs or ((node.annotations_pod_cidr,) if node.annotations_pod_cidr else ())
    if not cidrs and cilium_node is not None:
        cidrs = cilium_node.pod_cidrs
    return _sizes(cidrs)


def _sizes(cidrs: tuple[str, ...]) -> int:
    return sum(block_capacity(ip_network(cidr, strict=False).prefixlen) for cidr in cidrs if ":" not in cidr)


def _allocation_size(item: PoolAllocation) -> int:
    return sum(
        block_capacity(ip_network(cidr, strict=False).prefixlen, first=item.first, last=item.last)
        for cidr in item.cidrs
        if ":" not in cidr
    )


def _thrice(value: int | None) -> tuple[int | None, int | None, int | None]:
    return value, value, value


def _own(node: CiliumNode | None, config: CiliumConfig | None) -> int:
    if node is not None and node.own_addresses:
        return len(node.own_addresses)
    return own_addresses(endpoint_health=config.endpoint_health if config else True)


def _load(name: str, pods: Pods | None) -> NodeLoad | None:
    return None if pods is None else pods.on_node.get(name, NodeLoad())


def _used(
    name: str,
    node: CiliumNode | None,
    mode: str | None,
    load: NodeLoad | None,
    own: int,
    snapshot: Snapshot,
) -> tuple[int | None, str]:
    """Addresses in use and the path that said so, the most direct source first."""
    told = _told_by_agent(name, snapshot.agent_status, snapshot.agent_metrics)
    if told is not None:
        return told
    if node is not None and mode in ("eni", "crd"):
        if node.used is not None:
            return node.used, CiliumNodes.ASKED
        demand = node.requested.get("default", 0)  # written by agents from 1.20 on alone
        if mode == "eni" and demand:
            pre_allocate = node.pre_allocate if node.pre_allocate is not None else DEFAULT_PRE_ALLOCATE
            return max(0, demand - pre_allocate), CiliumNodes.ASKED
    if load is not None:
        return load.with_address + own, Pods.ASKED
    return None, ""


def _told_by_agent(
    name: str, status: AgentStatuses | None, metrics: AgentMetrics | None
) -> tuple[int, str] | None:
    if status is not None and name in status.by_node:
        used = status.by_node[name].used
        if used is not None:
            return used, AgentStatuses.ASKED.format(node=name)
    if metrics is not None and name in metrics.by_node:
        total = metrics.by_node[name].total("cilium_ip_addresses", family="ipv4")
        if total is not None:
            return int(total), AgentMetrics.ASKED.format(node=name)
    return None
