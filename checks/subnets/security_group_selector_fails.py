"""Interfaces that the operator makes must carry the security groups that the node asks for."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
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
from checks.operator.told import lines_with, quoted
from checks.parts.agents import ClusterHealth, OperatorLog, OperatorMetrics
from checks.parts.cilium_nodes import AttachedEni, CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import SecurityGroups
from checks.reach import unreached
from checks.scale import counted
from checks.services.ports import HEALTH_PORT, admitted
from checks.subnets.starved import eni_pairs, starves

DURATION = "cilium_operator_ipam_allocation_duration_seconds_count"
_STATUS = "unableToGetSecurityGroups"


@check(
    id="security-group-selector-fails",
    title="Pod interfaces carry other security groups than asked for",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def security_group_selector_fails(
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    security_groups: SecurityGroups,
    operator_log: OperatorLog | None,
    operator_metrics: OperatorMetrics | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
    health: ClusterHealth | None,
) -> Iterator[Finding | Undecided]:
    """Where tags match no group of the VPC, the operator quietly takes the first interface's groups.

    Only interfaces that the operator made are compared; the first one is EC2's. An interface keeps the
    groups that it was made with. Where the groups cannot even be asked for, no interface is made.
    """
    yield from _not_made(nodes, cilium_nodes, operator_log, operator_metrics, accounts, waiting)
    found: dict[str, list[AttachedEni]] = {}
    selectors: set[str] = set()
    cut_off: set[Subject] = set()
    failing = unreached(health) if health else {}
    for node, mine in eni_pairs(nodes, cilium_nodes):
        wanted = _wanted(mine, security_groups)
        other = [e for e in mine.pod_enis if e.number > 0 and set(e.security_groups) != wanted]
        if wanted is not None and other:
            found[node.name] = other
            selectors.add(_selector(mine))
            if node.name in failing and _closed(other[0], wanted, security_groups):
                cut_off.add(Subject("Node", node.name))
    if not found:
        return
    first = next(iter(found.values()))[0]
    held = ", ".join(first.security_groups)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN,
        title=f"pod interfaces of {counted(len(found), 'node')} carry other groups than "
        f"{'; '.join(sorted(selectors))}",
        because="The groups on the interfaces differ from those that spec.eni selects in the VPC. Groups "
        "that are right and too strict would be another fault.",
        subjects=tuple(Subject("Node", name) for name in sorted(found)),
        evidence=(
            Evidence(
                CiliumNodes.ASKED,
                "spec.eni.security-groups / security-group-tags",
                "; ".join(sorted(selectors)),
            ),
            Evidence(
                CiliumNodes.ASKED,
                "status.eni.enis{}.security-groups",
                held,
                sum(len(enis) for enis in found.values()),
            ),
            *quoted(lines_with(operator_log, "No security groups match")),
        ),
        explains=(Explains("traffic-failing"), Explains("nodes-unreachable", frozenset(cut_off))),
        leads_to=("pod-eni-security-group-wrong",),
        actions=(
            look(
                "See the groups and their tags",
                "aws ec2 describe-security-groups --query 'SecurityGroups[].[GroupId,VpcId,Tags]' "
                "--output json",
                "no group of this VPC has every tag of the selector",
            ),
            change(
                "Fix tags or ids; interfaces that exist need their groups set by hand, or new nodes",
                f"aws ec2 modify-network-interface-attribute --network-interface-id {quote(first.id)} "
                "--groups GROUP",
                risk="changes at once what reaches the pods of that interface",
                verify="CiliumNodes show the wanted groups on every interface",
            ),
        ),
        references=links("cilium#23678", "cilium#39106"),
    )


def _not_made(
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    log: OperatorLog | None,
    metrics: OperatorMetrics | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding | Undecided]:
    """Nodes with a selector for which the operator fails to get the groups and so makes no interface."""
    said = lines_with(log, "unable to get security groups", _STATUS)
    grown = metrics.page.growth(DURATION, status=_STATUS) if metrics else None
    pairs = [p for p in eni_pairs(nodes, cilium_nodes) if p[1].eni.security_group_tags]
    claims = starves(pairs, accounts, waiting)
    if not pairs or not any(link.subjects for link in claims):
        return
    if not said and not grown:
        if log is None:
            yield Undecided(part="operator_log")
        return
    selectors = sorted({_selector(mine) for _, mine in pairs})
    counted_calls = f"growth of {DURATION}, {_STATUS}"
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if grown else Confidence.LIKELY,
        title=f"the operator gets no security groups for {'; '.join(selectors)}, and makes no interface",
        because="Asking for the groups fails before an interface is made, so neither the subnet nor a limit "
        "of the instance is in the way.",
        subjects=tuple(Subject("Node", node.name) for node, _ in pairs),
        evidence=(
            Evidence(CiliumNodes.ASKED, "spec.eni.security-group-tags", "; ".join(selectors), len(pairs)),
            *quoted(said),
            *((Evidence(OperatorMetrics.ASKED, counted_calls, f"{grown:g}"),) if grown else ()),
        ),
        explains=claims,
        drop_if_harmless=True,
        actions=_select_by_id(),
        references=links("cilium#23678", "cilium#39106"),
    )


def _select_by_id() -> tuple[Action, ...]:
    return (
        change(
            "Select the groups by id, or upgrade to a release that asks for tags rightly",
            None,
            risk="new interfaces get these groups; existing ones keep theirs",
            verify="the nodes get an interface and become ready",
        ),
    )


def _wanted(node: CiliumNode, groups: SecurityGroups) -> set[str] | None:
    """The groups that the node selects; empty when its tags match none, None when it selects nothing."""
    if node.eni.security_groups:
        return set(node.eni.security_groups)
    if not node.eni.security_group_tags:
        return None
    tags = set(node.eni.security_group_tags)
    every = groups.by_id.values()
    return {g.id for g in every if tags <= set(g.tags) and g.vpc_id in (None, node.eni.vpc_id)}


def _closed(eni: AttachedEni, wanted: set[str], groups: SecurityGroups) -> bool:
    """Whether the groups that it got keep health probes out, and those asked for would let them in."""

    def opens(names: set[str]) -> bool | None:
        addresses = (eni.ip,) if eni.ip else ()
        return admitted(
            names, "tcp", HEALTH_PORT, source_groups=names, source_addresses=addresses, groups=groups
        )

    return opens(set(eni.security_groups)) is False and (not wanted or opens(wanted) is True)


def _selector(node: CiliumNode) -> str:
    pairs = (f"{key}={value}" for key, value in node.eni.security_group_tags)
    return ", ".join(node.eni.security_groups or pairs)
