"""Snapshot.cni_configuration, from the ConfigMap cni-configuration (the chart's ``cni.configMap``)."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from checks.collect.source import Source, UnreadError
from checks.collect.wire import clip, decode, one
from checks.parts.neighbours import CniConfiguration

RIGHTS = ("get configmaps/cni-configuration in kube-system",)

MAX_VALUE_CHARS = 500


class _ConfigMap(msgspec.Struct, gc=False):
    kind: str | None = None
    data: dict[str, str] | None = None


class _Plugin(msgspec.Struct, gc=False):
    type: str | None = None
    eni: dict[str, msgspec.Raw] | None = None
    ipam: dict[str, msgspec.Raw] | None = None


class _Configuration(_Plugin, gc=False):
    plugins: tuple[_Plugin, ...] | None = None


def read(source: Source) -> CniConfiguration:
    """The stanzas of its cilium-cni plug-in; a ConfigMap that is not there is an answer.

    Raises UnreadError when it was refused or not asked, or holds no CNI configuration in JSON.
    """
    asked = CniConfiguration.ASKED.replace("/kube-system/", f"/{source.meta.cilium_namespace}/")
    try:
        data = one(source, asked, _ConfigMap, "ConfigMap").data or {}
    except UnreadError as error:
        if error.missing:
            return CniConfiguration()
        raise
    plugins = list(_plugins(data.values()))
    return CniConfiguration(
        exists=True,
        eni={key: text for plugin in plugins for key, text in _flat(plugin.eni)},
        ipam={key: text for plugin in plugins for key, text in _flat(plugin.ipam)},
    )


def _plugins(texts: Iterable[str]) -> Iterator[_Plugin]:
    """The cilium-cni plug-ins of single configurations and of lists."""
    for text in texts:
        found = decode(text.encode(), _Configuration, "the CNI configuration")
        yield from (p for p in (found, *(found.plugins or ())) if p.type == "cilium-cni")


def _flat(stanza: Mapping[str, msgspec.Raw] | None) -> Iterator[tuple[str, str]]:
    """Keys with their JSON text; a nested object (tags) gives dotted keys, one level deep."""
    for key, raw in (stanza or {}).items():
        text = bytes(raw).strip()
        if text.startswith(b"{"):
            inner = decode(raw, dict[str, msgspec.Raw], "the CNI configuration")
            yield from ((f"{key}.{name}", _text(bytes(value))) for name, value in inner.items())
        else:
            yield key, _text(text)


def _text(raw: bytes) -> str:
    return clip(raw.decode(errors="replace").strip(), MAX_VALUE_CHARS)
