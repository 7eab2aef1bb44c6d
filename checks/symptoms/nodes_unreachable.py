"""Nodes that some agent's health probes do not reach."""

from collections.abc import Iterator

from checks.model import Evidence, Finding, Kind, Subject, check
from checks.parts.agents import ClusterHealth
from checks.reach import reachable_median, unreached
from checks.scale import scale


@check(
    id="nodes-unreachable",
    title="Nodes do not reach each other",
    source="https://docs.cilium.io/en/stable/operations/troubleshooting/#cluster-connectivity-health",
)
def nodes_unreachable(health: ClusterHealth) -> Iterator[Finding]:
    """By cilium-health some node's host path or endpoint path fails, as seen by an agent that was asked.

    A path that was never probed counts as reachable, as Cilium itself counts it.
    """
    failing = unreached(health)
    if not failing:
        return
    total = max(len(peers) for peers in health.by_observer.values())
    reached = reachable_median(health)
    paths = {path: sum(1 for found in failing.values() if path in found) for path in ("host", "endpoint")}
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=scale(len(failing), total),
        title=f"{reached} of {total} nodes reachable"
        if reached is not None and reached < total
        else f"{len(failing)} of {total} nodes are not reached by some agent",
        subjects=tuple(Subject("Node", name) for name in sorted(failing)),
        evidence=(
            *(
                Evidence(ClusterHealth.ASKED.format(node=observer), "nodes reachable", f"{seen}/{asked}")
                for observer, asked, seen in _worst(health)
            ),
            *(
                Evidence(ClusterHealth.ASKED.format(node="*"), f"nodes[].{field}", "fails", paths[path])
                for path, field in (("host", "host"), ("endpoint", "health-endpoint"))
                if paths[path]
            ),
        ),
    )


def _worst(health: ClusterHealth) -> list[tuple[str, int, int]]:
    """The three agents that reach the fewest nodes: name, nodes probed, nodes reached."""
    rows = [
        (name, len(peers), sum(peer.reachable for peer in peers))
        for name, peers in health.by_observer.items()
    ]
    return sorted(rows, key=lambda row: (row[2], row[0]))[:3]
