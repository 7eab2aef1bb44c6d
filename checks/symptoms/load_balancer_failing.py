"""Load balancer targets that cannot be registered for an address reason."""

from collections import Counter
from collections.abc import Iterator

from checks.model import Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.kubernetes import Events
from checks.scale import counted

_ADDRESS_REASONS = ("cannot resolve pod eni", "unable to resolve pod eni", "pod eni", "targets not in vpc")
_SUBJECTS = frozenset({"TargetGroupBinding", "Service", "Ingress", "Pod", "Gateway"})


@check(
    id="load-balancer-failing",
    title="Load balancer targets are refused",
    source="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/",
)
def load_balancer_failing(events: Events) -> Iterator[Finding]:
    """The load balancer controller reports targets whose addresses it cannot place in the VPC."""
    found = [
        event
        for event in events.items
        if event.kind in _SUBJECTS and any(text in event.message.lower() for text in _ADDRESS_REASONS)
    ]
    if not found:
        return
    subjects = {Subject(event.kind, event.name, event.namespace) for event in found}
    said = Counter(event.message for event in found)
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=Severity.HIGH if len(subjects) >= 20 else Severity.MEDIUM,
        title=f"{counted(len(subjects), 'load balancer target')} cannot be registered",
        subjects=tuple(sorted(subjects)),
        evidence=tuple(Evidence(Events.ASKED, "message", text, n) for text, n in said.most_common(3)),
    )
