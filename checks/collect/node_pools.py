"""Snapshot.node_pools, from the list of Karpenter's NodePools."""

import msgspec

from checks.collect.custom import served
from checks.collect.source import Source
from checks.collect.wire import Item
from checks.parts.karpenter import NodePool, NodePools
from checks.parts.nodes import Taint

RIGHTS = ("list karpenter.sh/nodepools",)

PATHS = (NodePools.ASKED, NodePools.ASKED.replace("/v1/", "/v1beta1/"))


class _Taint(msgspec.Struct, gc=False):
    key: str
    value: str | None = None
    effect: str | None = None


class _Class(msgspec.Struct, gc=False):
    name: str | None = None


class _Kubelet(msgspec.Struct, gc=False, rename="camel"):
    max_pods: int | None = None


class _TemplateSpec(msgspec.Struct, gc=False, rename="camel"):
    taints: tuple[_Taint, ...] | None = None
    startup_taints: tuple[_Taint, ...] | None = None
    node_class_ref: _Class | None = None
    kubelet: _Kubelet | None = None


class _Template(msgspec.Struct, gc=False):
    spec: _TemplateSpec | None = None


class _Spec(msgspec.Struct, gc=False):
    template: _Template | None = None


class _Pool(Item, gc=False):
    spec: _Spec = msgspec.field(default_factory=_Spec)


def read(source: Source) -> NodePools:
    """Every pool, sorted by name; none where Karpenter is not installed. Raises UnreadError."""
    found = [_pool(item) for item in served(source, PATHS, _Pool, "NodePool")]
    return NodePools(items=tuple(sorted(found, key=lambda pool: pool.name)))


def _pool(item: _Pool) -> NodePool:
    spec = (item.spec.template or _Template()).spec or _TemplateSpec()
    return NodePool(
        name=item.metadata.name,
        node_class=spec.node_class_ref.name if spec.node_class_ref else None,
        taints=_taints(spec.taints),
        startup_taints=_taints(spec.startup_taints),
        max_pods=spec.kubelet.max_pods if spec.kubelet else None,
    )


def _taints(raw: tuple[_Taint, ...] | None) -> tuple[Taint, ...]:
    return tuple(Taint(key=t.key, value=t.value or "", effect=t.effect or "") for t in raw or ())
