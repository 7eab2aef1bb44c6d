"""A prefix node on a subnet without whole blocks must still get single addresses."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.free_blocks import free_blocks_of
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, check
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces, Reservations, Subnets
from checks.prefixes.eni_nodes import eni_nodes, stuck_pods
from checks.scale import counted
from checks.subnets.selection import preferred, zone_of

FIXED_IN = (1, 20, 2)


@check(
    id="pd-fallback-missing-1-20",
    title="Nodes get neither prefixes nor single addresses",
    source="https://github.com/cilium/cilium/pull/48193",
    modes=("eni",),
    since=(1, 20),
    until=(1, 20),
)
def pd_fallback_missing_1_20(
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    subnets: Subnets,
    interfaces: Interfaces,
    version: CiliumVersion,
    reservations: Reservations | None,
    instance_types: InstanceTypes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """1.20.0 and 1.20.1 go on asking for prefixes; before and after, the operator falls back to a /32.

    The node holds nothing at all, although its subnet has single addresses left.
    """
    if not cilium.prefix_delegation or version.parts >= FIXED_IN:
        return
    every = eni_nodes(nodes, cilium_nodes, instance_types, accounts, waiting)
    found = []
    where: dict[str, int] = {}
    for node in every:
        opted_out = node.cilium.eni.disable_prefix_delegation or node.may_have_prefixes(version) is False
        if opted_out or any(eni.size for eni in node.cilium.pod_enis):
            continue
        usable = preferred(node.cilium, zone_of(node.cilium, node.node), subnets)
        counts = [free_blocks_of(subnet, interfaces, reservations) for subnet in usable]
        free = {subnet.id: subnet.free or 0 for subnet in usable}
        if usable and all(b is not None and b.count == 0 for b in counts) and sum(free.values()):
            found.append(node)
            where |= free
    if not found:
        return
    bare = frozenset(node.subject for node in found)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN,
        title=f"{counted(len(found), 'node')} get no address: {version.text} does not fall back from "
        "prefixes",
        because="Their subnets have single addresses and no whole /28 block, and this release asks for "
        "blocks only. Other releases would have taken single addresses.",
        subjects=tuple(sorted(bare)),
        evidence=(
            Evidence(CiliumVersion.ASKED, "image", version.text),
            *(
                Evidence(Subnets.ASKED, f"{n}: AvailableIpAddressCount", str(c))
                for n, c in sorted(where.items())
            ),
            *(Evidence(Interfaces.ASKED, f"{n}: free aligned /28 blocks", "0") for n in sorted(where)),
            Evidence(CiliumNodes.ASKED, "status.eni.enis{}", "no pod address", len(found)),
        ),
        explains=(stuck_pods(found), Explains("nodes-not-ready", bare), Explains("agents-not-ready", bare)),
        leads_to=("prefix-fragmentation-insufficient-cidr-blocks",),
        actions=(
            look(
                "See what the agents of these nodes wait for",
                f"kubectl -n {quote(cilium.namespace)} logs -l k8s-app=cilium --tail=200 | grep -i "
                "'waiting for'",
                "they wait for a CIDR pool with nothing available",
            ),
            change(
                "Upgrade to 1.20.2 or later",
                f"helm upgrade cilium cilium/cilium -n {quote(cilium.namespace)} --reuse-values --version "
                "1.20.2",
                risk="restarts operator and agents",
                verify="the nodes' CiliumNodes list addresses and the nodes become ready",
            ),
            change(
                "Until then give the pool subnets with whole blocks, or opt these nodes out of prefixes",
                f"helm upgrade cilium cilium/cilium -n {quote(cilium.namespace)} --reuse-values --set "
                "eni.nodeSpec.disablePrefixDelegation=true",
                risk="new nodes hold single addresses until they are replaced",
                verify="a new node's CiliumNode lists addresses",
            ),
        ),
        references=links("cilium#48193", "cilium#48418"),
    )
