"""Snapshot.endpoints, from the list of all EndpointSlices."""

from dataclasses import dataclass, field

import msgspec

from checks.collect.source import Source
from checks.collect.wire import items
from checks.parts.services import Endpoint, Endpoints, ServiceEndpoints

RIGHTS = ("list discovery.k8s.io/endpointslices",)
_SERVICE = "kubernetes.io/service-name"


class _Owner(msgspec.Struct, gc=False):
    kind: str = ""
    name: str = ""


class _Meta(msgspec.Struct, gc=False, rename="camel"):
    namespace: str | None = None
    labels: dict[str, str] | None = None
    owner_references: list[_Owner] | None = None


class _Conditions(msgspec.Struct, gc=False):
    ready: bool | None = None


class _Target(msgspec.Struct, gc=False):
    kind: str | None = None
    name: str | None = None


class _Endpoint(msgspec.Struct, gc=False, rename="camel"):
    addresses: list[str] | None = None
    conditions: _Conditions | None = None
    node_name: str | None = None
    target_ref: _Target | None = None


class _Port(msgspec.Struct, gc=False):
    port: int | None = None


class _Slice(msgspec.Struct, gc=False):
    kind: str | None = None
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    endpoints: list[_Endpoint] | None = None
    ports: list[_Port] | None = None


@dataclass(slots=True)
class _Joined:
    """The slices of one Service, as they come in."""

    ready: set[Endpoint] = field(default_factory=set)
    not_ready: set[Endpoint] = field(default_factory=set)
    ports: set[int] = field(default_factory=set)

    def add(self, found: _Slice) -> None:
        """Take in one slice. Ready unknown is ready: the API's rule for ``conditions.ready``."""
        for endpoint in found.endpoints or ():
            target = endpoint.target_ref
            pod = target.name if target and target.kind == "Pod" else None
            unready = endpoint.conditions is not None and endpoint.conditions.ready is False
            into = self.not_ready if unready else self.ready
            into.update(Endpoint(ip, endpoint.node_name, pod) for ip in endpoint.addresses or ())
        self.ports.update(port.port for port in found.ports or () if port.port is not None)


def read(source: Source) -> Endpoints:
    """Read every Service's endpoints, each set sorted by address. Raises UnreadError."""
    joined: dict[tuple[str, str], _Joined] = {}
    for item in items(source, Endpoints.ASKED, _Slice, "EndpointSlice"):
        service = _service(item.metadata)
        if service:
            joined.setdefault((item.metadata.namespace or "", service), _Joined()).add(item)
    return Endpoints(
        by_service={
            key: ServiceEndpoints(
                namespace=key[0],
                service=key[1],
                ready=_sorted(found.ready),
                not_ready=_sorted(found.not_ready - found.ready),  # a pod is in two slices while it moves
                ports=tuple(sorted(found.ports)),
            )
            for key, found in sorted(joined.items())
        }
    )


def _service(meta: _Meta) -> str | None:
    named = (meta.labels or {}).get(_SERVICE)
    return named or next((o.name for o in meta.owner_references or () if o.kind == "Service"), None)


def _sorted(endpoints: set[Endpoint]) -> tuple[Endpoint, ...]:
    return tuple(sorted(endpoints, key=lambda e: (e.ip, e.pod or "", e.node or "")))
