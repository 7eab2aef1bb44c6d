"""Which symptoms a Service without ready endpoint merely follows from: those of its waiting pods."""

from checks.model import Explains, Subject
from checks.parts.derived import StuckPod, UnscheduledPod, Waiting
from checks.parts.pods import Pod, Pods
from checks.parts.services import Service
from checks.starting import selects


def waiting_backends(service: Service, waiting: Waiting | None) -> tuple[Explains, ...]:
    """The symptoms of its pods that wait for the scheduler or for an address; empty when none does."""
    if waiting is None:
        return ()
    claims = (
        Explains("pods-not-scheduled", _mine(service, waiting.unscheduled)),
        Explains("pods-without-ip", _mine(service, waiting.without_ip)),
    )
    return tuple(claim for claim in claims if claim.subjects)


def kept_backends(service: Service, pods: Pods | None) -> tuple[Pod, ...]:
    """Its pods among those kept one by one: the DNS pods, and of others those that are not ready."""
    return tuple(pod for pod in (pods.items if pods else ()) if _selected(service, pod))


def _mine(service: Service, items: tuple[UnscheduledPod, ...] | tuple[StuckPod, ...]) -> frozenset[Subject]:
    return frozenset(item.subject for item in items if _selected(service, item.pod))


def _selected(service: Service, pod: Pod) -> bool:
    return pod.namespace == service.namespace and selects(service.selector, pod.labels)
