"""Snapshot.target_group_bindings, from the list of the AWS Load Balancer Controller's bindings."""

import msgspec

from checks.collect.source import Source
from checks.collect.wire import Item, items
from checks.parts.neighbours import TargetGroupBinding, TargetGroupBindings

RIGHTS = ("list elbv2.k8s.aws/targetgroupbindings",)


class _Service(msgspec.Struct, gc=False):
    name: str | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    service_ref: _Service | None = None
    target_type: str | None = None


class _Binding(Item, gc=False):
    spec: _Spec = msgspec.field(default_factory=_Spec)


def read(source: Source) -> TargetGroupBindings:
    """Every binding, sorted; none where the definition is not installed. Raises UnreadError."""
    listed = items(source, TargetGroupBindings.ASKED, _Binding, "TargetGroupBinding", optional=True)
    found = [_binding(item) for item in listed]
    return TargetGroupBindings(items=tuple(sorted(found, key=lambda b: (b.namespace, b.name))))


def _binding(item: _Binding) -> TargetGroupBinding:
    return TargetGroupBinding(
        namespace=item.metadata.namespace or "",
        name=item.metadata.name,
        service=(item.spec.service_ref.name if item.spec.service_ref else None) or "",
        target_type=item.spec.target_type or "",
    )
