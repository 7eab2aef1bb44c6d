"""The cluster's DNS does not answer, or has nobody behind it."""

from collections import Counter
from collections.abc import Iterator

from checks.dns import dns_service, is_foreign
from checks.model import Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import DnsProbe, DnsProbes, Meta
from checks.parts.derived import Waiting
from checks.parts.pods import Pods
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import Vpcs
from checks.starting import starting, waiting_pods

_ANSWERED = frozenset({"ok", "nxdomain"})
"""A server that says "no such name" has answered."""


@check(
    id="dns-failing",
    title="Cluster DNS does not answer",
    source="https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/",
)
def dns_failing(
    meta: Meta,
    services: Services | None,
    endpoints: Endpoints | None,
    dns_probes: DnsProbes | None,
    pods: Pods | None,
    waiting: Waiting | None,
    vpcs: Vpcs | None,
) -> Iterator[Finding | Undecided]:
    """A probe to the cluster's DNS fails, or its Service has no ready endpoint.

    A probe of the VPC's own resolver is none of the cluster's DNS.
    """
    service = dns_service(services)
    subject = Subject("Service", service.name, service.namespace)
    behind = endpoints.of(service.namespace, service.name) if endpoints else None
    empty = behind is not None and not behind.ready and not starting(service, pods, meta.taken_at)
    asked = [p for p in (dns_probes.items if dns_probes else ()) if not is_foreign(p.server, vpcs)]
    failed = [p for p in asked if p.outcome not in _ANSWERED]
    if not empty and not failed:
        unread = {"endpoints": endpoints, "dns_probes": dns_probes}
        yield from (Undecided(part=name) for name, part in unread.items() if part is None)
        return
    silent = bool(asked) and len(failed) == len(asked)
    evidence = [
        Evidence(DnsProbes.ASKED, f"{server} {protocol}", f"{outcome}{_where(place)}", count)
        for (server, protocol, outcome, place), count in Counter(map(_key, failed)).most_common(6)
    ]
    if behind is not None:
        evidence.append(
            Evidence(Endpoints.ASKED, f"{service.name}: endpoints[].conditions.ready", str(len(behind.ready)))
        )
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=Severity.CRITICAL if empty or silent else Severity.HIGH,
        title="cluster DNS has no ready endpoint"
        if empty
        else f"{len(failed)} of {len(asked)} DNS probes fail",
        subjects=(subject,),
        evidence=tuple(evidence),
        follows_from=_follows(subject, waiting_pods(service, waiting, pods)) if empty else (),
    )


def _key(probe: DnsProbe) -> tuple[str, str, str, str | None]:
    return probe.server, probe.protocol, probe.outcome, probe.from_node


def _where(node: str | None) -> str:
    return f", asked from {node}" if node else ""


def _follows(subject: Subject, pods: frozenset[Subject]) -> tuple[Explains, ...]:
    if not pods:
        return ()
    return tuple(Explains(symptom, pods, of=subject) for symptom in ("pods-not-scheduled", "pods-without-ip"))
