"""Snapshot.cilium_endpoints, from the lists of CiliumEndpoints and CiliumEndpointSlices."""

from sys import intern

from msgspec import Struct

from checks.collect.source import RestartError, Source, UnreadError
from checks.collect.wire import clip, items
from checks.parts.cilium_nodes import CiliumEndpoints

RIGHTS = ("list cilium.io/ciliumendpoints", "list cilium.io/ciliumendpointslices")

SLICES = "kubernetes/apis/cilium.io/v2alpha1/ciliumendpointslices"

READY = (None, "", "ready")


class _Name(Struct, gc=False):
    name: str
    namespace: str


class _Status(Struct, gc=False):
    state: str | None = None


class _Endpoint(Struct, gc=False):
    metadata: _Name
    kind: str | None = None
    status: _Status | None = None


class _Core(Struct, gc=False):
    name: str


class _Slice(Struct, gc=False):
    kind: str | None = None
    namespace: str | None = None
    endpoints: tuple[_Core, ...] | None = None


def read(source: Source) -> CiliumEndpoints:
    """The name of every endpoint, whichever list has it. Raises UnreadError when endpoints were not read.

    Agents write a CiliumEndpoint in either case; slices that were not read take nothing from that list.
    """
    names: set[tuple[str, str]] = set()
    not_ready = []
    for item in items(source, CiliumEndpoints.ASKED, _Endpoint, "CiliumEndpoint"):
        namespace, name = intern(item.metadata.namespace), item.metadata.name
        names.add((namespace, name))
        state = item.status.state if item.status else None
        if state not in READY:
            not_ready.append((namespace, name, intern(clip(state, 60))))
    sliced, unread = _sliced(source)
    names |= sliced
    return CiliumEndpoints(
        names=frozenset(names),
        not_ready=tuple(sorted(not_ready)),
        slices=bool(sliced) or unread is not None,
        unread=unread.reason if unread else "",
        grant=unread.grant if unread else None,
    )


def _sliced(source: Source) -> tuple[set[tuple[str, str]], UnreadError | None]:
    """The endpoints of slices, and why they are not all of them; that nobody asked is no reason."""
    found: set[tuple[str, str]] = set()
    try:
        for item in items(source, SLICES, _Slice, "CiliumEndpointSlice", optional=True):
            found.update((intern(item.namespace or ""), endpoint.name) for endpoint in item.endpoints or ())
    except RestartError:
        raise
    except UnreadError as error:
        return found, None if error.reason.startswith("not asked") else error
    return found, None
