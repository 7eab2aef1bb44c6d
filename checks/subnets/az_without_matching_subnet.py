"""A node's subnet selector must match a subnet in the node's own zone."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.operator.told import lines_with, quoted
from checks.parts.agents import OperatorLog
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Subnets
from checks.scale import counted
from checks.selectors import selected_subnets
from checks.subnets.selection import candidates, selects_subnets, zone_of
from checks.subnets.starved import eni_pairs, starves


@check(
    id="az-without-matching-subnet",
    title="A zone with nodes has no matching subnet",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def az_without_matching_subnet(
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    subnets: Subnets,
    accounts: Accounts | None,
    waiting: Waiting | None,
    operator_log: OperatorLog | None,
) -> Iterator[Finding]:
    """An interface must be in its instance's zone; where nobody made or tagged a pod subnet, none is made.

    The selector matches in other zones, so it is not wrong by itself.
    """
    pairs = [pair for pair in eni_pairs(nodes, cilium_nodes) if selects_subnets(pair[1])]
    lost = [
        (node, mine)
        for node, mine in pairs
        if (zone := zone_of(mine, node)) is not None
        and selected_subnets(mine, subnets)
        and not candidates(mine, zone, subnets)
    ]
    if not lost:
        return
    zones = sorted({zone_of(mine, node) or "?" for node, mine in lost})
    has = sorted({subnet.zone or "?" for _, mine in lost for subnet in selected_subnets(mine, subnets)})
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=f"no subnet that the selector matches is in {', '.join(zones)}: {counted(len(lost), 'node')} "
        "there get no interface for pods",
        because=f"The selector matches subnets in {', '.join(has)}, and an interface cannot leave its "
        "instance's zone.",
        subjects=tuple(Subject("Node", node.name) for node, _ in lost),
        evidence=(
            Evidence(CiliumNodes.ASKED, "spec.eni.availability-zone", ", ".join(zones), len(lost)),
            Evidence(Subnets.ASKED, "AvailabilityZone of the subnets that match", ", ".join(has)),
            *quoted(lines_with(operator_log, "No matching subnet available")),
        ),
        explains=starves(lost, accounts, waiting),
        actions=(
            look(
                "See the zones of the tagged subnets",
                "aws ec2 describe-subnets --query 'Subnets[].[SubnetId,AvailabilityZone,Tags]' --output json",
                f"none with the selector's tags is in {zones[0]}",
            ),
            change(
                f"Make and tag a pod subnet in {', '.join(zones)}, or keep nodes out of it",
                f"aws ec2 create-subnet --vpc-id VPC --availability-zone {quote(zones[0])} --cidr-block "
                "RANGE",
                risk="none to running pods. Karpenter: a requirement on topology.kubernetes.io/zone",
                verify="the nodes' CiliumNodes list an interface in the new subnet",
            ),
        ),
        references=links("cilium#22000", "cilium#37229", "cilium#15635"),
    )
