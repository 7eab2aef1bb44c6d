"""Pods that are told that the kernel does not know their interface."""

from checks.enis.kernel_view import TEXT
from checks.parts.kubernetes import Event, Events
from tests.checks.hand import ago

MESSAGE = f"failed to set up sandbox: {TEXT} 0a:11:22:33:44:55"


def told(pod: str, *, minutes: float, namespace: str = "shop") -> Events:
    """The kubelet's event about this pod, the first of them so many minutes ago."""
    return Events(
        items=(
            Event(
                kind="Pod",
                namespace=namespace,
                name=pod,
                reason="FailedCreatePodSandBox",
                message=MESSAGE,
                first_seen=ago(minutes=minutes),
                last_seen=ago(minutes=1),
            ),
        )
    )
