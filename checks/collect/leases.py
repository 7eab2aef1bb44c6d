"""Snapshot.leases, from the list of all Leases but the nodes' heartbeats."""

import msgspec

from checks.collect.source import Source
from checks.collect.wire import Instant, items
from checks.parts.kubernetes import Lease, Leases

RIGHTS = ("list coordination.k8s.io/leases",)
_HEARTBEATS = "kube-node-lease"


class _Meta(msgspec.Struct, gc=False):
    name: str = ""
    namespace: str | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    holder_identity: str | None = None
    renew_time: Instant | None = None
    lease_duration_seconds: int | None = None


class _Lease(msgspec.Struct, gc=False):
    kind: str | None = None
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    spec: _Spec | None = None


def read(source: Source) -> Leases:
    """Read the Leases that elect leaders, sorted by namespace and name. Raises UnreadError."""
    found = [
        _lease(item)
        for item in items(source, Leases.ASKED, _Lease, "Lease")
        if item.metadata.namespace != _HEARTBEATS
    ]
    return Leases(items=tuple(sorted(found, key=lambda lease: (lease.namespace, lease.name))))


def _lease(item: _Lease) -> Lease:
    spec = item.spec or _Spec()
    return Lease(
        namespace=item.metadata.namespace or "",
        name=item.metadata.name,
        holder=spec.holder_identity or None,
        renewed=spec.renew_time,
        duration_s=spec.lease_duration_seconds,
    )
