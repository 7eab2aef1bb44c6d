"""A webhook on the host's network needs a port that nothing on the node holds."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.pods import Pod, Pods
from checks.parts.services import Endpoints, Service, Services
from checks.parts.webhooks import Webhooks
from checks.services.waiting_backends import kept_backends

KUBELET_PORT = 10250


@check(
    id="webhook-hostnetwork-port-clash",
    title="A webhook on the host's network wants a port that is taken",
    source="https://cert-manager.io/docs/installation/compatibility/",
)
def webhook_hostnetwork_port_clash(
    webhooks: Webhooks, services: Services, endpoints: Endpoints, pods: Pods
) -> Iterator[Finding]:
    """Port 10250 is the kubelet's on every node, and cert-manager's webhook asks for it by default.

    The pod cannot bind it and crashes, or finds no node whose port is free.
    """
    found: list[tuple[Service, Pod]] = []
    for namespace, name in sorted({(hook.namespace, hook.service) for hook in webhooks.items}):
        service = services.by_name.get((namespace, name))
        if service is None or endpoints.of(namespace, name).ready:
            continue
        found += [
            (service, pod) for pod in kept_backends(service, pods) if pod.host_network and not pod.ready
        ]
    clashing = [
        (service, pod) for service, pod in found if _taken(pod) or _on_kubelet_port(service, endpoints)
    ]
    if not clashing:
        return
    subjects = frozenset(Subject("Service", s.name, s.namespace) for s, _ in clashing)
    said = [_words(pod) for _, pod in clashing if _taken(pod)]
    service, pod = clashing[0]
    kubelet = any(_on_kubelet_port(s, endpoints) for s, _ in clashing)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN if said else Confidence.LIKELY,
        title=f"{service.namespace}/{service.name} is on the host's network and its port is taken"
        + (f": {KUBELET_PORT} is the kubelet's" if kubelet else ""),
        because="Its pods share the node's ports and never become ready. "
        + ("They say that the port is in use." if said else "Their log would name the address in use."),
        subjects=(*sorted(subjects), *(Subject("Pod", p.name, p.namespace) for _, p in clashing)),
        evidence=(
            Evidence(Pods.ASKED, f"{pod.namespace}/{pod.name}: spec.hostNetwork", "true", len(clashing)),
            *(Evidence(Pods.ASKED, f"{pod.name}: status", text) for text in said[:1]),
            Evidence(
                Endpoints.ASKED, f"{service.name}: ports", ", ".join(map(str, _ports(service, endpoints)))
            ),
        ),
        explains=(
            Explains("webhooks-failing", subjects),
            Explains("services-failing", subjects),
            Explains(
                "pods-not-scheduled",
                frozenset(Subject("Pod", p.name, p.namespace) for _, p in clashing if p.node is None),
            ),
        ),
        leads_to=("scheduler-placement-constraints",),
        actions=(
            look(
                "Read why it does not start",
                f"kubectl -n {quote(service.namespace)} logs {quote(pod.name)} --previous --tail=20",
                "bind: address already in use",
            ),
            change(
                "Give it a port of its own",
                f"helm upgrade cert-manager jetstack/cert-manager -n {quote(service.namespace)} "
                '--version "${CERT_MANAGER_VERSION:?}" --reuse-values --set '
                "webhook.securePort=10260"
                if "cert-manager" in service.name
                else f"kubectl -n {quote(service.namespace)} get deployments   # set another port in its "
                "chart",
                risk="the webhook restarts; guarded writes fail meanwhile, as now",
                verify="the Service has a ready endpoint",
            ),
        ),
        references=links("cert-manager#3237", "cert-manager/website#1002"),
    )


def _words(pod: Pod) -> str:
    return (
        "; ".join((*pod.waiting_reasons, *pod.waiting_messages, *pod.last_words)) or pod.unscheduled_message
    )


def _taken(pod: Pod) -> bool:
    text = _words(pod).lower()
    return "address already in use" in text or "free ports for the requested pod ports" in text


def _ports(service: Service, endpoints: Endpoints) -> tuple[int, ...]:
    told = endpoints.of(service.namespace, service.name).ports
    return told or tuple(int(p.target) for p in service.ports if p.target.isdigit())


def _on_kubelet_port(service: Service, endpoints: Endpoints) -> bool:
    return KUBELET_PORT in _ports(service, endpoints)
