"""The operator must see pools that were made after it started."""

import shlex
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.cilium_pods import operator_pods
from checks.consistency.pools_asked import pool_of
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta, OperatorLog
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import PodIpPool, PodIpPools
from checks.parts.derived import StuckPod, Waiting
from checks.parts.kubernetes import Namespaces
from checks.parts.pods import Pods
from checks.scale import counted

LINE = "cannot allocate from non-existing pool"
NOT_THERE = "pool not (yet) available"


@check(
    id="podippool-not-discovered",
    title="The operator does not know newer address pools",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/multi-pool/",
    modes=("multi-pool",),
    since=(1, 20),
    until=(1, 20),
)
def podippool_not_discovered(
    meta: Meta,
    cilium: CiliumConfig,
    pods: Pods,
    pod_ip_pools: PodIpPools,
    waiting: Waiting,
    namespaces: Namespaces | None,
    operator_log: OperatorLog | None,
) -> Iterator[Finding]:
    """The first 1.20 releases stopped watching pools once they had started.

    Pods of a pool that is younger than every operator then wait on every node, although the pool is there.
    """
    starts = [p.started or p.created for p in operator_pods(pods, meta.cilium_namespace) if p.ready]
    young = {pool.name: pool for pool in pod_ip_pools.items if starts and pool.created > max(starts)}
    stuck = [item for item in waiting.without_ip if pool_of(item, namespaces) in young]
    stuck = [item for item in stuck if NOT_THERE in item.message or not item.message]
    if not stuck:
        return
    pool = young[pool_of(stuck[0], namespaces)]
    said = any(LINE in line for line in operator_log.lines) if operator_log else False
    yield _finding(cilium, pool, stuck, said=said)


def _finding(cilium: CiliumConfig, pool: PodIpPool, stuck: list[StuckPod], *, said: bool) -> Finding:
    space = shlex.quote(cilium.namespace)
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN if said else Confidence.LIKELY,
        title=f"{counted(len(stuck), 'pod waits', 'pods wait')} for pool {pool.name}, unseen by the operator",
        because="The pool exists and is younger than every running operator"
        + (f', whose log says "{LINE}".' if said else "; the operator's log would confirm it.")
        + " So the pool is not empty: nobody has handed out of it yet.",
        subjects=(Subject("CiliumPodIPPool", pool.name),),
        evidence=(
            Evidence(PodIpPools.ASKED, f"{pool.name}: metadata.creationTimestamp", pool.created.isoformat()),
            *((Evidence(OperatorLog.ASKED, "line", LINE),) if said else ()),
        ),
        actions=(
            look(
                "See whether the operator knows the pool",
                f"kubectl -n {space} logs deployment/cilium-operator | grep -i pool",
                f"It says: {LINE}.",
            ),
            change(
                "Restart the operator, and upgrade",
                f"kubectl -n {space} rollout restart deployment/cilium-operator",
                risk="no node gets a new block while it restarts",
                verify="Nodes have blocks of the pool, and its pods get addresses.",
            ),
        ),
        references=links("cilium#45980"),
        explains=(Explains("pods-without-ip", frozenset(item.subject for item in stuck)),),
    )
