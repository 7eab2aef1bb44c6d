"""Some node must satisfy what a pod demands of its place: taints, selectors, spreading, volumes."""

import shlex
from collections import Counter
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, check
from checks.parts.cilium import CiliumConfig
from checks.parts.derived import UnscheduledPod, Waiting
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.scale import counted
from checks.scheduling.weigh import Limit, Weight, constraints, held_back, weighed


@check(
    id="scheduler-placement-constraints",
    title="No node satisfies the pods' placement constraints",
    source="https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",
)
def scheduler_placement_constraints(
    nodes: Nodes, pods: Pods, waiting: Waiting, cilium: CiliumConfig | None
) -> Iterator[Finding]:
    """A pod's own demands on its node keep it waiting while other pods are placed.

    Taints that tell of a node without a ready Cilium agent, or of a node that is itself in trouble, are no
    demand of the pod and are left to the checks of those nodes.
    """
    bound = [
        item
        for item in waiting.unscheduled
        if _on_volume(item)
        or (
            weighed(item, Limit.PLACEMENT, nodes, cilium) is Weight.MAIN
            and not held_back(item, nodes, pods, cilium)
        )
    ]
    if not bound:
        return
    said = Counter(_heaviest(item, nodes, cilium) for item in bound)
    first = said.most_common(1)[0][0]
    space = shlex.quote(bound[0].pod.namespace)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN if pods.running else Confidence.LIKELY,
        title=f"{counted(len(bound), 'pod demands', 'pods demand')} a place that no node offers: {first}",
        because="Most nodes refuse these pods for what they ask of their node, while "
        f"{counted(pods.running, 'pod that asks', 'pods that ask')} otherwise run. The nodes' pod limit, "
        "their requests and their addresses are not the reason that weighs most.",
        subjects=tuple(item.subject for item in bound),
        evidence=tuple(
            Evidence(asked, field, message, count)
            for (asked, field, message), count in Counter(
                (item.asked, item.field, item.message) for item in bound
            ).most_common(5)
        ),
        actions=(
            look(
                "Compare what one pod demands with what the nodes offer",
                f"kubectl -n {space} get pod {shlex.quote(bound[0].pod.name)} -o "
                "jsonpath='{.spec.nodeSelector}{.spec.affinity}{.spec.tolerations}"
                "{.spec.topologySpreadConstraints}'; kubectl get nodes --show-labels; "
                "kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints",
                "No node carries the label, or every node that does has a taint that is not tolerated.",
            ),
            change(
                "Correct the constraint, or add a node pool that satisfies it",
                None,
                risk="changing the template restarts the workload's pods",
                verify="The pods that wait get a node; Cilium needs no change.",
            ),
        ),
        references=links("https://kubernetes.io/docs/concepts/scheduling-eviction/", "cli#1386"),
        explains=(Explains("pods-not-scheduled", frozenset(item.subject for item in bound)),),
        drop_if_harmless=True,
    )


def _heaviest(item: UnscheduledPod, nodes: Nodes, cilium: CiliumConfig | None) -> str:
    found = constraints(item, nodes, cilium)
    return found[0][1] if found else item.message


def _on_volume(item: UnscheduledPod) -> bool:
    """A claim that does not exist or cannot be bound is told without counting nodes."""
    return not item.reasons and "persistentvolumeclaim" in item.message.lower()
