"""Admission webhooks or aggregated APIs that the API server cannot call."""

from collections.abc import Iterator

from checks.model import Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import Meta
from checks.parts.aws import EksCluster
from checks.parts.cilium import CiliumConfig
from checks.parts.derived import Waiting
from checks.parts.kubernetes import Events, KubernetesVersion
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import Vpcs
from checks.parts.webhooks import ApiServices, Webhooks
from checks.parts.workloads import Deployments
from checks.scale import counted
from checks.starting import waiting_pods
from checks.webhook_calls import (
    Backend,
    out_of_reach,
    told_by_events,
    unavailable_apis,
    without_endpoint,
)


@check(
    id="webhooks-failing",
    title="Admission webhooks fail",
    source="https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
)
def webhooks_failing(
    meta: Meta,
    webhooks: Webhooks,
    endpoints: Endpoints,
    services: Services | None,
    events: Events | None,
    deployments: Deployments | None,
    apiservices: ApiServices | None,
    pods: Pods | None,
    waiting: Waiting | None,
    nodes: Nodes | None,
    cilium: CiliumConfig | None,
    vpcs: Vpcs | None,
    eks: EksCluster | None,
    kubernetes: KubernetesVersion | None,
) -> Iterator[Finding | Undecided]:
    """A failed call is reported, an aggregated API is unavailable, a webhook has no ready endpoint,
    or its only endpoints lie where a managed control plane has no route to.
    """
    found: dict[Backend, Evidence] = {}
    for source in (
        told_by_events(events, deployments),
        unavailable_apis(apiservices, meta.taken_at),
        without_endpoint(webhooks, endpoints, services, pods, deployments, meta.taken_at),
        out_of_reach(webhooks, apiservices, endpoints, nodes, cilium, vpcs, eks, kubernetes),
    ):
        for backend, evidence in source:
            found.setdefault(backend, evidence)
    if not found:
        unread: dict[str, object] = {
            "events": events,
            "apiservices": apiservices,
            "nodes": nodes,
            "cilium": cilium,
        }
        if any(not endpoints.of(hook.namespace, hook.service).ready for hook in webhooks.items):
            unread |= {"services": services, "deployments": deployments}
        yield from (Undecided(part=name) for name, part in unread.items() if part is None)
        return
    closed = {(hook.namespace, hook.service) for hook in webhooks.items if hook.fails_closed}
    subjects = tuple(sorted(Subject("Service", name, namespace) for namespace, name in found))
    by_name = services.by_name if services else {}
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=Severity.HIGH if closed & found.keys() else Severity.MEDIUM,
        title=f"{counted(len(found), 'webhook or API Service', 'webhook or API Services')} cannot be called",
        subjects=subjects,
        evidence=tuple(found[key] for key in sorted(found)),
        follows_from=tuple(
            Explains(symptom, waiters, of=Subject("Service", name, namespace))
            for namespace, name in sorted(found)
            if (namespace, name) in by_name
            and (waiters := waiting_pods(by_name[(namespace, name)], waiting, pods))
            for symptom in ("pods-not-scheduled", "pods-without-ip")
        ),
    )
