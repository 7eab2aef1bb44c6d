"""Services with pods behind them, none of which is ready."""

from collections.abc import Iterator

from checks.derive import GRACE
from checks.dns import dns_service
from checks.model import Evidence, Explains, Finding, Kind, Subject, check
from checks.parts.agents import Meta
from checks.parts.derived import Waiting
from checks.parts.kubernetes import Events
from checks.parts.pods import Pods
from checks.parts.services import Service, Services
from checks.scale import counted, scale
from checks.starting import groups_of, not_ready_since, selects, waiting_pods


@check(
    id="services-failing",
    title="Services have no ready pod",
    source="https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/",
)
def services_failing(
    meta: Meta, services: Services, pods: Pods, waiting: Waiting, events: Events | None
) -> Iterator[Finding]:
    """A Service with a selector has matching live pods and none of them is ready, past the grace.

    It follows from its pods' wait when all of them wait, and from DNS when they say that look-ups fail.
    """
    found: list[tuple[Service, int]] = []
    for service in services.items:
        since = not_ready_since(service, pods) if service.selector else None
        if since is not None and meta.taken_at - since > GRACE:
            found.append((service, sum(group.total for group in groups_of(service, pods))))
    if not found:
        return
    dns = dns_service(services)
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
        follows_from=tuple(link for s, _ in found for link in _follows(s, pods, waiting, events, dns)),
    )


def _follows(
    service: Service, pods: Pods, waiting: Waiting, events: Events | None, dns: Service
) -> Iterator[Explains]:
    subject = Subject("Service", service.name, service.namespace)
    if waiters := waiting_pods(service, waiting, pods):
        yield Explains("pods-not-scheduled", waiters, of=subject)
        yield Explains("pods-without-ip", waiters, of=subject)
    names = {
        pod.name
        for pod in pods.items
        if pod.namespace == service.namespace and selects(service.selector, pod.labels)
    }
    told = events.items if events else ()
    mine = [
        e.message for e in told if e.kind == "Pod" and e.namespace == service.namespace and e.name in names
    ]
    if any(_failed_lookup(text, dns) for text in mine):
        target = frozenset({Subject("Service", dns.name, dns.namespace)})
        yield Explains("dns-failing", target, of=subject)


def _failed_lookup(text: str, dns: Service) -> bool:
    """Whether a probe's output tells of a name that this DNS Service did not resolve in time."""
    asked = f"on {dns.cluster_ip}:53" in text if dns.cluster_ip else False
    return "lookup " in text and asked and ("i/o timeout" in text or "connection refused" in text)
