"""Karpenter must reckon with the pod limit that its nodes really have."""

from collections.abc import Iterator, Mapping

from checks.advice import change, links, look
from checks.model import (
    Action,
    Confidence,
    Evidence,
    Explains,
    Finding,
    Kind,
    Severity,
    Subject,
    Undecided,
    check,
)
from checks.parts.cilium import CiliumConfig
from checks.parts.derived import Waiting
from checks.parts.karpenter import Ec2NodeClasses, NodeClaim, NodeClaims
from checks.parts.nodes import Node, Nodes
from checks.scale import counted
from checks.scheduling.weigh import Limit, weighed

POOL_LABEL = "karpenter.sh/nodepool"


@check(
    id="karpenter-density-mismatch",
    title="Karpenter reckons with another pod limit than its nodes have",
    source="https://karpenter.sh/docs/concepts/nodeclasses/#speckubelet",
)
def karpenter_density_mismatch(
    nodes: Nodes,
    node_claims: NodeClaims | None,
    ec2_node_classes: Ec2NodeClasses | None,
    waiting: Waiting | None,
    cilium: CiliumConfig | None,
) -> Iterator[Finding | Undecided]:
    """Karpenter predicts the limit from its own table and flags, and the node decides from its user data.

    When it expects more than the node takes, it sees room where pods wait, and adds nothing or loops. When it
    expects less, nodes are larger than they need be. Neither side reads Cilium.
    """
    if node_claims is None:
        if any(POOL_LABEL in node.labels for node in nodes.items):
            yield Undecided("Karpenter's NodeClaims were not read", "list karpenter.sh/nodeclaims")
        return
    apart = {
        node.name: (node, claim)
        for node in nodes.items
        if (claim := node_claims.by_node.get(node.name)) is not None and _differs(node, claim)
    }
    if not apart:
        return
    over = {name: pair for name, pair in apart.items() if (pair[1].max_pods or 0) > (pair[0].max_pods or 0)}
    items = waiting.unscheduled if waiting else ()
    bound = frozenset(i.subject for i in items if weighed(i, Limit.PODS, nodes, cilium) is not None)
    harm = bool(over and bound)
    yield _finding(over if harm else apart, ec2_node_classes, bound, harm=harm)


def _differs(node: Node, claim: NodeClaim) -> bool:
    """Both numbers are known and settled, and they are not the same."""
    known = claim.max_pods is not None and node.max_pods is not None
    return known and claim.initialized and not claim.deleting and claim.max_pods != node.max_pods


def _finding(
    apart: Mapping[str, tuple[Node, NodeClaim]],
    classes: Ec2NodeClasses | None,
    bound: frozenset[Subject],
    *,
    harm: bool,
) -> Finding:
    node, claim = next(iter(apart.values()))
    known = classes.by_name.values() if classes else ()
    twice = [c for c in known if _set_twice(c.max_pods, c.user_data_max_pods)]
    return Finding(
        kind=Kind.CAUSE if harm else Kind.RISK,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY if harm else Confidence.CERTAIN,
        title=f"Karpenter reckons with {claim.max_pods} pods and {counted(len(apart), 'node')} with "
        f"{node.max_pods}",
        because=f"NodeClaim {claim.name} and Node {node.name} name different limits. "
        + (
            "Pods wait for that limit, and Karpenter sees room for them; its own events would confirm it."
            if harm
            else "No pod waits for it now."
        ),
        subjects=tuple(Subject("Node", name) for name in apart),
        evidence=(
            Evidence(
                NodeClaims.ASKED, f"{claim.name}: status.allocatable.pods", str(claim.max_pods), len(apart)
            ),
            Evidence(Nodes.ASKED, f"{node.name}: status.allocatable.pods", str(node.max_pods), len(apart)),
            *(
                Evidence(
                    Ec2NodeClasses.ASKED,
                    f"{c.name}: kubelet.maxPods and user data",
                    f"{c.max_pods} and {c.user_data_max_pods}",
                )
                for c in twice[:2]
            ),
        ),
        actions=_actions(),
        references=links(
            *("karpenter#954", "karpenter#2029", "karpenter#1490", "karpenter#6102", "karpenter#6353"),
            "karpenter#6380",
        ),
        explains=(Explains("pods-not-scheduled", bound),) if harm else (),
    )


def _actions() -> tuple[Action, ...]:
    return (
        look(
            "Compare both limits",
            "kubectl get nodeclaims -o "
            "custom-columns=NODE:.status.nodeName,PODS:.status.allocatable.pods; "
            "kubectl get nodes -o custom-columns=NODE:.metadata.name,PODS:.status.allocatable.pods",
            "The numbers differ.",
        ),
        change(
            "Set maxPods once, in the EC2NodeClass, and take it out of the user data",
            None,
            risk="Karpenter replaces the nodes, which evicts their pods; reservedENIs must fit Cilium's "
            "first-interface-index",
            verify="Both show the same number on new nodes.",
        ),
    )


def _set_twice(first: int | None, second: int | None) -> bool:
    return first is not None and second is not None and first != second
