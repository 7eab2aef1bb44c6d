"""What a pod asks of a node, by the scheduler's rule; resource lists as the API writes them."""

from collections.abc import Iterable

import msgspec

from checks.collect.quantity import milli, whole
from checks.collect.source import UnreadError
from checks.parts.nodes import Resources

NOTHING = Resources()

Amount = str | int | float | None


class ResourceList(msgspec.Struct, gc=False, frozen=True):
    """A map of resources: those that checks read."""

    cpu: Amount = None
    memory: Amount = None
    ephemeral: Amount = msgspec.field(name="ephemeral-storage", default=None)
    pods: Amount = None


class Requirements(msgspec.Struct, gc=False):
    """``resources`` of a container or a pod."""

    requests: ResourceList | None = None


class Container(msgspec.Struct, gc=False, rename="camel"):
    """A container's requests, and whether an init container goes on running (a sidecar)."""

    resources: Requirements | None = None
    restart_policy: str | None = None


def resources(listed: ResourceList | None) -> Resources:
    """The amounts of a resource list. Raises UnreadError for one that is no quantity."""
    if listed is None:
        return NOTHING
    try:
        return Resources(
            cpu_milli=milli(listed.cpu or 0),
            memory_bytes=whole(listed.memory or 0),
            ephemeral_bytes=whole(listed.ephemeral or 0),
        )
    except ValueError as error:
        raise UnreadError(f"unreadable: {error}") from None


def pod_requests(
    containers: Iterable[Container] | None,
    init: Iterable[Container] | None = None,
    overhead: ResourceList | None = None,
    pod: Requirements | None = None,
) -> Resources:
    """What the scheduler reckons with (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/).

    The containers and sidecars together, or the largest init container with the sidecars started before it;
    the larger of the two for each resource, what the pod itself asks for instead where it does, and overhead.
    """
    running = _sum(_of(container) for container in containers or ())
    sidecars, starting = NOTHING, NOTHING
    for container in init or ():
        own = _of(container)
        if container.restart_policy == "Always":
            sidecars = _sum((sidecars, own))
            starting = _most(starting, sidecars)
        else:
            starting = _most(starting, _sum((sidecars, own)))
    total = _most(_sum((running, sidecars)), starting)
    if pod is not None and pod.requests is not None:
        total = _instead(total, pod.requests)
    return _sum((total, resources(overhead))) if overhead is not None else total


def _of(container: Container) -> Resources:
    return resources(container.resources.requests) if container.resources else NOTHING


def _sum(amounts: Iterable[Resources]) -> Resources:
    cpu = memory = ephemeral = 0
    for amount in amounts:
        cpu += amount.cpu_milli
        memory += amount.memory_bytes
        ephemeral += amount.ephemeral_bytes
    return Resources(cpu_milli=cpu, memory_bytes=memory, ephemeral_bytes=ephemeral)


def _most(one: Resources, other: Resources) -> Resources:
    return Resources(
        cpu_milli=max(one.cpu_milli, other.cpu_milli),
        memory_bytes=max(one.memory_bytes, other.memory_bytes),
        ephemeral_bytes=max(one.ephemeral_bytes, other.ephemeral_bytes),
    )


def _instead(total: Resources, asked: ResourceList) -> Resources:
    own = resources(asked)
    return Resources(
        cpu_milli=total.cpu_milli if asked.cpu is None else own.cpu_milli,
        memory_bytes=total.memory_bytes if asked.memory is None else own.memory_bytes,
        ephemeral_bytes=total.ephemeral_bytes if asked.ephemeral is None else own.ephemeral_bytes,
    )
