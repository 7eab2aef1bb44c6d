"""Snapshot.health, from ``cilium-health status -o json`` of each agent that was asked.

Shapes: https://github.com/cilium/cilium, api/v1/health/models. An object that is absent was not probed yet;
one whose ``status`` is absent or empty answered; any other status is the failure's text.
"""

from collections.abc import Iterable

from msgspec import Struct

from checks.collect.each import ask_each
from checks.collect.source import Source, UnreadError
from checks.collect.wire import clip, one
from checks.parts.agents import ClusterHealth, PeerHealth

RIGHTS = ("create pods/exec in Cilium's namespace",)

MAX_FAILURE_CHARS = 300


class _Probe(Struct, gc=False):
    status: str | None = None


class _Path(Struct, gc=False):
    icmp: _Probe | None = None
    http: _Probe | None = None


class _Paths(Struct, gc=False, rename="kebab"):
    primary_address: _Path | None = None
    secondary_addresses: list[_Path] | None = None


class _Peer(Struct, gc=False, rename="kebab"):
    name: str
    host: _Paths | None = None
    health_endpoint: _Paths | None = None
    endpoint: _Path | None = None


class _Self(Struct, gc=False):
    name: str | None = None


class _Health(Struct, gc=False):
    local: _Self | None = None
    nodes: list[_Peer] | None = None


def read(source: Source) -> ClusterHealth:
    """What each agent that answered sees. Raises UnreadError when not one did, or none was asked."""

    def of_node(path: str) -> tuple[PeerHealth, ...]:
        return _peers(path.split("/")[1], one(source, path, _Health, "health status"))

    found, errors = ask_each(source, "cilium", "{argument}/health", of_node)
    return ClusterHealth(by_observer=found, errors=errors)


def _peers(observer: str, raw: _Health) -> tuple[PeerHealth, ...]:
    """The observer's peers sorted by name, itself among them whether or not it lists itself."""
    if not raw.nodes:
        raise UnreadError("unreadable: no node in it; the agent has not probed any yet")
    cluster, own = _parted((raw.local.name if raw.local else None) or _listed(observer, raw.nodes))
    found = {}
    for peer in raw.nodes:
        peer_cluster, name = _parted(peer.name)
        if peer_cluster != cluster:
            continue  # a node of another cluster of the mesh
        name = observer if name == own else name
        found[name] = _peer(name, peer)
    found.setdefault(observer, PeerHealth(name=observer))
    return tuple(found[name] for name in sorted(found))


def _listed(observer: str, peers: Iterable[_Peer]) -> str:
    """The observer's name as the list has it, with its cluster."""
    return next((peer.name for peer in peers if _parted(peer.name)[1] == observer), observer)


def _parted(name: str) -> tuple[str, str]:
    """Cluster and node of "cluster/node"; a cluster with the default name is left out by Cilium."""
    cluster, _, node = name.rpartition("/")
    return cluster, node


def _peer(name: str, raw: _Peer) -> PeerHealth:
    host = _all_paths(raw.host)
    endpoint = _all_paths(raw.health_endpoint) or ([raw.endpoint] if raw.endpoint else [])
    http, icmp = [path.http for path in host], [path.icmp for path in host]
    ends = [probe for path in endpoint for probe in (path.icmp, path.http)]
    return PeerHealth(
        name=name,
        host=_verdict([*icmp, *http]),
        endpoint=_verdict(ends),
        host_http=_verdict(http),
        host_icmp=_verdict(icmp),
        failure=next(
            (clip(p.status, MAX_FAILURE_CHARS) for p in (*icmp, *http, *ends) if p and p.status), ""
        ),
    )


def _all_paths(paths: _Paths | None) -> list[_Path]:
    if paths is None:
        return []
    return [path for path in (paths.primary_address, *(paths.secondary_addresses or ())) if path is not None]


def _verdict(probes: Iterable[_Probe | None]) -> bool | None:
    """False when any probe is known to fail, True when one is known to answer, None when none was made."""
    known = [not probe.status for probe in probes if probe is not None]
    return all(known) if known else None
