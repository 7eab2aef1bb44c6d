"""Snapshot.namespaces, from the list of all Namespaces."""

from checks.collect.source import Source
from checks.collect.wire import Item, items, pairs
from checks.parts.kubernetes import Namespace, Namespaces

RIGHTS = ("list namespaces",)
_IP_POOL = "ipam.cilium.io/ip-pool"


def read(source: Source) -> Namespaces:
    """Read every Namespace, sorted by name. Raises UnreadError."""
    found = [
        Namespace(
            name=item.metadata.name,
            labels=pairs(item.metadata.labels),
            ip_pool=(item.metadata.annotations or {}).get(_IP_POOL),
        )
        for item in items(source, Namespaces.ASKED, Item, "Namespace")
    ]
    return Namespaces(items=tuple(sorted(found, key=lambda namespace: namespace.name)))
