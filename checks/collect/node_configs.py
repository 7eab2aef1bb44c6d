"""Snapshot.node_configs, from the list of CiliumNodeConfigs."""

from msgspec import Struct

from checks.collect.custom import served
from checks.collect.source import Source
from checks.collect.wire import Item
from checks.parts.cilium import NodeConfig, NodeConfigs

RIGHTS = ("list cilium.io/ciliumnodeconfigs",)

PATHS = (NodeConfigs.ASKED, NodeConfigs.ASKED.replace("/v2/", "/v2alpha1/"))


class _Expression(Struct, gc=False):
    key: str
    operator: str
    values: tuple[str, ...] | None = None


class _Selector(Struct, gc=False, rename="camel"):
    match_labels: dict[str, str] | None = None
    match_expressions: tuple[_Expression, ...] | None = None


class _Spec(Struct, gc=False, rename="camel"):
    node_selector: _Selector | None = None
    defaults: dict[str, str] | None = None


class _Config(Item, gc=False, rename="camel"):
    spec: _Spec | None = None


def read(source: Source) -> NodeConfigs:
    """Every override, sorted by name; none where the definition is not installed. Raises UnreadError."""
    found = [_config(item) for item in served(source, PATHS, _Config, "CiliumNodeConfig")]
    return NodeConfigs(items=tuple(sorted(found, key=lambda config: config.name)))


def _config(item: _Config) -> NodeConfig:
    spec = item.spec or _Spec()
    selector = spec.node_selector or _Selector()
    wanted = dict(selector.match_labels or {})
    for expression in selector.match_expressions or ():
        # Shown as it is written. It equals no label's value: a set-based selector must not look as if it
        # chose every node.
        wanted[expression.key] = f"{expression.operator} ({', '.join(expression.values or ())})"
    return NodeConfig(
        name=item.metadata.name, node_selector=tuple(sorted(wanted.items())), data=spec.defaults or {}
    )
