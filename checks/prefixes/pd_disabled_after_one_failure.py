"""A node must not lose prefixes for good because the first of its subnets had no free block."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.free_blocks import free_blocks_of
from checks.model import Confidence, Evidence, Finding, Kind, Severity, check
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces, Reservations, Subnet, Subnets
from checks.prefixes.eni_nodes import EniNode, eni_nodes, stuck_pods
from checks.scale import counted
from checks.subnets.selection import candidates, selects_subnets, zone_of


@check(
    id="pd-disabled-after-one-failure",
    title="One subnet without a free block turned nodes to single addresses",
    source="https://github.com/cilium/cilium/issues/46644",
    modes=("eni",),
    since=(1, 18),
)
def pd_disabled_after_one_failure(
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
    """On the first refusal the operator marks the node plain and never tries the other matching subnets.

    The node's selector matches two subnets of its zone: one with addresses and no whole block, one with
    blocks left. That the refusal came first is inferred from what the node holds.
    """
    if not cilium.prefix_delegation:
        return
    every = eni_nodes(nodes, cilium_nodes, instance_types, accounts, waiting)
    found: list[EniNode] = []
    bad: dict[str, Subnet] = {}
    good: dict[str, int] = {}
    for node in every:
        skip = not node.plain or node.cilium.eni.disable_prefix_delegation
        if skip or node.may_have_prefixes(version) is False or not selects_subnets(node.cilium):
            continue
        usable = candidates(node.cilium, zone_of(node.cilium, node.node), subnets)
        counts = {s.id: free_blocks_of(s, interfaces, reservations) for s in usable}
        empty = [s for s in usable if (b := counts[s.id]) and b.count == 0 and s.id in _attached(node)]
        roomy = {name: b.count for name, b in counts.items() if b is not None and b.count > 0}
        if empty and roomy:
            found.append(node)
            bad |= {s.id: s for s in empty}
            good |= roomy
    if not found:
        return
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.LIKELY,
        title=f"{counted(len(found), 'node')} gave up on prefixes although {', '.join(sorted(good))} has "
        "free blocks",
        because=f"They hold single addresses in {', '.join(sorted(bad))}, which has no whole block, while "
        "another matching subnet of the zone has. The operator's log would show the one "
        "InsufficientCidrBlocks.",
        subjects=tuple(n.subject for n in sorted(found, key=lambda n: (-len(n.stuck), n.name))),
        evidence=(
            *(Evidence(Interfaces.ASKED, f"{name}: free aligned /28 blocks", "0") for name in sorted(bad)),
            *(
                Evidence(Interfaces.ASKED, f"{n}: free aligned /28 blocks", str(c))
                for n, c in sorted(good.items())
            ),
            Evidence(CiliumNodes.ASKED, "status.eni.enis{}.prefixes", "none, single addresses", len(found)),
        ),
        explains=(stuck_pods(n for n in found if n.full),),
        leads_to=("max-pods-exceeds-node-ip-capacity", "node-eni-limit-reached"),
        actions=(
            look(
                "See the one refusal",
                f"kubectl -n {quote(cilium.namespace)} logs deployment/cilium-operator | grep 'out of "
                "prefixes'",
                "one line per node that gave up",
            ),
            change(
                "Take the selector's tag off the subnet without blocks, then replace the nodes",
                f"aws ec2 delete-tags --resources {quote(sorted(bad)[0])} --tags Key=TAG",
                risk="moves the pods of the replaced nodes; nodes in that subnet keep what they hold",
                verify="new nodes' CiliumNodes list prefixes",
            ),
        ),
        references=links("cilium#46644", "cilium#46746"),
    )


def _attached(node: EniNode) -> set[str | None]:
    return {eni.subnet_id for eni in node.cilium.pod_enis if eni.lone}
