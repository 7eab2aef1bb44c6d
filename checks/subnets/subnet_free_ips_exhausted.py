"""The subnets that a zone's pods take addresses from must have some left."""

from collections.abc import Iterator
from dataclasses import replace
from shlex import quote

from checks.advice import change, links, look
from checks.helm_upgrade import OPERATOR, helm_upgrade
from checks.model import (
    Action,
    Confidence,
    Evidence,
    Explains,
    Finding,
    Kind,
    Severity,
    Subject,
    Undecided,
    check,
)
from checks.parts.agents import OperatorMetrics
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Subnet, Subnets
from checks.scale import counted
from checks.subnets.groups import Group, groups_of

_FREE = "cilium_operator_ipam_available_ips_per_subnet"
RELEASE_IS_SAFE_SINCE = (1, 12)
NEARLY_EMPTY = 8
"""Less than one node's default buffer of free addresses (spec.ipam.pre-allocate)."""


@check(
    id="subnet-free-ips-exhausted",
    title="The subnets of a zone have no free address",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def subnet_free_ips_exhausted(
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    subnets: Subnets | None,
    accounts: Accounts,
    waiting: Waiting,
    operator_metrics: OperatorMetrics | None,
    cilium: CiliumConfig,
    version: CiliumVersion | None,
) -> Iterator[Finding | Undecided]:
    """A pod's address comes from a subnet in its node's zone; those of other zones cannot help.

    A node that still could attach addresses and gets none, in a zone whose every selected subnet is empty,
    proves it. In overlay modes pods take no address of a subnet. Where EC2 was not read, the operator's
    counts stand in for it, and say only what is short.
    """
    release = _release(cilium, version)
    if subnets is None:
        told = _by_the_operator(operator_metrics, cilium_nodes)
        groups = groups_of(nodes, cilium_nodes, told, accounts, waiting)
        if empty := [group for group in groups if group.starves]:
            found = _finding(empty, Kind.CAUSE, operator_metrics, release)
            seen = tuple(item for item in found.evidence if item.asked != Subnets.ASKED)
            yield replace(found, confidence=Confidence.LIKELY, evidence=seen)
        else:
            yield Undecided(part="subnets")
        return
    groups = groups_of(nodes, cilium_nodes, subnets, accounts, waiting)
    unknown = [group for group in groups if group.free is None]
    if unknown:
        names = ", ".join(subnet.id for group in unknown for subnet in group.subnets if subnet.free is None)
        yield Undecided(f"unreadable: no count of free addresses for {names}")
    known = [group for group in groups if group.free is not None]
    empty = [group for group in known if group.starves]
    if empty:
        yield _finding(empty, Kind.CAUSE, operator_metrics, release)
        return
    low = [group for group in known if (group.free or 0) < NEARLY_EMPTY]
    if low:
        yield _finding(low, Kind.RISK, operator_metrics, release)


def _finding(
    groups: list[Group], kind: Kind, metrics: OperatorMetrics | None, release: tuple[Action, ...]
) -> Finding:
    zones = sorted({group.zone or "?" for group in groups})
    every = sorted({subnet.id: subnet for group in groups for subnet in group.subnets}.items())
    stuck = frozenset(item.subject for group in groups for item in group.stuck)
    bare = frozenset(Subject("Node", name) for group in groups for name in group.bare)
    free = sum(subnet.free or 0 for _, subnet in every)
    hurts = kind is Kind.CAUSE
    seen = [_seen(name, metrics) for name, _ in every]
    return Finding(
        kind=kind,
        severity=Severity.CRITICAL if hurts else Severity.MEDIUM,
        confidence=Confidence.CERTAIN,
        title=f"the pod subnets of {', '.join(zones)} have {counted(free, 'free address', 'free addresses')}"
        + (f" for {counted(len(stuck), 'waiting pod')}" if stuck else ""),
        because="Every subnet that these nodes may use in their zone is counted, and the nodes could "
        "still attach addresses. Other zones' subnets cannot serve them."
        if hurts
        else "No pod waits yet; the next node or burst in the zone will.",
        subjects=tuple(Subject("Subnet", name) for name, _ in every),
        evidence=(
            *(
                Evidence(Subnets.ASKED, f"{name} ({subnet.zone}): AvailableIpAddressCount", str(subnet.free))
                for name, subnet in every
            ),
            *(item for items in seen for item in items),
            *(
                (
                    Evidence(
                        CiliumNodes.ASKED, "nodes with room for addresses", ", ".join(groups[0].nodes[:3])
                    ),
                )
            ),
        ),
        explains=(
            Explains("pods-without-ip", stuck),
            Explains("nodes-not-ready", bare),
            Explains("agents-not-ready", bare),
        ),
        actions=_actions(zones, every[0][0], release),
        references=links("vpc-cni#1773", "https://docs.cilium.io/en/stable/network/concepts/ipam/eni/"),
    )


def _seen(subnet: str, metrics: OperatorMetrics | None) -> tuple[Evidence, ...]:
    value = metrics.page.total(_FREE, subnet_id=subnet) if metrics else None
    if value is None:
        return ()
    return (Evidence(OperatorMetrics.ASKED, f'{_FREE}{{subnet_id="{subnet}"}}', f"{value:g}"),)


def _by_the_operator(metrics: OperatorMetrics | None, cilium_nodes: CiliumNodes) -> Subnets:
    """The subnets that the operator counts, without tags: who selects by tags is in none of them."""
    vpcs = {node.eni.vpc_id for node in cilium_nodes.items}
    counts = metrics.page.by_name.get(_FREE, ()) if metrics and len(vpcs) == 1 else ()
    told = [
        Subnet(
            id=sample.labels.get("subnet_id", ""),
            vpc_id=next(iter(vpcs)),
            zone=sample.labels.get("availability_zone"),
            free=int(sample.value),
        )
        for sample in counts
    ]
    return Subnets(by_id={subnet.id: subnet for subnet in told})


def _actions(zones: list[str], subnet: str, release: tuple[Action, ...]) -> tuple[Action, ...]:
    return (
        look(
            "See who holds the addresses",
            f"aws ec2 describe-network-interfaces --filters Name=subnet-id,Values={quote(subnet)} --query "
            "'NetworkInterfaces[].[Status,Description,length(PrivateIpAddresses)]' --output table",
            "interfaces in state available are leaks; the rest are nodes, load balancers, endpoints",
        ),
        change(
            f"Add a pod subnet in {', '.join(zones)} from a secondary range (100.64.0.0/10) and tag it",
            "aws ec2 associate-vpc-cidr-block --vpc-id VPC --cidr-block 100.64.0.0/16 && aws ec2 "
            f"create-subnet --vpc-id VPC --availability-zone {quote(zones[0])} --cidr-block 100.64.0.0/18",
            risk="none to running pods; nodes whose subnet ids or tags do not match it gain nothing",
            verify="the operator's next sync makes interfaces there and the waiting pods start",
        ),
        *release,
    )


def _release(cilium: CiliumConfig, version: CiliumVersion | None) -> tuple[Action, ...]:
    """Giving idle addresses back, where it helps: whole blocks stay, and old releases took used ones."""
    if cilium.prefix_delegation or (version is not None and version.minor < RELEASE_IS_SAFE_SINCE):
        return ()
    return (
        change(
            "Hold fewer idle addresses per node until then",
            helm_upgrade(
                cilium.namespace, version, "--set eni.awsReleaseExcessIPs=true", restart=(OPERATOR,)
            ),
            risk="restarts the operator; released addresses must be asked for again in a burst",
            verify="AvailableIpAddressCount rises after some minutes",
        ),
    )
