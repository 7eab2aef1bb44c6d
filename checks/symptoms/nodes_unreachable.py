"""Nodes that some agent's health probes do not reach."""

from collections.abc import Iterator

from checks.cilium_pods import agent_pods
from checks.derive import GRACE
from checks.model import Evidence, Finding, Kind, Subject, Undecided, check
from checks.parts.agents import ClusterHealth, Meta
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.reach import reachable_median, unreached
from checks.scale import counted, scale


@check(
    id="nodes-unreachable",
    title="Nodes do not reach each other",
    source="https://docs.cilium.io/en/stable/operations/troubleshooting/#cluster-connectivity-health",
)
def nodes_unreachable(
    meta: Meta, health: ClusterHealth, nodes: Nodes | None, pods: Pods | None
) -> Iterator[Finding | Undecided]:
    """By cilium-health some node's host path or endpoint path fails, as seen by an agent that was asked.

    A path that was never probed counts as reachable, as Cilium itself counts it. A node that is gone, or
    whose agent is only just starting, is not judged.
    """
    gone, starting = _gone(health, nodes), _starting(meta, nodes, pods)
    settled = {name: peers for name, peers in health.by_observer.items() if name not in starting}
    failing = unreached(ClusterHealth(by_observer=settled))
    failing = {name: paths for name, paths in failing.items() if name not in gone | starting}
    if not failing:
        if health.errors:
            name, reason = next(iter(sorted(health.errors.items())))
            yield Undecided(f"{counted(len(health.errors), 'agent')} did not say; {name}: {reason}")
        return
    total = max(sum(peer.name not in gone for peer in peers) for peers in health.by_observer.values())
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


def _gone(health: ClusterHealth, nodes: Nodes | None) -> frozenset[str]:
    """Peers that are no Node any more; none where the agents call the nodes by other names."""
    peers = {peer.name for seen in health.by_observer.values() for peer in seen}
    there = peers & nodes.by_name.keys() if nodes else set()
    return frozenset(peers - there) if there else frozenset()


def _starting(meta: Meta, nodes: Nodes | None, pods: Pods | None) -> frozenset[str]:
    """Nodes that joined, or whose agent was started anew, within the grace."""
    new = {node.name for node in nodes.items if meta.taken_at - node.created <= GRACE} if nodes else set()
    mine = agent_pods(pods, meta.cilium_namespace) if pods else ()
    return frozenset(new | {pod.node for pod in mine if pod.node and meta.taken_at - pod.created <= GRACE})


def _worst(health: ClusterHealth) -> list[tuple[str, int, int]]:
    """The three agents that reach the fewest nodes: name, nodes probed, nodes reached."""
    rows = [
        (name, len(peers), sum(peer.reachable for peer in peers))
        for name, peers in health.by_observer.items()
    ]
    return sorted(rows, key=lambda row: (row[2], row[0]))[:3]
