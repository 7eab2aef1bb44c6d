"""Snapshot.version, from the agent DaemonSet's image, or its labels where the image tells no version."""

import re

from msgspec import Struct

from checks.collect.source import Source, UnreadError
from checks.collect.wire import Item, Metadata, items
from checks.parts.cilium import CiliumVersion

RIGHTS = ("list apps/daemonsets",)

DAEMONSET = "cilium"
AGENT = "cilium-agent"

# "v1.14.6", "1.16", "v1.15.4-eksbuild.1" and other vendors' suffixes; of those only pre-releases are kept.
_VERSION = re.compile(r"v?(\d{1,3}\.\d{1,3}(?:\.\d{1,4})?(?:-(?:rc|pre)\.?\d{1,3})?)(?![\d.])", re.ASCII)


class _Container(Struct, gc=False):
    name: str = ""
    image: str | None = None


class _PodSpec(Struct, gc=False):
    containers: tuple[_Container, ...] | None = None


class _Template(Struct, gc=False):
    metadata: Metadata | None = None
    spec: _PodSpec | None = None


class _Spec(Struct, gc=False):
    template: _Template | None = None


class _DaemonSet(Item, gc=False, rename="camel"):
    spec: _Spec | None = None


def read(source: Source) -> CiliumVersion:
    """The version that the DaemonSet asks for. ``others`` stays empty: which pods lag behind, only pods tell.

    Raises UnreadError when DaemonSets were not read, Cilium's is not there, or it names no version.
    """
    namespace = source.meta.cilium_namespace
    for item in items(source, CiliumVersion.ASKED, _DaemonSet, "DaemonSet"):
        if (item.metadata.namespace, item.metadata.name) == (namespace, DAEMONSET):
            return CiliumVersion(text=_version(item))
    raise UnreadError(f"not found: no DaemonSet {DAEMONSET} in namespace {namespace}", missing=True)


def _version(item: _DaemonSet) -> str:
    template = (item.spec.template if item.spec else None) or _Template()
    containers = (template.spec.containers if template.spec else None) or ()
    images = [container.image for container in containers if container.name == AGENT]
    labels = dict(item.metadata.labels or {})
    labels |= (template.metadata.labels if template.metadata else None) or {}
    told = [
        *(version_of_image(image) for image in images or [c.image for c in containers[:1]]),
        _whole(labels.get("app.kubernetes.io/version", "")),
        _whole(labels.get("helm.sh/chart", "").removeprefix("cilium-")),
    ]
    for text in told:
        if text is not None:
            return text
    raise UnreadError("unreadable: neither image nor labels of the DaemonSet cilium name a version")


def version_of_image(image: str | None) -> str | None:
    """The version in an image's tag: "1.14.6" of "quay.io/cilium/cilium:v1.14.6@sha256:…", or None."""
    name = (image or "").partition("@")[0].rpartition("/")[2]
    return _whole(name.partition(":")[2])


def _whole(text: str) -> str | None:
    matched = _VERSION.match(text)
    return matched[1] if matched else None
