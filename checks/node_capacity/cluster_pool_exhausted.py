"""The cluster's pool must have a block left for the next node."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network

from checks.advice import change, links, look
from checks.blocks import networks
from checks.helm_upgrade import OPERATOR, helm_upgrade
from checks.model import Action, Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Waiting
from checks.parts.nodes import Nodes
from checks.scale import counted
from checks.scheduling.weigh import waits_for_nodes
from checks.stale_nodes import stale_nodes


@check(
    id="cluster-pool-exhausted",
    title="The pool has no block left for another node",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/",
    modes=("cluster-pool",),
)
def cluster_pool_exhausted(
    meta: Meta,
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    nodes: Nodes,
    waiting: Waiting | None,
    version: CiliumVersion | None,
) -> Iterator[Finding]:
    """Pool size divided by block size is the largest number of nodes.

    The node after that gets no block: its agent never becomes ready, and only the CiliumNode says why. What
    dead nodes still hold is not counted here, nor an error that the arithmetic contradicts.
    """
    stale = {node.name for node in stale_nodes(cilium_nodes, nodes, meta.taken_at)}
    alive = [node for node in cilium_nodes.items if node.name not in stale]
    total = _blocks(cilium)
    taken = _taken(cilium, alive)
    bare = [node for node in alive if not networks(node.pod_cidrs) and node.name in nodes.by_name]
    if not total or taken < total:
        return
    actions = _actions(cilium, version)
    if bare:
        yield replace(_cause(cilium, bare, taken, total, nodes, waiting), actions=actions)
    elif alive:
        yield replace(_risk(cilium, taken, total), actions=actions)


def _blocks(cilium: CiliumConfig) -> int:
    """How many blocks the pool's ranges hold; a range smaller than a block holds none."""
    return sum(1 << max(0, cilium.pool_mask - pool.prefixlen) for pool in _pools(cilium))


def _pools(cilium: CiliumConfig) -> list[IPv4Network]:
    return [pool for pool in cilium.pool_cidrs if pool.prefixlen <= cilium.pool_mask]


def _taken(cilium: CiliumConfig, alive: list[CiliumNode]) -> int:
    """Blocks of the pool that live nodes hold; a larger one counts as the blocks that it covers."""
    pools = _pools(cilium)
    shift = 32 - cilium.pool_mask
    taken: set[int] = set()  # the pool's blocks by their number, counted from 0.0.0.0
    for block in {block for node in alive for block in networks(node.pod_cidrs)}:
        if any(block.subnet_of(pool) for pool in pools):
            first = int(block.network_address) >> shift
            taken.update(range(first, first + (1 << max(0, cilium.pool_mask - block.prefixlen))))
    return len(taken)


def _cause(
    cilium: CiliumConfig,
    bare: list[CiliumNode],
    taken: int,
    total: int,
    nodes: Nodes,
    waiting: Waiting | None,
) -> Finding:
    names = frozenset(Subject("Node", node.name) for node in bare)
    stuck = [i.subject for node in bare for i in (waiting.stuck_on.get(node.name, ()) if waiting else ())]
    errors = [node.operator_error for node in bare if node.operator_error]
    told = any("full" in error for error in errors)
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN if told else Confidence.LIKELY,
        title=f"{counted(len(bare), 'node has', 'nodes have')} no pod block: all {total} are taken",
        because=f"The pool's ranges hold {total} blocks of /{cilium.pool_mask} and living nodes hold {taken}"
        + (", and the operator says so." if told else "; the operator's own word for it was not seen.")
        + " No block belongs to a node that is gone.",
        subjects=tuple(sorted(names)),
        evidence=(
            *_arithmetic(cilium, taken),
            *(
                Evidence(CiliumNodes.ASKED, "status.ipam.operator-status.error", error, errors.count(error))
                for error in dict.fromkeys(errors)
            ),
            Evidence(CiliumNodes.ASKED, "spec.ipam.podCIDRs", "absent", len(bare)),
        ),
        references=_REFERENCES,
        explains=(
            Explains("nodes-not-ready", names),
            Explains("agents-not-ready", names),
            Explains("pods-without-ip", frozenset(stuck)),
            Explains("pods-not-scheduled", waits_for_nodes(waiting, nodes, cilium)),
        ),
    )


def _risk(cilium: CiliumConfig, taken: int, total: int) -> Finding:
    return Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM,
        title=f"all {total} blocks of the pod pool are taken: the next node gets none",
        because=f"The pool's ranges hold {total} blocks of /{cilium.pool_mask} and {taken} are assigned. "
        "Every node that is here has one.",
        evidence=tuple(_arithmetic(cilium, taken)),
        references=_REFERENCES,
    )


_REFERENCES = links("canonical/k8s-snap#1762", "cilium#41130", "cilium#30629", "cilium#13299")


def _arithmetic(cilium: CiliumConfig, taken: int) -> Iterator[Evidence]:
    pools = " ".join(map(str, cilium.pool_cidrs))
    yield Evidence(cilium.asked, "cluster-pool-ipv4-cidr", pools)
    yield Evidence(cilium.asked, "cluster-pool-ipv4-mask-size", str(cilium.pool_mask))
    yield Evidence(CiliumNodes.ASKED, "spec.ipam.podCIDRs", "assigned", taken)


def _actions(cilium: CiliumConfig, version: CiliumVersion | None) -> tuple[Action, ...]:
    pools = ",".join(map(str, cilium.pool_cidrs))
    return (
        look(
            "See which nodes have no block, and why",
            "kubectl get ciliumnodes -o custom-columns=NAME:.metadata.name,BLOCKS:.spec.ipam.podCIDRs,"
            "ERROR:.status.ipam.operator-status.error",
            "Nodes without BLOCKS show the operator's error.",
        ),
        change(
            "Append an unused range to the pool (never edit or remove one that is in use)",
            helm_upgrade(
                cilium.namespace,
                version,
                f'--set "ipam.operator.clusterPoolIPv4PodCIDRList={{{pools},${{NEW_RANGE:?}}}}"',
                restart=(OPERATOR,),
            ),
            risk="the operator restarts; the new range must be unused in the VPC, its peers and the Services",
            verify="Every CiliumNode has podCIDRs, and the new agents become ready.",
        ),
    )
