"""Snapshot.local_redirect_policies, from the list of CiliumLocalRedirectPolicies."""

import msgspec

from checks.collect.selectors import SelectorItem, selector
from checks.collect.source import Source
from checks.collect.wire import Item, items
from checks.parts.neighbours import LocalRedirectPolicies, LocalRedirectPolicy

RIGHTS = ("list cilium.io/ciliumlocalredirectpolicies",)


class _Service(msgspec.Struct, gc=False, rename="camel"):
    service_name: str | None = None
    namespace: str | None = None


class _Address(msgspec.Struct, gc=False):
    ip: str | None = None


class _Frontend(msgspec.Struct, gc=False, rename="camel"):
    service_matcher: _Service | None = None
    address_matcher: _Address | None = None


class _Backend(msgspec.Struct, gc=False, rename="camel"):
    local_endpoint_selector: SelectorItem | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    redirect_frontend: _Frontend | None = None
    redirect_backend: _Backend | None = None


class _Policy(Item, gc=False):
    spec: _Spec = msgspec.field(default_factory=_Spec)


def read(source: Source) -> LocalRedirectPolicies:
    """Every policy, sorted; none where the definition is not installed. Raises UnreadError."""
    listed = items(source, LocalRedirectPolicies.ASKED, _Policy, "CiliumLocalRedirectPolicy", optional=True)
    found = [_policy(item) for item in listed]
    return LocalRedirectPolicies(items=tuple(sorted(found, key=lambda p: (p.namespace, p.name))))


def _policy(item: _Policy) -> LocalRedirectPolicy:
    own = item.metadata.namespace or ""
    frontend = item.spec.redirect_frontend or _Frontend()
    service = frontend.service_matcher
    backend = item.spec.redirect_backend or _Backend()
    return LocalRedirectPolicy(
        namespace=own,
        name=item.metadata.name,
        service=(service.namespace or own, service.service_name)
        if service and service.service_name
        else None,
        address=frontend.address_matcher.ip if frontend.address_matcher else None,
        backend=selector(backend.local_endpoint_selector or SelectorItem()),
    )
