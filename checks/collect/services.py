"""Snapshot.services, from the list of all Services."""

import msgspec

from checks.collect.source import Source
from checks.collect.wire import Item, items, pairs
from checks.parts.services import Service, ServicePort, Services

RIGHTS = ("list services",)
_LOAD_BALANCER = (
    "service.beta.kubernetes.io/aws-load-balancer",
    "service.kubernetes.io/",
    "service.cilium.io/",
    "lbipam.cilium.io/",
    "io.cilium/",
)
"""How annotations begin that load balancer controllers read; others may hold anything and are not kept."""


class _Port(msgspec.Struct, gc=False, rename="camel"):
    port: int
    protocol: str | None = None
    name: str | None = None
    target_port: int | str | None = None


class _Spec(msgspec.Struct, gc=False):
    type: str | None = None
    cluster_ip: str | None = msgspec.field(name="clusterIP", default=None)
    selector: dict[str, str] | None = None
    ports: list[_Port] | None = None


class _Service(Item, gc=False):
    spec: _Spec = msgspec.field(default_factory=_Spec)


def read(source: Source) -> Services:
    """Read every Service, sorted by namespace and name. Raises UnreadError."""
    found = [_service(item) for item in items(source, Services.ASKED, _Service, "Service")]
    return Services(items=tuple(sorted(found, key=lambda service: (service.namespace, service.name))))


def _service(item: _Service) -> Service:
    meta, spec = item.metadata, item.spec
    annotations = {k: v for k, v in (meta.annotations or {}).items() if k.startswith(_LOAD_BALANCER)}
    return Service(
        namespace=meta.namespace or "",
        name=meta.name,
        type=spec.type or "ClusterIP",
        cluster_ip=spec.cluster_ip if spec.cluster_ip not in (None, "", "None") else None,
        selector=pairs(spec.selector),
        ports=tuple(
            ServicePort(
                port=port.port,
                protocol=port.protocol or "TCP",
                name=port.name or "",
                target="" if port.target_port is None else str(port.target_port),
            )
            for port in spec.ports or ()
        ),
        labels=pairs(meta.labels),
        annotations=pairs(annotations),
    )
