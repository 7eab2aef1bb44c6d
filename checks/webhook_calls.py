"""Where the API server's calls to webhooks and aggregated APIs fail, source by source.

Each function yields (namespace, Service) pairs with the reading that says so.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from checks.control_plane import is_managed, proven_reachable, routable
from checks.derive import GRACE
from checks.model import Evidence
from checks.parts.aws import EksCluster
from checks.parts.cilium import CiliumConfig
from checks.parts.kubernetes import Events, KubernetesVersion
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.parts.services import Endpoints, Service, Services
from checks.parts.vpc import Vpcs
from checks.parts.webhooks import ApiServices, Webhooks
from checks.parts.workloads import Deployments
from checks.starting import starting

Backend = tuple[str, str]
"""Namespace and name of the Service behind a webhook or an aggregated API."""

_CALL = re.compile(r"https?://([a-z0-9-]+)\.([a-z0-9-]+)\.svc\b")
_NO_ENDPOINTS = re.compile(r'no endpoints available for service "([a-z0-9-]+)"')
_FAILED = "failed calling webhook"


def told_by_events(
    events: Events | None, deployments: Deployments | None
) -> Iterator[tuple[Backend, Evidence]]:
    """Failed calls that events and ReplicaFailure conditions tell of."""
    texts = [(Events.ASKED, "message", event.message) for event in (events.items if events else ())]
    texts += [
        (Deployments.ASKED, "status.conditions[ReplicaFailure].message", item.replica_failure)
        for item in (deployments.items if deployments else ())
    ]
    for asked, field, text in texts:
        for backend in called(text):
            yield backend, Evidence(asked, field, text)


def called(text: str) -> Iterable[Backend]:
    """The Services whose failed call this text tells of, (namespace, name); none for any other text."""
    if _FAILED not in text:
        return ()
    return tuple(dict.fromkeys((match[2], match[1]) for match in _CALL.finditer(text)))


def unavailable_apis(
    apiservices: ApiServices | None, taken_at: datetime
) -> Iterator[tuple[Backend, Evidence]]:
    """Aggregated APIs, served by a pod, that the API server finds unavailable past the grace."""
    for item in apiservices.items if apiservices else ():
        if item.service is None or item.namespace is None or item.available is not False:
            continue
        if item.since is not None and taken_at - item.since <= GRACE:
            continue
        text = ", ".join(part for part in (item.name, item.reason, item.message) if part)
        yield (
            (item.namespace, item.service),
            Evidence(ApiServices.ASKED, "status.conditions[Available]", f"False: {text}"),
        )


def without_endpoint(
    webhooks: Webhooks,
    endpoints: Endpoints,
    services: Services | None,
    pods: Pods | None,
    deployments: Deployments | None,
    taken_at: datetime,
) -> Iterator[tuple[Backend, Evidence]]:
    """Webhooks whose Service has no ready endpoint, its pods not merely starting nor asked away.

    One that may fail is left out while it is not known whether somebody asked its pods away.
    """
    closed = {(hook.namespace, hook.service) for hook in webhooks.items if hook.fails_closed}
    for hook in webhooks.items:
        if endpoints.of(hook.namespace, hook.service).ready:
            continue
        service = services.by_name.get((hook.namespace, hook.service)) if services else None
        if service is not None and starting(service, pods, taken_at):
            continue
        unread = services is None or deployments is None
        if (hook.namespace, hook.service) not in closed and (unread or _parked(service, deployments)):
            continue
        yield (
            (hook.namespace, hook.service),
            Evidence(Endpoints.ASKED, f"{hook.namespace}/{hook.service}: ready endpoints", "0"),
        )


def _parked(service: Service | None, deployments: Deployments | None) -> bool:
    """Whether somebody scaled what stands behind a Service to nothing."""
    if service is None or not service.selector or deployments is None:
        return False
    behind = [
        d
        for d in deployments.items
        if d.namespace == service.namespace and set(service.selector) <= set(d.pod_labels)
    ]
    return bool(behind) and not any(deployment.desired for deployment in behind)


def out_of_reach(
    webhooks: Webhooks,
    apiservices: ApiServices | None,
    endpoints: Endpoints,
    nodes: Nodes | None,
    cilium: CiliumConfig | None,
    vpcs: Vpcs | None,
    eks: EksCluster | None,
    kubernetes: KubernetesVersion | None,
) -> Iterator[tuple[Backend, Evidence]]:
    """Webhooks with an endpoint that a managed control plane has no route to.

    An aggregated API on such an address that is Available proves the opposite for all of them.
    """
    if nodes is None or cilium is None or not is_managed(eks, kubernetes):
        return
    found: dict[Backend, list[str]] = {}
    for hook in webhooks.items:
        for endpoint in endpoints.of(hook.namespace, hook.service).ready:
            if routable(endpoint.ip, nodes, cilium, vpcs, eks) is False:
                found.setdefault((hook.namespace, hook.service), []).append(endpoint.ip)
    if proven_reachable(apiservices, endpoints, (ip for ips in found.values() for ip in ips)):
        return
    for backend, ips in found.items():
        text = ", ".join(sorted(set(ips))[:5])
        yield backend, Evidence(Endpoints.ASKED, "endpoints[].addresses outside the VPC", text)
