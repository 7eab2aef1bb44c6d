"""The cluster's DNS Service must have a ready pod behind it."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.dns import dns_service
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.derived import Waiting
from checks.parts.pods import Pod, Pods
from checks.parts.services import Endpoints, Service, Services
from checks.parts.workloads import Deployments
from checks.scale import counted
from checks.services.waiting_backends import kept_backends, waiting_backends
from checks.starting import starting


@check(
    id="coredns-without-endpoints",
    title="Cluster DNS has no ready pod",
    source="https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/",
)
def coredns_without_endpoints(
    meta: Meta,
    services: Services,
    endpoints: Endpoints,
    pods: Pods,
    waiting: Waiting,
    deployments: Deployments | None,
) -> Iterator[Finding]:
    """CoreDNS is an ordinary Deployment and suffers every fault of pods; without it every lookup times out.

    Where its pods wait for a node or an address, that is the cause and this follows from it.
    """
    service = dns_service(services)
    if (service.namespace, service.name) not in services.by_name:
        return
    behind = endpoints.of(service.namespace, service.name)
    if behind.ready or starting(service, pods, meta.taken_at):
        return
    mine = kept_backends(service, pods)
    wait = waiting_backends(service, waiting)
    subject = Subject("Service", service.name, service.namespace)
    state = _state(mine, _desired(service, deployments))
    running = tuple(pod for pod in mine if pod.ip)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN,
        title=f"{service.name} has no ready endpoint: {state}",
        because="Its EndpointSlices were read and hold no ready address, so no policy, route or port is "
        "to blame for the timeouts. What the DNS pods lack is in the evidence.",
        subjects=(subject, *(Subject("Pod", pod.name, pod.namespace) for pod in mine)),
        evidence=(
            Evidence(Endpoints.ASKED, f"{service.name}: endpoints[].conditions.ready", "0"),
            Evidence(Endpoints.ASKED, f"{service.name}: endpoints not ready", str(len(behind.not_ready))),
            Evidence(Pods.ASKED, "pods of the Service", state, max(1, len(mine))),
            *(
                Evidence(Pods.ASKED, f"{pod.name}: status", text)
                for pod in mine[:3]
                if (text := _reason(pod))
            ),
        ),
        explains=(Explains("dns-failing"), Explains("services-failing", frozenset({subject}))),
        follows_from=wait or ((Explains("services-failing", frozenset({subject})),) if running else ()),
        actions=(
            look(
                "See what the DNS pods wait for",
                f"kubectl -n {quote(service.namespace)} get pods -l k8s-app=kube-dns -o wide && kubectl -n "
                f"{quote(service.namespace)} describe pods -l k8s-app=kube-dns",
                "Pending without node: the scheduler; ContainerCreating: addresses; CrashLoop: its own log",
            ),
            change(
                "Bring one replica up on a node with room; then spread replicas over nodes and zones",
                f"kubectl -n {quote(service.namespace)} rollout restart deployment/coredns",
                risk="places the DNS pods anew; nothing resolves meanwhile, as now",
                verify=f"kubectl -n {service.namespace} get endpointslices -l "
                f"kubernetes.io/service-name={service.name} shows ready addresses",
            ),
        ),
        references=links("roadmap#2328", "roadmap#1389", "cilium#24774"),
    )


def _desired(service: Service, deployments: Deployments | None) -> int | None:
    """Replicas wanted of the Deployment behind the Service, where that is known."""
    for item in deployments.items if deployments else ():
        if item.namespace == service.namespace and set(service.selector) <= set(item.pod_labels):
            return item.desired
    return None


def _state(pods: tuple[Pod, ...], desired: int | None) -> str:
    if not pods:
        return "its Deployment is scaled to 0" if desired == 0 else "there is no DNS pod"
    unscheduled = sum(pod.node is None for pod in pods)
    without_ip = sum(pod.node is not None and pod.ip is None for pod in pods)
    rest = len(pods) - unscheduled - without_ip
    parts = (
        (unscheduled, "without a node"),
        (without_ip, "without an address"),
        (rest, "running and not ready"),
    )
    return ", ".join(f"{counted(count, 'DNS pod')} {word}" for count, word in parts if count)


def _reason(pod: Pod) -> str:
    return "; ".join((*pod.waiting_reasons, *pod.waiting_messages)) or pod.unscheduled_message
