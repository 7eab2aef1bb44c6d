"""The agent's pod must be able to run on every node that has pods of the pod network."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.agents.agent_image import without_image
from checks.cilium_pods import agent_pods
from checks.derive import GRACE
from checks.helm_upgrade import helm_upgrade
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumVersion
from checks.parts.derived import Waiting
from checks.parts.nodes import Node, Nodes, Taint
from checks.parts.pods import Pod, Pods
from checks.parts.workloads import DaemonSets, Workload
from checks.scale import counted

_ADDED_BY_DAEMONSETS = frozenset(
    f"node.kubernetes.io/{name}"
    for name in (
        "not-ready",
        "unreachable",
        "disk-pressure",
        "memory-pressure",
        "pid-pressure",
        "unschedulable",
        "network-unavailable",
    )
)
"""Taints that the DaemonSet controller lets (hostNetwork) pods tolerate by itself
(https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations)."""


@check(
    id="cilium-agent-unschedulable",
    title="The agent cannot run on some nodes",
    source="https://docs.cilium.io/en/stable/installation/taints/",
)
def cilium_agent_unschedulable(
    meta: Meta,
    daemonsets: DaemonSets,
    nodes: Nodes,
    pods: Pods,
    waiting: Waiting | None,
    version: CiliumVersion | None,
) -> Iterator[Finding | Undecided]:
    """A values file that sets tolerations replaces the chart's catch-all; a tainted node then gets no agent.

    Such a node never becomes ready, for want of a CNI. Nor does one whose agent waits for its image. An agent
    that runs and fails is another fault.
    """
    agents = daemonsets.find(meta.cilium_namespace, "cilium")
    if agents is None:
        yield Undecided(f"not found: no DaemonSet cilium in namespace {meta.cilium_namespace}")
        return
    mine = agent_pods(pods, meta.cilium_namespace)
    yield from without_image(meta, mine)
    there = {pod.node for pod in mine if pod.node}
    bare = [
        n for n in nodes.items if _expected(n) and n.name not in there and meta.taken_at - n.created > GRACE
    ]
    kept: dict[str, str] = {}
    for node in bare:
        reason = _excluded(agents, node)
        if reason and node.ready is not True:
            kept[node.name] = reason
    pending = [pod for pod in mine if pod.node is None and meta.taken_at - pod.created > GRACE]
    if not kept and not pending:
        return
    names = frozenset(Subject("Node", name) for name in kept or [n.name for n in bare])
    stuck = frozenset(
        item.subject
        for item in (waiting.without_ip if waiting else ())
        if item.pod.node in {s.name for s in names}
    )
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN if kept else Confidence.LIKELY,
        title=f"the agent cannot run on {counted(len(names), 'node')}: {_first(kept, pending)}",
        because="These nodes have no agent pod, and what keeps it away stands in the DaemonSet."
        if kept
        else "Agent pods wait for a node; their scheduler message says for what.",
        subjects=(Subject("DaemonSet", agents.name, agents.namespace), *sorted(names)),
        evidence=(
            Evidence(DaemonSets.ASKED, "cilium: status.desiredNumberScheduled", str(agents.desired)),
            *(Evidence(Nodes.ASKED, f"{name}: spec", text) for name, text in sorted(kept.items())[:3]),
            *(
                Evidence(Pods.ASKED, f"{pod.name}: PodScheduled", pod.unscheduled_message)
                for pod in pending[:2]
            ),
        ),
        explains=(
            Explains("nodes-not-ready", names),
            Explains("agents-not-ready", names),
            Explains("pods-without-ip", stuck),
            Explains("pods-not-scheduled", frozenset(Subject("Pod", p.name, p.namespace) for p in pending)),
        ),
        actions=(
            look(
                "Compare the DaemonSet's tolerations with the nodes' taints",
                f"kubectl -n {quote(meta.cilium_namespace)} get daemonset cilium "
                "-o jsonpath='{.spec.template.spec.tolerations}' && kubectl get nodes -o "
                "custom-columns=NODE:.metadata.name,TAINTS:.spec.taints[*].key",
                "a taint that nothing in the list tolerates",
            ),
            change(
                "Give the agent its catch-all toleration back",
                helm_upgrade(
                    meta.cilium_namespace, version, '--set-json \'tolerations=[{"operator":"Exists"}]\''
                ),
                risk="restarts every agent",
                verify="every node has a ready agent pod and becomes ready",
            ),
        ),
        references=links("cozystack/cozystack#56", "cilium#36405", "vitobotta/hetzner-k3s#744"),
    )


def _expected(node: Node) -> bool:
    return node.compute_type == "ec2" and node.os == "linux" and not node.deleted


def _excluded(agents: Workload, node: Node) -> str:
    """What of the DaemonSet keeps its pod off this node; "" where nothing does."""
    for taint in node.taints:
        if taint.effect != "PreferNoSchedule" and not _tolerated(agents, taint):
            return f"taint {taint.key} is not tolerated"
    wanted = [f"{key}={value}" for key, value in agents.node_selector if node.labels.get(key) != value]
    return f"nodeSelector {', '.join(wanted)} does not match" if wanted else ""


def _tolerated(agents: Workload, taint: Taint) -> bool:
    return taint.key in _ADDED_BY_DAEMONSETS or any(t.tolerates(taint) for t in agents.tolerations)


def _first(kept: dict[str, str], pending: list[Pod]) -> str:
    if kept:
        return next(iter(sorted(kept.values())))
    return pending[0].unscheduled_message or "no node takes its pod"
