"""Whether a Service's pods are only just starting, and which of them wait."""

from collections.abc import Iterator
from datetime import datetime

from checks.derive import GRACE
from checks.model import Subject
from checks.parts.derived import Waiting
from checks.parts.kubernetes import Labels
from checks.parts.pods import Pod, PodGroup, Pods
from checks.parts.services import Service


def selects(selector: Labels, labels: Labels) -> bool:
    """Whether a Service's selector matches these labels; an empty selector matches nothing."""
    return bool(selector) and set(selector) <= set(labels)


def groups_of(service: Service, pods: Pods) -> Iterator[PodGroup]:
    """The groups of live pods that a Service selects."""
    for group in pods.groups:
        if group.namespace == service.namespace and selects(service.selector, group.labels):
            yield group


def not_ready_since(service: Service, pods: Pods) -> datetime | None:
    """Since when the earliest of its pods is not ready; None when one is ready or there is none."""
    groups = list(groups_of(service, pods))
    if not groups or any(group.ready for group in groups):
        return None
    return min((group.not_ready_since for group in groups if group.not_ready_since), default=None)


def starting(service: Service, pods: Pods | None, taken_at: datetime) -> bool:
    """Whether it has pods, none ready, and all of them within the grace: nothing to judge yet."""
    if pods is None or not any(True for _ in groups_of(service, pods)):
        return False
    since = not_ready_since(service, pods)
    return since is not None and taken_at - since <= GRACE


def waiting_pods(service: Service, waiting: Waiting | None, pods: Pods | None) -> frozenset[Subject]:
    """Its pods, when every one of them waits for the scheduler or for an address; else none.

    A Service whose other pods run and are not ready fails for their reason, whoever waits beside them.
    """
    if waiting is None or pods is None:
        return frozenset()
    found: list[Pod] = [item.pod for item in waiting.unscheduled]
    found += [item.pod for item in waiting.without_ip]
    mine = frozenset(
        Subject("Pod", pod.name, pod.namespace)
        for pod in found
        if pod.namespace == service.namespace and selects(service.selector, pod.labels)
    )
    return mine if len(mine) == sum(group.total for group in groups_of(service, pods)) else frozenset()
