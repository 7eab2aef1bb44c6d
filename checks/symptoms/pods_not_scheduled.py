"""Pods past the grace for which the scheduler found no node."""

from collections import Counter
from collections.abc import Iterator

from checks.model import Evidence, Finding, Kind, check
from checks.parts.derived import Waiting
from checks.parts.pods import Pods
from checks.scale import counted, scale


@check(
    id="pods-not-scheduled",
    title="Pods wait for the scheduler",
    source="https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
)
def pods_not_scheduled(waiting: Waiting, pods: Pods) -> Iterator[Finding]:
    """A pod without a node never waits for an address: the scheduler knows nothing of pod addresses.

    What it waits for stands in its PodScheduled condition, or in its FailedScheduling events.
    """
    found = waiting.unscheduled
    if not found:
        return
    said = Counter((item.asked, item.field, item.message) for item in found if item.message)
    lone = len(found) == 1 and found[0].pod.owner_kind in ("ReplicaSet", "Job")
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=scale(len(found), pods.total, replaceable=lone),
        title=f"{counted(len(found), 'pod waits', 'pods wait')} for the scheduler",
        subjects=tuple(item.subject for item in found),
        evidence=tuple(
            Evidence(asked, field, message, count) for (asked, field, message), count in said.most_common(5)
        )
        or (Evidence(Pods.ASKED, "spec.nodeName", "absent", len(found)),),
    )
