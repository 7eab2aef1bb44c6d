"""A webhook needs a running pod behind its Service before anything it guards can be written."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.derived import Waiting
from checks.parts.kubernetes import Events
from checks.parts.pods import Pods
from checks.parts.services import Endpoints, Service, Services
from checks.parts.webhooks import ApiServices, Webhooks
from checks.scale import counted
from checks.services.waiting_backends import waiting_backends


@check(
    id="webhook-backend-without-ip",
    title="A webhook's own pod does not start",
    source="https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
)
def webhook_backend_without_ip(
    meta: Meta,
    webhooks: Webhooks,
    services: Services,
    endpoints: Endpoints,
    waiting: Waiting,
    apiservices: ApiServices | None,
) -> Iterator[Finding]:
    """The API server finds no endpoint because the Service's pods wait for a node or an address.

    That is a consequence: what keeps the pods waiting is the cause, and this stands alone only while that
    is not known.
    """
    found: dict[Service, tuple[Explains, ...]] = {}
    for namespace, name in sorted(_backends(webhooks, apiservices)):
        service = services.by_name.get((namespace, name))
        if service is None or endpoints.of(namespace, name).ready:
            continue
        claims = waiting_backends(service, waiting)
        if claims:
            found[service] = claims
    if not found:
        return
    names = {(service.namespace, service.name) for service in found}
    closed = any(h.fails_closed for h in webhooks.items if (h.namespace, h.service) in names)
    subjects = frozenset(Subject("Service", s.name, s.namespace) for s in found)
    pods = {s for claims in found.values() for claim in claims for s in claim.subjects or ()}
    messages = {w.message for w in waiting.without_ip if w.subject in pods and w.message}
    messages |= {w.message for w in waiting.unscheduled if w.subject in pods and w.message}
    first = next(iter(found))
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL if closed else Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=f"{counted(len(found), 'webhook or API Service has', 'webhook or API Services have')} no "
        f"endpoint: {counted(len(pods), 'pod')} behind them still {'waits' if len(pods) == 1 else 'wait'}",
        because="The Service has no ready endpoint and its pods have no node or no address yet. With "
        "ready endpoints it would be a matter of routes.",
        subjects=(*sorted(subjects), *sorted(pods)),
        evidence=(
            *(
                Evidence(Endpoints.ASKED, f"{s.namespace}/{s.name}: ready endpoints", "0")
                for s in sorted(subjects)
            ),
            *(Evidence(Events.ASKED, "message of its pods", text) for text in sorted(messages)[:2]),
            Evidence(Pods.ASKED, "pods behind it without node or address", str(len(pods))),
        ),
        explains=(Explains("webhooks-failing", subjects), Explains("services-failing", subjects)),
        follows_from=tuple(claim for claims in found.values() for claim in claims),
        actions=(
            look(
                "See what its pods wait for",
                f"kubectl -n {quote(first.namespace)} get pods -o wide && kubectl -n "
                f"{quote(first.namespace)} get events --field-selector type=Warning",
                "FailedScheduling: the scheduler; FailedCreatePodSandBox: addresses on that node",
            ),
            change(
                "Cure what keeps the pods waiting, or move them to a node with free addresses",
                f"kubectl cordon NODE && kubectl -n {quote(first.namespace)} delete pod POD && kubectl "
                "uncordon NODE",
                risk="the pod is placed anew; nothing is called while it starts",
                verify=f"kubectl -n {first.namespace} get endpointslices shows a ready address",
            ),
            change(
                "Afterwards run two replicas on different nodes; failurePolicy Ignore where it guards no "
                "security",
                None,
                risk="Ignore lets objects through unchecked while the webhook is down",
                verify="one replica can be deleted without a failed write",
            ),
        ),
        references=links("cert-manager#2319", "vpc-cni#59"),
    )


def _backends(webhooks: Webhooks, apiservices: ApiServices | None) -> set[tuple[str, str]]:
    found = {(hook.namespace, hook.service) for hook in webhooks.items}
    for api in apiservices.items if apiservices else ():
        if api.service and api.namespace and api.available is not True:
            found.add((api.namespace, api.service))
    return found
