"""Controllers that cannot create their pods."""

from collections import Counter
from collections.abc import Iterator

from checks.model import Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.kubernetes import Event, Events
from checks.parts.workloads import Deployments
from checks.scale import counted
from checks.webhook_calls import called

_CONTROLLERS = frozenset({"ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"})
_VOLUME_CLAIM = "create Claim"
"""A StatefulSet reports a volume claim that it could not create under the same reason."""


@check(
    id="admission-refused",
    title="Pods cannot be created",
    source="https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/",
)
def admission_refused(events: Events, deployments: Deployments | None) -> Iterator[Finding]:
    """Controllers report FailedCreate: the API server refused the pod, so there is none to look at."""
    texts: dict[Subject, tuple[str, str, str]] = {}
    for event in events.items:
        if _about_a_pod(event):
            subject = Subject(event.kind, event.name, event.namespace)
            texts[subject] = (Events.ASKED, "message", event.message)
    for item in deployments.items if deployments else ():
        owned = any(s.namespace == item.namespace and s.name.startswith(f"{item.name}-") for s in texts)
        if item.replica_failure and not owned:
            subject = Subject("Deployment", item.name, item.namespace)
            field = "status.conditions[ReplicaFailure].message"
            texts[subject] = (Deployments.ASKED, field, item.replica_failure)
    if not texts:
        return
    said = Counter(texts.values())
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=Severity.HIGH if len(texts) >= 20 else Severity.MEDIUM,
        title=f"{counted(len(texts), 'controller')} cannot create pods",
        subjects=tuple(sorted(texts)),
        evidence=tuple(
            Evidence(asked, field, text, count) for (asked, field, text), count in said.most_common(5)
        ),
        follows_from=tuple(
            Explains("webhooks-failing", frozenset({Subject("Service", name, namespace)}), of=subject)
            for subject, (_, _, text) in sorted(texts.items())
            for namespace, name in called(text)
        ),
    )


def _about_a_pod(event: Event) -> bool:
    if event.reason != "FailedCreate" or event.kind not in _CONTROLLERS:
        return False
    return _VOLUME_CLAIM not in event.message
