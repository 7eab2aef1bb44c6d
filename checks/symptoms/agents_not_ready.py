"""Nodes on which the Cilium agent is not ready past the grace."""

from collections.abc import Iterator

from checks.cilium_pods import agent_pods
from checks.derive import GRACE
from checks.model import Evidence, Finding, Kind, Subject, Undecided, check
from checks.parts.agents import Meta
from checks.parts.nodes import Node, Nodes
from checks.parts.pods import Pods
from checks.parts.workloads import DaemonSets
from checks.scale import scale


@check(
    id="agents-not-ready",
    title="Cilium agents are not ready",
    source="https://docs.cilium.io/en/stable/overview/component-overview/",
)
def agents_not_ready(
    meta: Meta, daemonsets: DaemonSets, pods: Pods, nodes: Nodes | None
) -> Iterator[Finding | Undecided]:
    """The Cilium DaemonSet wants more ready pods than it has; those just starting are not judged."""
    agents = daemonsets.find(meta.cilium_namespace, "cilium")
    if agents is None:
        yield Undecided(f"not found: no DaemonSet cilium in namespace {meta.cilium_namespace}")
        return
    if agents.ready >= agents.desired:
        return
    mine = agent_pods(pods, meta.cilium_namespace)
    late = [pod for pod in mine if not pod.ready and meta.taken_at - (pod.ready_since or pod.created) > GRACE]
    starting = [pod for pod in mine if not pod.ready and pod not in late]
    missing = agents.desired - agents.ready - len(starting)
    if missing <= 0 or (not late and meta.taken_at - agents.created <= GRACE):
        return
    names = {pod.node for pod in late if pod.node}
    served = {pod.node for pod in mine}
    bare = [node for node in nodes.items if node.name not in served] if nodes else []
    if len(mine) < agents.desired:  # with a pod for each that is wanted, the others are not meant to have one
        names |= {node.name for node in bare if meta.taken_at - node.created > GRACE and _may_run(node)}
    if not late and not names:
        return
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=scale(missing, agents.desired),
        title=f"{missing} of {agents.desired} Cilium agents are not ready",
        subjects=tuple(Subject("Node", name) for name in sorted(names)),
        evidence=(
            Evidence(DaemonSets.ASKED, "status.desiredNumberScheduled", str(agents.desired)),
            Evidence(DaemonSets.ASKED, "status.numberReady", str(agents.ready)),
            *(
                Evidence(Pods.ASKED, f"{pod.name}: waiting", "; ".join(pod.waiting_reasons))
                for pod in late[:3]
                if pod.waiting_reasons
            ),
        ),
    )


def _may_run(node: Node) -> bool:
    """Whether an agent can run there: Fargate, Auto Mode and Windows nodes take none."""
    return node.compute_type in ("ec2", "hybrid")
