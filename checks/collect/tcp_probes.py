"""Snapshot.tcp_probes, from the TCP connections that the bot or a person tried."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from checks.collect.source import Source
from checks.collect.wire import clip, one
from checks.parts.agents import TcpProbe, TcpProbes

RIGHTS: tuple[str, ...] = ()

MAX_DETAIL_CHARS = 300


class _Object(Struct, gc=False):
    kind: str | None = None
    namespace: str | None = None
    name: str | None = None


class _Probe(Struct, gc=False, rename={"target": "for"}):
    address: str
    port: Annotated[int, Meta(ge=0, le=65535)]
    outcome: Literal["ok", "timeout", "refused", "unreachable", "error"]
    target: _Object | None = None
    from_node: str | None = None
    seconds: float | None = None
    detail: str | None = None


class _Probes(Struct, gc=False):
    probes: tuple[_Probe, ...]


def read(source: Source) -> TcpProbes:
    """Every probe in its order. Raises UnreadError, also when an outcome is none that the format knows."""
    found = one(source, TcpProbes.ASKED, _Probes, "TCP probes").probes
    return TcpProbes(items=tuple(_probe(raw) for raw in found))


def _probe(raw: _Probe) -> TcpProbe:
    target = raw.target or _Object()
    return TcpProbe(
        address=raw.address,
        port=raw.port,
        outcome=raw.outcome,
        kind=target.kind or "",
        namespace=target.namespace or None,
        name=target.name or "",
        from_node=raw.from_node or None,
        seconds=raw.seconds,
        detail=clip(raw.detail, MAX_DETAIL_CHARS),
    )
