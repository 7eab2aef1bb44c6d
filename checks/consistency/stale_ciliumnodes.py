"""A CiliumNode must not outlive its node."""

import shlex
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.blocks import networks
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.aws import Instances
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Waiting
from checks.parts.nodes import Nodes
from checks.scale import counted
from checks.scheduling.weigh import waits_for_nodes
from checks.stale_nodes import stale_nodes


@check(
    id="stale-ciliumnodes",
    title="CiliumNodes of dead nodes remain",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/crd/",
)
def stale_ciliumnodes(
    meta: Meta,
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    nodes: Nodes,
    instances: Instances | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """They keep their blocks, so a pool fills up with nodes that are gone, and health probes nobody.

    A node that was replaced under its own name counts as well. Without such harm they are clutter.
    """
    stale = [
        *stale_nodes(cilium_nodes, nodes, meta.taken_at),
        *(node for node in cilium_nodes.items if _replaced(node, nodes)),
    ]
    if not stale:
        return
    running = {i.id for i in instances.by_id.values() if i.state == "running"} if instances else set()
    stale = [node for node in stale if node.instance_id is None or node.instance_id not in running]
    bare = _bare(cilium, cilium_nodes, nodes, stale)
    names = frozenset(Subject("Node", node.name) for node in stale)
    replaced = [node.name for node in stale if _replaced(node, nodes)]
    starved = frozenset(Subject("Node", name) for name in (*replaced, *(node.name for node in bare)))
    stuck = [item for name in replaced for item in (waiting.stuck_on.get(name, ()) if waiting else ())]
    if not stale:
        return
    held = sum(1 for node in stale if networks(node.pod_cidrs) or node.allocated)
    told = instances is not None or all(node.instance_id is None for node in stale)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH if starved else Severity.MEDIUM,
        confidence=Confidence.CERTAIN if told else Confidence.LIKELY,
        title=f"{counted(len(stale), 'CiliumNode')} of dead nodes remain"
        + (f", holding {counted(held, 'block')}" if held else ""),
        because=f"{stale[0].name} has no living Node"
        + (", and its instance does not run." if told else "; whether its instance runs was not read.")
        + (" Without their blocks the pool would have room." if bare else ""),
        subjects=tuple(sorted(names)),
        evidence=(
            Evidence(
                CiliumNodes.ASKED, f"{stale[0].name}: metadata.name, in no Node", stale[0].name, len(stale)
            ),
            *(
                Evidence(CiliumNodes.ASKED, f"{node.name}: spec.ipam.podCIDRs", " ".join(node.pod_cidrs))
                for node in stale[:3]
                if node.pod_cidrs
            ),
        ),
        actions=(
            look(
                "See which CiliumNodes have no Node",
                "comm -13 <(kubectl get nodes -o name | cut -d/ -f2 | sort) "
                "<(kubectl get ciliumnodes -o name | cut -d/ -f2 | sort)",
                "Each line is a CiliumNode without a Node.",
            ),
            change(
                "Delete them and restart the operator; repair APIServices that are unavailable",
                "kubectl delete ciliumnode "
                + " ".join(shlex.quote(node.name) for node in stale[:10])
                + " && "
                f"kubectl -n {shlex.quote(cilium.namespace)} rollout restart deployment/cilium-operator",
                risk="none for living nodes: check the names against kubectl get nodes first",
                verify="As many CiliumNodes as nodes, and nodes without a block get one.",
            ),
        ),
        references=links("cilium#9533", "cilium#19576"),
        explains=(
            Explains("nodes-unreachable", names),
            Explains("agents-not-ready", starved),
            Explains("nodes-not-ready", starved),
            Explains("pods-without-ip", frozenset(item.subject for item in stuck)),
            *((Explains("pods-not-scheduled", waits_for_nodes(waiting, nodes, cilium)),) if starved else ()),
        ),
    )


def _replaced(node: CiliumNode, nodes: Nodes) -> bool:
    """The Node of this name is another instance."""
    known = nodes.by_name.get(node.name)
    other = known.instance_id if known else None
    return bool(node.instance_id and other and node.instance_id != other)


def _bare(
    cilium: CiliumConfig, cilium_nodes: CiliumNodes, nodes: Nodes, stale: list[CiliumNode]
) -> list[CiliumNode]:
    """Living nodes that got no block because the dead ones hold what is left of the pool."""
    if cilium.allocator != "cluster-pool":
        return []
    gone = {node.name for node in stale}
    alive = [node for node in cilium_nodes.items if node.name not in gone]
    total = sum(1 << max(0, cilium.pool_mask - p.prefixlen) for p in cilium.pool_cidrs)
    living = sum(len(networks(node.pod_cidrs)) for node in alive)
    dead = sum(len(networks(node.pod_cidrs)) for node in stale)
    if not living < total <= living + dead:
        return []
    return [node for node in alive if not networks(node.pod_cidrs) and node.name in nodes.by_name]
