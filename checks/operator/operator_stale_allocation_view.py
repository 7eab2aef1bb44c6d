"""A leading operator must act on what is there, not on what it once remembered."""

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from checks.advice import change, links, look
from checks.blocks import networks
from checks.cilium_pods import operator_deployment, operator_lease
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.operator.told import failed_calls, lines_with
from checks.operator.waits import nodes_without_addresses, waits_for_operator
from checks.parts.agents import Meta, OperatorLog, OperatorMetrics
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.kubernetes import Leases
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces, Subnets
from checks.parts.workloads import Deployments
from checks.scale import counted
from checks.stale_nodes import stale_nodes
from checks.subnets.selection import candidates, free_in, zone_of

SETTLED = timedelta(minutes=5)
NEEDED = "cilium_operator_ipam_needed_ips"
OPERATIONS = ("cilium_operator_ipam_ip_allocation_ops", "cilium_operator_ipam_interface_creation_ops")
_EXCUSES = (
    "error",
    "Unauthorized",
    "InsufficientFree",
    "InsufficientCidr",
    "LimitExceeded",
    "No matching subnet",
)


@check(
    id="operator-stale-allocation-view",
    title="The operator leads, and serves nobody",
    source="https://github.com/cilium/cilium/issues/33849",
    modes=("cluster-pool", "eni"),
)
def operator_stale_allocation_view(
    meta: Meta,
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    deployments: Deployments | None,
    leases: Leases | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
    subnets: Subnets | None,
    operator_log: OperatorLog | None,
    operator_metrics: OperatorMetrics | None,
    interfaces: Interfaces | None,
) -> Iterator[Finding | Undecided]:
    """New nodes get nothing although the pool or the subnets have room and nothing refuses the operator.

    Its picture in memory is wrong, and only a restart rebuilds it. Where the numbers agree with its error,
    the pool is really empty; where many dead nodes hold blocks, those are the fault.
    """
    bare = sorted(
        name
        for name in nodes_without_addresses(nodes, cilium_nodes, cilium)
        if meta.taken_at - nodes.by_name[name].created > SETTLED
    )
    if not bare or stale_nodes(cilium_nodes, nodes, meta.taken_at):
        return
    unread: dict[str, object] = {"deployments": deployments, "leases": leases}
    if cilium.allocator == "eni":
        unread |= {"subnets": subnets, "operator_log": operator_log}
    missing = [name for name, part in unread.items() if part is None]
    if deployments is None or leases is None or missing:
        yield from (Undecided(part=name) for name in missing)
        return
    operator = operator_deployment(deployments, meta.cilium_namespace)
    lease = operator_lease(leases, meta.cilium_namespace)
    if operator is None or operator.ready == 0 or lease is None or lease.renewed is None:
        return
    if meta.taken_at - lease.renewed > timedelta(seconds=(lease.duration_s or 15) + 5):
        return
    if cilium.allocator == "cluster-pool":
        room = _blocks_left(cilium, cilium_nodes)
        sure = any(cilium_nodes.by_name[name].operator_error for name in bare)
        text = f"{counted(room, 'block')} of the pool" if room > 0 else ""
    else:
        text = _room_in_subnets(bare, nodes, cilium_nodes, subnets, operator_log, operator_metrics)
        blocks = cilium.prefix_delegation and interfaces is None  # are whole ones free?
        sure = _stands_still(operator_metrics) and not blocks
    if not text:
        return
    errors = [e for name in bare if (e := cilium_nodes.by_name[name].operator_error)]
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        title=f"the operator leads, but {counted(len(bare), 'node')} get nothing while {text} are free",
        because="The lease is fresh and nothing refuses the operator, yet the numbers of the cluster "
        "contradict what it does. A restart that heals it would prove it.",
        subjects=(
            Subject("Deployment", operator.name, operator.namespace),
            *(Subject("Node", name) for name in bare),
        ),
        evidence=(
            Evidence(
                CiliumNodes.ASKED, "nodes older than 5 min without addresses", ", ".join(bare[:3]), len(bare)
            ),
            *(
                Evidence(CiliumNodes.ASKED, "status.ipam.operator-status.error", e)
                for e in sorted(set(errors))[:2]
            ),
            Evidence(Leases.ASKED, "spec.renewTime", lease.renewed.isoformat()),
            Evidence(cilium.asked, "free by count", text),
        ),
        explains=waits_for_operator(cilium, nodes, cilium_nodes, accounts, waiting),
        follows_from=(Explains("nodes-not-ready", frozenset(Subject("Node", name) for name in bare)),),
        drop_if_harmless=True,
        actions=(
            look(
                "Keep what the operator knew: a restart loses it",
                f"cilium -n {quote(meta.cilium_namespace)} sysdump",
                "the archive holds the log and metrics of the operator",
            ),
            change(
                "Restart the operator",
                f"kubectl -n {quote(meta.cilium_namespace)} rollout restart deployment/cilium-operator",
                risk="none to running pods",
                verify="the nodes have addresses in their CiliumNodes within a minute; upgrade if it "
                "comes back",
            ),
        ),
        references=links("cilium#33849", "cilium#21477", "cilium#28743"),
    )


def _blocks_left(cilium: CiliumConfig, cilium_nodes: CiliumNodes) -> int:
    taken = {block for node in cilium_nodes.items for block in networks(node.pod_cidrs)}
    pools = [pool for pool in cilium.pool_cidrs if pool.prefixlen <= cilium.pool_mask]
    total = sum(1 << (cilium.pool_mask - pool.prefixlen) for pool in pools)
    return total - sum(1 for block in taken if any(block.subnet_of(pool) for pool in pools))


def _room_in_subnets(
    bare: list[str],
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    subnets: Subnets | None,
    log: OperatorLog | None,
    metrics: OperatorMetrics | None,
) -> str:
    """The addresses free for the bare nodes; "" where some node has none, or anything else explains it."""
    refused = failed_calls(metrics, "4", "5", "failed", "Unauthorized", "Exceeded")
    if subnets is None or log is None or lines_with(log, *_EXCUSES) or refused:
        return ""
    free = []
    for name in bare:
        mine = cilium_nodes.by_name[name]
        free.append(free_in(candidates(mine, zone_of(mine, nodes.by_name[name]), subnets)) or 0)
    return f"{min(free)} addresses of their subnets" if free and min(free) >= 16 else ""


def _stands_still(metrics: OperatorMetrics | None) -> bool:
    """Whether addresses are needed and no allocation was made between the two pages."""
    if metrics is None or metrics.page.earlier is None or not metrics.page.total(NEEDED):
        return False
    return all(not metrics.page.growth(name) for name in OPERATIONS)
