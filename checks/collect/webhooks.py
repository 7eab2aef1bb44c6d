"""Snapshot.webhooks, from the validating and the mutating admission webhook configurations."""

from functools import partial

import msgspec

from checks.collect.source import Source
from checks.collect.wire import Item, both, items
from checks.parts.webhooks import Webhook, Webhooks

RIGHTS = (
    "list admissionregistration.k8s.io/validatingwebhookconfigurations",
    "list admissionregistration.k8s.io/mutatingwebhookconfigurations",
)


class _Service(msgspec.Struct, gc=False):
    namespace: str
    name: str
    port: int | None = None


class _Client(msgspec.Struct, gc=False):
    service: _Service | None = None


class _Webhook(msgspec.Struct, gc=False, rename="camel"):
    name: str = ""
    client_config: _Client | None = None
    failure_policy: str | None = None
    timeout_seconds: int | None = None


class _Configuration(Item, gc=False):
    webhooks: list[_Webhook] | None = None


def read(source: Source) -> Webhooks:
    """Read both lists; one of them is enough. Raises UnreadError when neither can be read."""
    found, unread, grant = both(
        partial(_listed, source, Webhooks.ASKED, "ValidatingWebhookConfiguration"),
        partial(_listed, source, Webhooks.ASKED_MUTATING, "MutatingWebhookConfiguration"),
    )
    found.sort(key=lambda webhook: (webhook.kind, webhook.configuration, webhook.name))
    return Webhooks(items=tuple(found), unread=unread, grant=grant)


def _listed(source: Source, path: str, kind: str) -> list[Webhook]:
    return [
        Webhook(
            configuration=item.metadata.name,
            kind=kind,
            name=webhook.name,
            namespace=service.namespace,
            service=service.name,
            port=service.port or 443,
            fails_closed=webhook.failure_policy != "Ignore",
            timeout_s=webhook.timeout_seconds or 10,
        )
        for item in items(source, path, _Configuration, kind)
        for webhook in item.webhooks or ()
        if webhook.client_config and (service := webhook.client_config.service)
    ]
