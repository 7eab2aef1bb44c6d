"""Who reaches whom, by cilium-health."""

from collections.abc import Mapping

from checks.parts.agents import ClusterHealth


def reachable_median(health: ClusterHealth) -> int | None:
    """The lower median, over the agents that were asked, of the nodes each reaches, itself included."""
    counts = sorted(sum(peer.reachable for peer in peers) for peers in health.by_observer.values())
    return counts[(len(counts) - 1) // 2] if counts else None


def unreached(health: ClusterHealth) -> Mapping[str, frozenset[str]]:
    """Nodes that some agent does not reach, by name, and which paths fail: "host", "endpoint"."""
    failing: dict[str, set[str]] = {}
    for peers in health.by_observer.values():
        for peer in peers:
            paths = {
                word for word, state in (("host", peer.host), ("endpoint", peer.endpoint)) if state is False
            }
            if paths:
                failing.setdefault(peer.name, set()).update(paths)
    return {name: frozenset(paths) for name, paths in failing.items()}
