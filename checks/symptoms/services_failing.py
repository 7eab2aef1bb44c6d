"""Services with pods behind them, none of which is ready."""

from collections.abc import Iterator

from checks.derive import GRACE
from checks.model import Evidence, Explains, Finding, Kind, Subject, check
from checks.parts.agents import Meta
from checks.parts.derived import Waiting
from checks.parts.kubernetes import Pods, Service, Services
from checks.scale import counted, scale
from checks.starting import groups_of, not_ready_since, waiting_pods


@check(
    id="services-failing",
    title="Services have no ready pod",
    source="https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/",
)
def services_failing(meta: Meta, services: Services, pods: Pods, waiting: Waiting) -> Iterator[Finding]:
    """A Service with a selector has matching live pods and none of them is ready, past the grace."""
    found: list[tuple[Service, int]] = []
    for service in services.items:
        since = not_ready_since(service, pods) if service.selector else None
        if since is not None and meta.taken_at - since > GRACE:
            found.append((service, sum(group.total for group in groups_of(service, pods))))
    if not found:
        return
    found.sort(key=lambda row: (row[0].namespace, row[0].name))
    affected = sum(count for _, count in found)
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=scale(affected, pods.total, replaceable=True),
        title=f"{counted(len(found), 'Service has', 'Services have')} no ready pod",
        subjects=tuple(Subject("Service", s.name, s.namespace) for s, _ in found),
        evidence=tuple(
            Evidence(Pods.ASKED, f"{s.namespace}/{s.name}: pods ready", f"0 of {count}")
            for s, count in found[:5]
        ),
        follows_from=tuple(
            Explains(symptom, waiters, of=Subject("Service", s.name, s.namespace))
            for s, _ in found
            if (waiters := waiting_pods(s, waiting, pods))
            for symptom in ("pods-not-scheduled", "pods-without-ip")
        ),
    )
