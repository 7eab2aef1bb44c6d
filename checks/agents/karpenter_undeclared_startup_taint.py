"""Karpenter must know of the taint that new nodes carry until the agent is ready."""

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.operator.waits import AGENT_TAINT
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig
from checks.parts.karpenter import NodeClaims, NodePools
from checks.scale import counted

RECENT = timedelta(minutes=60)
ENOUGH = 4
"""Fewer recent claims show no pattern."""


@check(
    id="karpenter-undeclared-startup-taint",
    title="Karpenter does not know of the agent's startup taint",
    source="https://karpenter.sh/docs/concepts/nodepools/",
)
def karpenter_undeclared_startup_taint(
    meta: Meta, cilium: CiliumConfig, node_pools: NodePools, node_claims: NodeClaims
) -> Iterator[Finding]:
    """Its simulation takes a new node for schedulable, then sees the taint and launches another one.

    Said where more than two of five recent claims of such a pool are on their way out again: nothing else
    shows in the objects, and without the taint in use there is nothing to declare.
    """
    key = cilium.data.get("agent-not-ready-taint-key", "").strip() or f"node.cilium.io/{AGENT_TAINT}"
    found: dict[str, tuple[int, int]] = {}
    for pool in node_pools.items:
        if any(taint.key == key for taint in pool.startup_taints):
            continue
        recent = [c for c in node_claims.items if c.pool == pool.name and meta.taken_at - c.created <= RECENT]
        leaving = sum(claim.deleting for claim in recent)
        if len(recent) >= ENOUGH and leaving * 5 > len(recent) * 2:
            found[pool.name] = (leaving, len(recent))
    if not found:
        return
    name = sorted(found)[0]
    yield Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        title=f"{counted(len(found), 'Karpenter pool')} do not declare {key} and throw new nodes away again",
        because="More than two of five recent claims are already being removed, and the taint is not "
        "among the "
        "pool's startupTaints. Karpenter's log calling them empty would prove it.",
        subjects=tuple(Subject("NodePool", pool) for pool in sorted(found)),
        evidence=(
            Evidence(NodePools.ASKED, "spec.template.spec.startupTaints", f"none with {key}", len(found)),
            *(
                Evidence(NodeClaims.ASKED, f"{pool}: recent claims being removed", f"{out} of {every}")
                for pool, (out, every) in sorted(found.items())[:3]
            ),
        ),
        actions=(
            look(
                "See the pool's startup taints and its claims",
                f"kubectl get nodepool {quote(name)} -o jsonpath='{{.spec.template.spec.startupTaints}}' && "
                "kubectl get nodeclaims --sort-by=.metadata.creationTimestamp",
                "claims that come in pairs, half of them gone within minutes",
            ),
            change(
                "Declare the taint",
                f"kubectl patch nodepool {quote(name)} --type merge -p '"
                '{"spec":{"template":{"spec":{"startupTaints":[{"key":"node.cilium.io/agent-not-ready",'
                '"effect":"NoSchedule"}]}}}}\'',
                risk="the pool's nodes drift and are replaced; key and effect must be those that nodes carry",
                verify="one burst makes as many claims as it needs",
            ),
        ),
        references=links("karpenter#6355", "karpenter#6267", "karpenter#628"),
    )
