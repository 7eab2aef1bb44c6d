"""Label selectors of policies into the parts' shape."""

import re

import msgspec

from checks.parts.policies import Selector

_ORIGIN = re.compile(r"(k8s|any)[:.](?=.)")
"""Cilium writes where a label comes from before its key: "k8s:app", "any:app"; "k8s.app" in old objects."""


class _Expression(msgspec.Struct, gc=False):
    key: str = ""
    operator: str = ""
    values: list[str] | None = None


class SelectorItem(msgspec.Struct, gc=False, rename="camel"):
    """A ``LabelSelector``; an empty one selects everything."""

    match_labels: dict[str, str] | None = None
    match_expressions: list[_Expression] | None = None


def selector(item: SelectorItem) -> Selector:
    """The selector, its keys without the origin that Cilium puts before them."""
    labels = {_plain(key): value for key, value in (item.match_labels or {}).items()}
    return Selector(
        labels=tuple(sorted(labels.items())),
        expressions=tuple(
            (_plain(e.key), e.operator, tuple(e.values or ())) for e in item.match_expressions or ()
        ),
    )


def _plain(key: str) -> str:
    return _ORIGIN.sub("", key, count=1) if _ORIGIN.match(key) else key
