"""Snapshot.nodes, from the list of all Nodes."""

from collections.abc import Mapping

import msgspec

from checks.collect.addresses import is_address
from checks.collect.quantity import whole
from checks.collect.requests import ResourceList, resources
from checks.collect.source import Source, UnreadError
from checks.collect.wire import LONG_AGO, Instant, Item, clip, items
from checks.parts.nodes import Node, Nodes, Taint

RIGHTS = ("list nodes",)
_POD_CIDR = ("network.cilium.io/ipv4-pod-cidr", "io.cilium.network.ipv4-pod-cidr")  # the latter up to 1.12


class _Taint(msgspec.Struct, gc=False, rename="camel"):
    key: str = ""
    value: str | None = None
    effect: str | None = None
    time_added: Instant | None = None


class _Spec(msgspec.Struct, gc=False):
    taints: list[_Taint] | None = None
    unschedulable: bool | None = None
    provider_id: str | None = msgspec.field(name="providerID", default=None)
    pod_cidrs: list[str] | None = msgspec.field(name="podCIDRs", default=None)
    pod_cidr: str | None = msgspec.field(name="podCIDR", default=None)


class _Address(msgspec.Struct, gc=False):
    type: str = ""
    address: str = ""


class _Condition(msgspec.Struct, gc=False, rename="camel"):
    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    last_transition_time: Instant | None = None


class _Info(msgspec.Struct, gc=False, rename="camel"):
    os_image: str | None = None
    operating_system: str | None = None
    kubelet_version: str | None = None


class _Status(msgspec.Struct, gc=False, rename="camel"):
    addresses: list[_Address] | None = None
    allocatable: ResourceList | None = None
    conditions: list[_Condition] | None = None
    node_info: _Info | None = None


class _Node(Item, gc=False):
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


def read(source: Source) -> Nodes:
    """Read every Node, sorted by name. Raises UnreadError."""
    same: dict[str, str] = {}  # labels repeat from node to node: one text for all of them
    found = [_node(item, same) for item in items(source, Nodes.ASKED, _Node, "Node")]
    return Nodes(items=tuple(sorted(found, key=lambda node: node.name)))


def _node(item: _Node, same: dict[str, str]) -> Node:
    meta, spec, status = item.metadata, item.spec, item.status
    addresses = [a for a in status.addresses or () if is_address(a.address)]  # others are host names
    ready = next((c for c in status.conditions or () if c.type == "Ready"), None)
    info = status.node_info or _Info()
    return Node(
        name=meta.name,
        created=meta.creation_timestamp or LONG_AGO,
        labels={key: same.setdefault(value, value) for key, value in (meta.labels or {}).items()},
        annotations_pod_cidr=_pod_cidr(meta.annotations or {}),
        taints=tuple(
            Taint(key=t.key, value=t.value or "", effect=t.effect or "", added=t.time_added)
            for t in spec.taints or ()
        ),
        unschedulable=bool(spec.unschedulable),
        provider_id=spec.provider_id or None,
        internal_ips=tuple(a.address for a in addresses if a.type == "InternalIP"),
        addresses=tuple(a.address for a in addresses),
        pod_cidrs=tuple(spec.pod_cidrs or ((spec.pod_cidr,) if spec.pod_cidr else ())),
        max_pods=_max_pods(status.allocatable),
        allocatable=resources(status.allocatable) if status.allocatable else None,
        ready=None if ready is None else ready.status == "True",
        ready_since=ready.last_transition_time if ready else None,
        ready_reason=clip(ready.reason) if ready else "",
        ready_message=clip(ready.message) if ready else "",
        os_image=info.os_image or "",
        os=info.operating_system or "linux",
        kubelet_version=info.kubelet_version or "",
        deleted=meta.deletion_timestamp is not None,
    )


def _pod_cidr(annotations: Mapping[str, str]) -> str | None:
    return next((annotations[key] for key in _POD_CIDR if annotations.get(key)), None)


def _max_pods(allocatable: ResourceList | None) -> int | None:
    if allocatable is None or allocatable.pods is None:
        return None
    try:
        return whole(allocatable.pods)
    except ValueError as error:
        raise UnreadError(f"unreadable: {error}") from None
