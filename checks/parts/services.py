"""Services and the endpoints behind them.

Shapes follow the official API reference (https://kubernetes.io/docs/reference/kubernetes-api/); only fields
that some check reads are kept. Times are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from checks.parts.kubernetes import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePort:
    """One ``spec.ports[]``; ``target`` is a number or a port name."""

    port: int
    protocol: str = "TCP"
    name: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One Service. ``selector`` is empty for Services whose endpoints somebody else writes."""

    namespace: str
    name: str
    type: str = "ClusterIP"
    cluster_ip: str | None = None  # None for headless Services too
    selector: Labels = ()
    ports: tuple[ServicePort, ...] = ()
    labels: Labels = ()
    annotations: Labels = ()  # only those of load balancer controllers


@dataclass(frozen=True)
class Services:
    """Every Service."""

    ASKED: ClassVar[str] = "kubernetes/api/v1/services"
    items: tuple[Service, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], Service]:
        """Services by (namespace, name)."""
        return {(service.namespace, service.name): service for service in self.items}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address behind a Service. ``pod`` is the name of its target pod, in the Service's namespace."""

    ip: str
    node: str | None
    pod: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEndpoints:
    """All EndpointSlices of one Service, joined (IPv4 and IPv6 addresses alike). ``ports``: target ports."""

    namespace: str
    service: str
    ready: tuple[Endpoint, ...] = ()
    not_ready: tuple[Endpoint, ...] = ()
    ports: tuple[int, ...] = ()


@dataclass(frozen=True)
class Endpoints:
    """EndpointSlices by (namespace, Service). A Service without a slice is not in it: no endpoint."""

    ASKED: ClassVar[str] = "kubernetes/apis/discovery.k8s.io/v1/endpointslices"
    by_service: Mapping[tuple[str, str], ServiceEndpoints] = field(default_factory=dict)

    def of(self, namespace: str, service: str) -> ServiceEndpoints:
        """The endpoints of one Service; empty when there is no slice."""
        found = self.by_service.get((namespace, service))
        return found or ServiceEndpoints(namespace=namespace, service=service)
