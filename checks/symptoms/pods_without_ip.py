"""Pods bound to a node that get no address there."""

from collections import Counter
from collections.abc import Iterator

from checks.model import Evidence, Explains, Finding, Kind, Subject, check
from checks.parts.derived import StuckPod, Waiting
from checks.parts.kubernetes import Events
from checks.parts.pods import Pods
from checks.scale import counted, scale


@check(
    id="pods-without-ip",
    title="Pods get no address",
    source="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-has-network",
)
def pods_without_ip(waiting: Waiting, pods: Pods) -> Iterator[Finding]:
    """The pod has a node, no address past the grace, and its sandbox is not made.

    Waiting for an image, a volume or a ConfigMap is something else and not counted here.
    """
    found = waiting.without_ip
    if not found:
        return
    said = Counter(item.message for item in found if item.message)
    lone = len(found) == 1 and found[0].pod.owner_kind in ("ReplicaSet", "Job")
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=scale(len(found), pods.total, replaceable=lone),
        title=f"{counted(len(found), 'pod has', 'pods have')} a node and no address",
        subjects=tuple(item.subject for item in found),
        evidence=(
            Evidence(Pods.ASKED, "status.podIP", "absent", len(found)),
            *(Evidence(Events.ASKED, "message", text, count) for text, count in said.most_common(5)),
        ),
        follows_from=tuple(link for item in found for link in _follows(item)),
    )


def _follows(item: StuckPod) -> Iterator[Explains]:
    """Where the node's agent is not ready, or the node itself, the pod merely waits for it."""
    node = frozenset({Subject("Node", item.pod.node or "")})
    yield Explains("agents-not-ready", node, of=item.subject)
    yield Explains("nodes-not-ready", node, of=item.subject)
