"""Snapshot.apiservices, from the list of all APIServices."""

import msgspec

from checks.collect.source import Source
from checks.collect.wire import Instant, Item, clip, items
from checks.parts.webhooks import ApiService, ApiServices

RIGHTS = ("list apiregistration.k8s.io/apiservices",)


class _Service(msgspec.Struct, gc=False):
    namespace: str | None = None
    name: str | None = None
    port: int | None = None


class _Spec(msgspec.Struct, gc=False):
    service: _Service | None = None


class _Condition(msgspec.Struct, gc=False, rename="camel"):
    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    last_transition_time: Instant | None = None


class _Status(msgspec.Struct, gc=False):
    conditions: list[_Condition] | None = None


class _ApiService(Item, gc=False):
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


def read(source: Source) -> ApiServices:
    """Read every APIService, sorted by name. Raises UnreadError."""
    found = [_api(item) for item in items(source, ApiServices.ASKED, _ApiService, "APIService")]
    return ApiServices(items=tuple(sorted(found, key=lambda api: api.name)))


def _api(item: _ApiService) -> ApiService:
    service = item.spec.service or _Service()
    told = next((c for c in item.status.conditions or () if c.type == "Available"), None)
    return ApiService(
        name=item.metadata.name,
        namespace=service.namespace,
        service=service.name,
        port=service.port or 443,
        available={"True": True, "False": False}.get(told.status) if told else None,
        since=told.last_transition_time if told else None,
        reason=clip(told.reason) if told else "",
        message=clip(told.message) if told else "",
    )
