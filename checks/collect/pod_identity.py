"""Snapshot.pod_identity, from ``eks list-pod-identity-associations``."""

from msgspec import Struct

from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.aws_account import PodIdentities

RIGHTS = ("eks:ListPodIdentityAssociations",)


class _Association(Struct, gc=False, rename="camel"):
    namespace: str
    service_account: str


def read(source: Source) -> PodIdentities:
    """Every ServiceAccount with an association. Raises UnreadError."""
    found = entries(source, PodIdentities.ASKED, "associations", _Association)
    return PodIdentities(accounts=frozenset((item.namespace, item.service_account) for item in found))
