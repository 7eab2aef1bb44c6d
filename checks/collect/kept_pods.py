"""The pods that matter on their own, with everything that a check may ask of them."""

from functools import lru_cache

import msgspec

from checks.collect.pod_items import OnDemand, PodItem, PodStatus, conditions_of, labels_of
from checks.collect.wire import LONG_AGO, clip, instant, pairs
from checks.collect.workloads import TolerationItem, tolerations
from checks.parts.nodes import Resources, Toleration
from checks.parts.pods import Pod

_IP_POOL = "ipam.cilium.io/ip-pool"
_SANDBOX_MADE = ("PodReadyToStartContainers", "PodHasNetwork")  # the latter before Kubernetes 1.28
_BEFORE_SANDBOX = ("", "ContainerCreating", "PodInitializing")


class _Owner(msgspec.Struct, gc=False):
    kind: str | None = None
    name: str | None = None
    controller: bool | None = None


class _Claim(msgspec.Struct, gc=False, rename="camel"):
    claim_name: str | None = None


class _Volume(msgspec.Struct, gc=False, rename="camel"):
    name: str = ""
    persistent_volume_claim: _Claim | None = None
    ephemeral: msgspec.Raw = msgspec.Raw()


class _Waiting(msgspec.Struct, gc=False):
    reason: str | None = None
    message: str | None = None


class _Ended(msgspec.Struct, gc=False):
    message: str | None = None


class _State(msgspec.Struct, gc=False):
    waiting: _Waiting | None = None
    terminated: _Ended | None = None


class _ContainerStatus(msgspec.Struct, gc=False, rename="camel"):
    state: _State | None = None
    last_state: _State | None = None
    restart_count: int | None = None


_ANNOTATIONS = OnDemand(dict[str, str], "annotations")
_OWNERS = OnDemand(list[_Owner], "ownerReferences")
_NODE_SELECTOR = OnDemand(dict[str, str], "nodeSelector")
_TOLERATIONS = OnDemand(list[TolerationItem], "tolerations")
_VOLUMES = OnDemand(list[_Volume], "volumes")
_STATUSES = OnDemand(list[_ContainerStatus], "container statuses")


def whole_pod(item: PodItem, *, ready: bool, deleting: bool, requests: Resources) -> Pod:
    """The pod with everything that Pod has. Raises UnreadError for what is not as the API gives it."""
    meta, spec, status = item.metadata, item.spec, item.status
    conditions = conditions_of(item)
    scheduled, at = conditions.get("PodScheduled"), conditions.get("Ready")
    made = next((conditions[name] for name in _SANDBOX_MADE if name in conditions), None)
    waiting, ended, restarts = _containers(status)
    owners = _OWNERS.read(meta.owner_references) or []
    owner = next((o for o in owners if o.controller), owners[0] if owners else _Owner())
    annotations = _ANNOTATIONS.read(meta.annotations) or {}
    return Pod(
        namespace=meta.namespace,
        name=meta.name,
        created=meta.creation_timestamp or LONG_AGO,
        node=spec.node_name or None,
        phase=status.phase or "Pending",
        host_network=bool(spec.host_network),
        ip=status.pod_ip or None,
        labels=pairs(labels_of(item)),
        owner_kind=owner.kind,
        owner_name=owner.name,
        deleting=deleting,
        scheduled=scheduled.holds if scheduled else None,
        scheduled_since=scheduled.since if scheduled else None,
        unscheduled_reason=clip(scheduled.reason) if scheduled else "",
        unscheduled_message=clip(scheduled.message) if scheduled else "",
        ready=ready,
        ready_since=at.since if at else None,
        sandbox_made=made.holds if made else None,
        waiting_reasons=tuple(clip(w.reason) for w in waiting),
        waiting_messages=tuple(clip(w.message) for w in waiting),
        last_words=tuple(clip(e.message) for e in ended if e.message),
        restarts=restarts,
        started=instant(status.start_time),
        requests=requests,
        node_selector=pairs(_NODE_SELECTOR.read(spec.node_selector)),
        tolerations=_tolerations(bytes(spec.tolerations)),
        volume_claims=_claims(item),
        images=tuple(container.image for container in spec.containers or () if container.image),
        ip_pool=clip(annotations.get(_IP_POOL)) or None,
    )


def sandbox_is_made(pod: Pod) -> bool:
    """Whether the pod got past its sandbox: it says so, or waits for what only comes afterwards."""
    return pod.sandbox_made is True or any(reason not in _BEFORE_SANDBOX for reason in pod.waiting_reasons)


@lru_cache(maxsize=1024)
def _tolerations(raw: bytes) -> tuple[Toleration, ...]:
    """Tolerations by their bytes: most pods have the same."""
    return tolerations(_TOLERATIONS.read(msgspec.Raw(raw)))


def _containers(status: PodStatus) -> tuple[list[_Waiting], list[_Ended], int]:
    """What containers wait for and how they ended, init containers first, and how often they restarted."""
    told = [
        *(_STATUSES.read(status.init_container_statuses) or ()),
        *(_STATUSES.read(status.container_statuses) or ()),
    ]
    waiting = [one.state.waiting for one in told if one.state and one.state.waiting]
    states = [state for one in told for state in (one.state, one.last_state) if state]
    ended = [state.terminated for state in states if state.terminated]
    return waiting, ended, sum(one.restart_count or 0 for one in told)


def _claims(item: PodItem) -> tuple[str, ...]:
    """The claims it mounts; a generic ephemeral volume's claim is named after the pod and the volume."""
    found = []
    for volume in _VOLUMES.read(item.spec.volumes) or ():
        claim = volume.persistent_volume_claim
        if claim and claim.claim_name:
            found.append(claim.claim_name)
        elif bytes(volume.ephemeral) not in (b"", b"null"):
            found.append(f"{item.metadata.name}-{volume.name}")
    return tuple(found)
