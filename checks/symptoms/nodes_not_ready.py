"""Nodes whose Ready condition is not True past the grace."""

from collections import Counter
from collections.abc import Iterator

from checks.derive import GRACE
from checks.model import Evidence, Explains, Finding, Kind, Subject, check
from checks.parts.agents import Meta
from checks.parts.nodes import Node, Nodes
from checks.scale import counted, scale


@check(
    id="nodes-not-ready",
    title="Nodes are not ready",
    source="https://kubernetes.io/docs/reference/node/node-status/#condition",
)
def nodes_not_ready(meta: Meta, nodes: Nodes) -> Iterator[Finding]:
    """The kubelet says that the node cannot run pods, or has stopped talking."""
    found = [node for node in nodes.items if node.ready is not True and not node.deleted]
    found = [node for node in found if meta.taken_at - (node.ready_since or node.created) > GRACE]
    if not found:
        return
    said = Counter(_word(node) for node in found)
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=scale(len(found), len(nodes.items)),
        title=f"{len(found)} of {counted(len(nodes.items), 'node is', 'nodes are')} not ready",
        subjects=tuple(Subject("Node", node.name) for node in found),
        evidence=tuple(
            Evidence(Nodes.ASKED, "status.conditions[Ready]", text, count)
            for text, count in said.most_common(5)
        ),
        follows_from=tuple(
            Explains("agents-not-ready", frozenset({subject}), of=subject)
            for subject in (Subject("Node", node.name) for node in found if _waits_for_cni(node))
        ),
    )


def _waits_for_cni(node: Node) -> bool:
    """Whether the kubelet blames the missing CNI configuration, which the agent writes once it runs."""
    text = node.ready_message.lower()
    return "cni plugin not initialized" in text or "networkpluginnotready" in text.replace(" ", "")


def _word(node: Node) -> str:
    state = {True: "True", False: "False", None: "Unknown"}[node.ready]
    return ", ".join(part for part in (state, node.ready_reason, node.ready_message) if part)
