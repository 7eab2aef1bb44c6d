"""A subnet with free addresses must have whole free /28 blocks for nodes that live on prefixes."""

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from checks.advice import change, links, look
from checks.free_blocks import free_blocks_of
from checks.model import Action, Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import OperatorLog
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces, Reservations, Subnet, Subnets
from checks.prefixes.eni_nodes import EniNode, eni_nodes, stuck_pods
from checks.subnets.selection import preferred, zone_of

_REFUSED = ("InsufficientCidrBlocks", "Subnet might be out of prefixes")


@dataclass(frozen=True, slots=True)
class _Zone:
    subnets: tuple[Subnet, ...]
    nodes: list[EniNode]


@check(
    id="prefix-fragmentation-insufficient-cidr-blocks",
    title="Free addresses, but no free /28 block",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html",
    modes=("eni",),
)
def prefix_fragmentation_insufficient_cidr_blocks(
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    subnets: Subnets,
    interfaces: Interfaces,
    reservations: Reservations | None,
    instance_types: InstanceTypes | None,
    version: CiliumVersion | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
    operator_log: OperatorLog | None,
) -> Iterator[Finding | Undecided]:
    """A prefix needs sixteen aligned addresses of which none is taken; EC2 tells nobody how many are left.

    Where the subnets of a zone have none, a node gets single addresses instead, and stays with them. Blocks
    are counted from every interface in the subnet.
    """
    if not cilium.prefix_delegation:
        return
    every = eni_nodes(nodes, cilium_nodes, instance_types, accounts, waiting)
    able = [n for n in every if n.may_have_prefixes(version) is not False]
    able = [n for n in able if not n.cilium.eni.disable_prefix_delegation]
    zones = _broken_zones(able, subnets, interfaces, reservations)
    if not zones and reservations is None and able:
        yield Undecided(
            "free /28 blocks are an upper bound: the subnets' CIDR reservations were not read",
            "ec2:GetSubnetCidrReservations in the bot's IAM policy",
        )
    if not zones:
        return
    broken = {subnet.id: subnet for zone in zones for subnet in zone.subnets}
    hit = [n for zone in zones for n in zone.nodes if n.plain or n.stuck]
    refused = [
        line for line in (operator_log.lines if operator_log else ()) if any(w in line for w in _REFUSED)
    ]
    seen = bool(refused) or any(n.plain for n in hit)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if seen else Confidence.LIKELY,
        title=f"{', '.join(sorted(broken))}: {sum(s.free or 0 for s in broken.values())} free addresses "
        "and not one free /28 block",
        because="Every aligned block of sixteen has a taken address, by the interfaces in the subnet, "
        "while single addresses are free: it is not exhausted."
        + ("" if seen else " No refusal was seen yet; the operator's log would show InsufficientCidrBlocks."),
        subjects=(
            *(Subject("Subnet", name) for name in sorted(broken)),
            *(n.subject for n in sorted(hit, key=lambda n: (-len(n.stuck), n.name))),
        ),
        evidence=(
            *(
                Evidence(Subnets.ASKED, f"{s.id}: AvailableIpAddressCount", str(s.free))
                for s in sorted(broken.values(), key=lambda s: s.id)
            ),
            *(
                Evidence(Interfaces.ASKED, f"{name}: free aligned /28 blocks", "0", 1)
                for name in sorted(broken)
            ),
            *((Evidence(OperatorLog.ASKED, "line", refused[-1], len(refused)),) if refused else ()),
        ),
        explains=(stuck_pods(n for n in hit if _explained(n)),),
        leads_to=("max-pods-exceeds-node-ip-capacity", "node-eni-limit-reached"),
        actions=_actions(sorted(broken)[0]),
        references=links("cilium#20822", "cilium#38499", "vpc-cni#2749", "vpc-cni#2045", "vpc-cni#3105"),
    )


def _broken_zones(
    nodes: list[EniNode], subnets: Subnets, interfaces: Interfaces, reservations: Reservations | None
) -> list[_Zone]:
    """Zones whose every usable subnet has sixteen free addresses or more, and no block."""
    zones: dict[tuple[str, ...], _Zone] = {}
    for node in nodes:
        usable = preferred(node.cilium, zone_of(node.cilium, node.node), subnets)
        zones.setdefault(tuple(s.id for s in usable), _Zone(usable, [])).nodes.append(node)
    return [
        zone for zone in zones.values() if zone.subnets and _no_block(zone.subnets, interfaces, reservations)
    ]


def _no_block(usable: tuple[Subnet, ...], interfaces: Interfaces, reservations: Reservations | None) -> bool:
    roomy = any((subnet.free or 0) >= 16 for subnet in usable)
    counts = [free_blocks_of(subnet, interfaces, reservations) for subnet in usable]
    return roomy and all(blocks is not None and blocks.count == 0 for blocks in counts)


def _explained(node: EniNode) -> bool:
    """Full on single addresses, or unable to grow by prefixes at all."""
    return node.full or not node.plain


def _actions(subnet: str) -> tuple[Action, ...]:
    return (
        look(
            "See what holds the subnet's addresses",
            f"aws ec2 describe-network-interfaces --filters Name=subnet-id,Values={quote(subnet)} --query "
            "'NetworkInterfaces[].[PrivateIpAddress,Description,length(PrivateIpAddresses)]' --output "
            "table",
            "single addresses scattered over the range; every one spoils its block of sixteen",
        ),
        change(
            "Give pods a subnet of their own in that zone, with its addresses kept for prefixes",
            "aws ec2 create-subnet-cidr-reservation --subnet-id NEW_SUBNET --cidr RANGE "
            "--reservation-type prefix",
            risk="none to running pods; point eni.subnetTags (or subnetIDs) at the new subnet",
            verify="the operator creates new ENIs there",
        ),
        change(
            "Then replace the nodes that fell back to single addresses; deleting pods does not help",
            None,
            risk="moves the pods of the replaced nodes",
            verify="the new nodes' CiliumNodes list prefixes",
        ),
    )
