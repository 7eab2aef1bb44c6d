"""Snapshot.cilium, from the ConfigMap cilium-config that the agents and the operator start with."""

from msgspec import Struct

from checks.collect.source import Source, UnreadError
from checks.collect.wire import Instant, one
from checks.parts.cilium import CiliumConfig

RIGHTS = ("get configmaps/cilium-config in kube-system",)


class _Managed(Struct, gc=False):
    time: Instant | None = None


class _Metadata(Struct, gc=False, rename="camel"):
    managed_fields: tuple[_Managed, ...] | None = None


class _ConfigMap(Struct, gc=False):
    kind: str | None = None
    metadata: _Metadata | None = None
    data: dict[str, str] | None = None


def read(source: Source) -> CiliumConfig:
    """Decode cilium-config. Raises UnreadError when it was refused, not asked, not there, or empty.

    A missing one is a gap and never the chart's defaults: nothing is known of what the agents run with.
    """
    namespace = source.meta.cilium_namespace
    asked = CiliumConfig(namespace=namespace).asked
    try:
        raw = one(source, asked, _ConfigMap, "ConfigMap")
    except UnreadError as error:
        if error.missing:
            raise UnreadError(
                f"not found: no ConfigMap cilium-config in namespace {namespace}", missing=True
            ) from None
        raise
    if not raw.data:
        raise UnreadError("unreadable: the ConfigMap cilium-config holds no data")
    managed = (raw.metadata or _Metadata()).managed_fields or ()
    changed = max((entry.time for entry in managed if entry.time), default=None)
    return CiliumConfig(data=raw.data, namespace=namespace, changed=changed)
