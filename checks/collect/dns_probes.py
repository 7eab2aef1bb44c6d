"""Snapshot.dns_probes, from the DNS questions that the bot or a person asked."""

from typing import Literal

from msgspec import Struct

from checks.collect.source import Source
from checks.collect.wire import clip, one
from checks.parts.agents import DnsProbe, DnsProbes

RIGHTS: tuple[str, ...] = ()

MAX_DETAIL_CHARS = 300


class _Probe(Struct, gc=False):
    server: str
    name: str
    protocol: Literal["udp", "tcp"]
    outcome: Literal["ok", "timeout", "refused", "nxdomain", "servfail", "error"]
    from_node: str | None = None
    seconds: float | None = None
    detail: str | None = None


class _Probes(Struct, gc=False):
    probes: tuple[_Probe, ...]


def read(source: Source) -> DnsProbes:
    """Every probe in its order. Raises UnreadError, also when an outcome is none that the format knows."""
    found = one(source, DnsProbes.ASKED, _Probes, "DNS probes").probes
    return DnsProbes(items=tuple(_probe(raw) for raw in found))


def _probe(raw: _Probe) -> DnsProbe:
    return DnsProbe(
        server=raw.server,
        name=raw.name,
        protocol=raw.protocol,
        outcome=raw.outcome,
        from_node=raw.from_node or None,
        seconds=raw.seconds,
        detail=clip(raw.detail, MAX_DETAIL_CHARS),
    )
