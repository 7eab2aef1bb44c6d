"""A node must give back the blocks of a pool that none of its pods uses."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_address

from checks.advice import change, links, look
from checks.agent_command import restart_agent
from checks.blocks import networks
from checks.capacity import block_capacity
from checks.consistency.pools_asked import pool_of
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes, PodIpPool, PodIpPools
from checks.parts.derived import Waiting
from checks.parts.kubernetes import Namespaces
from checks.parts.pods import Pods
from checks.scale import counted


@check(
    id="multipool-cidr-not-released",
    title="Idle nodes keep the blocks of a full pool",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/multi-pool/",
    modes=("multi-pool",),
)
def multipool_cidr_not_released(
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    pod_ip_pools: PodIpPools,
    pods: Pods,
    waiting: Waiting,
    namespaces: Namespaces | None,
) -> Iterator[Finding]:
    """A pool is full on paper with few pods: nodes hold blocks whose pods are long gone.

    It is a fault only where pods of that pool wait. A few large blocks in a small pool look alike and are a
    matter of its mask.
    """
    wanted = {pool_of(item, namespaces) for item in waiting.without_ip}
    for pool in pod_ip_pools.items:
        if pool.name not in wanted or not pool.mask:
            continue
        held = _held(pool, cilium_nodes)
        if not _given_out(pool, held):
            continue
        idle = {name: _idle(name, blocks, pods) for name, blocks in held.items()}
        if pool.name == "default":
            idle = {name: _spare(name, blocks, pods, cilium_nodes) for name, blocks in held.items()}
        idle = {name: blocks for name, blocks in idle.items() if blocks}
        if idle:
            stuck = frozenset(i.subject for i in waiting.without_ip if pool_of(i, namespaces) == pool.name)
            yield _finding(cilium, pool, held, idle, Explains("pods-without-ip", stuck))
            return


def _blocks(pool: PodIpPool) -> int:
    return sum(1 << max(0, pool.mask - network.prefixlen) for network in networks(pool.cidrs))


def _given_out(pool: PodIpPool, held: dict[str, tuple[IPv4Network, ...]]) -> bool:
    """Whether no further block fits; nodes may hold blocks of a mask that the pool had before."""
    total = sum(network.num_addresses for network in networks(pool.cidrs))
    taken = sum(block.num_addresses for blocks in held.values() for block in blocks)
    return total - taken < 1 << (32 - (pool.mask or 32))


def _held(pool: PodIpPool, cilium_nodes: CiliumNodes) -> dict[str, tuple[IPv4Network, ...]]:
    found = {
        node.name: networks(c for item in node.allocated if item.pool == pool.name for c in item.cidrs)
        for node in cilium_nodes.items
    }
    return {name: blocks for name, blocks in found.items() if blocks}


def _idle(name: str, blocks: tuple[IPv4Network, ...], pods: Pods) -> tuple[IPv4Network, ...]:
    """All blocks of a node on which no pod has an address of the pool."""
    return () if _used(name, blocks, pods) else blocks


def _spare(
    name: str, blocks: tuple[IPv4Network, ...], pods: Pods, cilium_nodes: CiliumNodes
) -> tuple[IPv4Network, ...]:
    """Unused blocks of the default pool, of which every node has some, beyond what its agent asks for."""
    node = cilium_nodes.by_name[name]
    own = [ip_address(address) for address in node.own_addresses if ":" not in address]
    needed = node.requested.get("default")
    room = sum(block_capacity(block.prefixlen) for block in blocks)
    spare: list[IPv4Network] = []
    for block in reversed(blocks):
        size = block_capacity(block.prefixlen)
        if needed is None or room - size < needed:
            break
        if not _used(name, (block,), pods) and not any(address in block for address in own):
            spare.append(block)
            room -= size
    return tuple(spare)


def _used(name: str, blocks: tuple[IPv4Network, ...], pods: Pods) -> bool:
    mine = (ip_address(pod.ip) for pod in pods.addresses if pod.node == name and ":" not in pod.ip)
    return any(address in block for address in mine for block in blocks)


def _finding(
    cilium: CiliumConfig,
    pool: PodIpPool,
    held: dict[str, tuple[IPv4Network, ...]],
    idle: dict[str, tuple[IPv4Network, ...]],
    explains: Explains,
) -> Finding:
    first = sorted(idle)[0]
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        title=f"{counted(len(idle), 'node keeps', 'nodes keep')} blocks of pool {pool.name} without a pod",
        because=f"All {_blocks(pool)} blocks of the pool are given out, and no pod of {first} has an address "
        "in these. Pods of this pool wait on other nodes, so it is not a pool of idle pods.",
        subjects=tuple(Subject("Node", name) for name in sorted(idle)),
        evidence=(
            Evidence(PodIpPools.ASKED, f"{pool.name}: blocks", str(_blocks(pool))),
            Evidence(
                CiliumNodes.ASKED,
                f"{first}: spec.ipam.pools.allocated[{pool.name}]",
                " ".join(map(str, idle[first])),
                len(held),
            ),
            Evidence(Pods.ASKED, f"addresses of {first} in it", "0"),
        ),
        actions=(
            look(
                "See which node holds which blocks",
                "kubectl get ciliumnodes -o "
                "custom-columns=NAME:.metadata.name,POOLS:.spec.ipam.pools.allocated",
                "Nodes without pods of the pool hold blocks of it.",
            ),
            change(
                "Restart the agents of those nodes, and upgrade",
                restart_agent(first, cilium),
                risk="new pods on this node wait while it starts; running pods keep their network",
                verify="The block is gone from the node, and the pods that wait get an address.",
            ),
        ),
        references=links("cilium#40350", "cilium#37746", "cilium#40393", "cilium#39874"),
        explains=(explains,),
    )
