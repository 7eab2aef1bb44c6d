"""A node whose agent is ready must lose the taint that kept pods away until then."""

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from checks.advice import change, links, look
from checks.cilium_pods import agent_pods, operator_deployment
from checks.derive import GRACE
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.operator.waits import AGENT_TAINT, waits_for_taint
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig
from checks.parts.derived import Waiting
from checks.parts.nodes import Node, Nodes
from checks.parts.pods import Pods
from checks.parts.workloads import Deployments
from checks.scale import counted
from checks.scheduling.weigh import held_back


@check(
    id="agent-not-ready-taint-left",
    title="Nodes keep the taint of an agent that is ready",
    source="https://docs.cilium.io/en/stable/installation/taints/",
)
def agent_not_ready_taint_left(
    meta: Meta,
    nodes: Nodes,
    pods: Pods,
    cilium: CiliumConfig | None,
    deployments: Deployments | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """The operator takes the taint away; without an operator, or with that switched off, it stays.

    Where the agent is not ready the taint is right, and the agent's own reason is the fault.
    """
    ready = {
        pod.node: meta.taken_at - (pod.ready_since or pod.created)
        for pod in agent_pods(pods, meta.cilium_namespace)
        if pod.ready and pod.node
    }
    found = [n for n in nodes.items if _tainted(n, cilium) and ready.get(n.name, timedelta()) > GRACE]
    if not found:
        return
    operator = operator_deployment(deployments, meta.cilium_namespace) if deployments else None
    off = cilium is not None and cilium.flag("remove-cilium-node-taints") is False
    down = operator is not None and operator.ready == 0
    names = {node.name for node in found}
    key = next(t.key for t in found[0].taints if _is_ours(t.key, cilium))
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=f"{counted(len(found), 'node')} keep the taint {key} although the agent there is ready",
        because="The agents have been ready for more than two minutes and the taint is still there. "
        + (
            "Taking it away is switched off."
            if off
            else "No operator is ready to take it away."
            if down
            else "The operator's log would show why it did not take it away."
        ),
        subjects=tuple(Subject("Node", node.name) for node in found),
        evidence=(
            Evidence(Nodes.ASKED, "spec.taints[].key", key, len(found)),
            Evidence(Pods.ASKED, "agents ready on these nodes", str(len(found))),
            *((Evidence(Deployments.ASKED, "cilium-operator: status.readyReplicas", "0"),) if down else ()),
            *((Evidence(cilium.asked, "data.remove-cilium-node-taints", "false"),) if cilium and off else ()),
        ),
        explains=(
            Explains(
                "pods-not-scheduled",
                frozenset(
                    i.subject
                    for i in (waiting.unscheduled if waiting else ())
                    if waits_for_taint(i) or names.intersection(held_back(i, nodes, pods, cilium))
                ),
            ),
        ),
        follows_from=(Explains("operator-not-ready"),) if down else (),
        actions=(
            look(
                "See the taints beside the agents",
                "kubectl get nodes -o custom-columns=NODE:.metadata.name,TAINTS:.spec.taints[*].key && "
                f"kubectl -n {quote(meta.cilium_namespace)} get pods -l k8s-app=cilium -o wide",
                "the taint on nodes with a ready agent",
            ),
            change(
                "Bring the operator back: it takes the taint away; by hand only as a last resort",
                f"kubectl -n {quote(meta.cilium_namespace)} rollout restart deployment/cilium-operator   # "
                f"last resort: kubectl taint node {quote(found[0].name)} {quote(key)}-",
                risk="none to running pods; by hand, pods may start before the agent can serve them",
                verify="the taint is gone and waiting pods are scheduled",
            ),
        ),
        references=links("cilium#17103", "cilium#16846", "cilium#31943"),
    )


def _tainted(node: Node, cilium: CiliumConfig | None) -> bool:
    return any(_is_ours(taint.key, cilium) for taint in node.taints)


def _is_ours(key: str, cilium: CiliumConfig | None) -> bool:
    own = cilium.data.get("agent-not-ready-taint-key", "") if cilium else ""
    return key == own or key.endswith(f"/{AGENT_TAINT}")
