"""What the kernel of a node shows of its interfaces, as far as errors and attach times tell."""

from datetime import datetime, timedelta

from checks.parts.derived import StuckPod, Waiting
from checks.parts.kubernetes import Events
from checks.parts.vpc import Interface, Interfaces

TEXT = "unable to find ifindex for interface MAC"
PATIENCE = timedelta(minutes=5)
"""Udev is done with a new interface within a minute; the pod's next tries are up to minutes apart."""


def invisible(waiting: Waiting) -> tuple[StuckPod, ...]:
    """Pods that wait because their interface is not there for the kernel."""
    return tuple(item for item in waiting.without_ip if TEXT in item.message)


def since(item: StuckPod, events: Events) -> datetime:
    """Since when the pod is told so; since its creation where events do not say."""
    own = events.by_object.get(("Pod", item.pod.namespace, item.pod.name), ())
    told = [event.first_seen or event.last_seen for event in own if TEXT in event.message]
    return min(told, default=item.pod.created)


def further(instance: str | None, interfaces: Interfaces) -> tuple[Interface, ...]:
    """The interfaces of an instance beside its primary one."""
    return tuple(i for i in interfaces.by_instance.get(instance or "", ()) if i.device_index or i.card_index)
