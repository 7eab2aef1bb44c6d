"""A node's subnet ids or tags must match a subnet of its VPC."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.operator.told import lines_with, quoted
from checks.parts.agents import OperatorLog
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Subnets
from checks.scale import counted
from checks.selectors import selected_subnets
from checks.subnets.selection import selects_subnets
from checks.subnets.starved import eni_pairs, starves


@check(
    id="subnet-selector-matches-nothing",
    title="The subnet selector of nodes matches no subnet",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def subnet_selector_matches_nothing(
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    subnets: Subnets,
    accounts: Accounts | None,
    waiting: Waiting | None,
    operator_log: OperatorLog | None,
) -> Iterator[Finding | Undecided]:
    """All tags of spec.eni.subnet-tags must be on a subnet, with these values, or one of the ids must exist.

    Without a match in any zone the operator makes no interface for the node.
    """
    pairs = [pair for pair in eni_pairs(nodes, cilium_nodes) if selects_subnets(pair[1])]
    lost = [pair for pair in pairs if not selected_subnets(pair[1], subnets)]
    if not lost:
        return
    vpcs = {subnet.vpc_id for subnet in subnets.by_id.values()}
    if not all(mine.eni.vpc_id in vpcs or None in (mine.eni.vpc_id, *vpcs) for _, mine in lost):
        raise Undecided("the subnets that were read are of another VPC than the nodes'")
    selector = _selector(lost[0][1])
    said = lines_with(operator_log, "No matching subnet available")
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN,
        title=f"the subnet selector of {counted(len(lost), 'node')} matches no subnet: {selector}",
        because=f"None of the {counted(len(subnets.by_id), 'subnet')} read matches it, in any zone, so it "
        "is not a matter of one zone or of free addresses.",
        subjects=tuple(Subject("Node", node.name) for node, _ in lost),
        evidence=(
            Evidence(CiliumNodes.ASKED, "spec.eni.subnet-ids / subnet-tags", selector, len(lost)),
            Evidence(Subnets.ASKED, "Subnets[] that match", "0"),
            *quoted(said),
        ),
        explains=starves(lost, accounts, waiting),
        actions=(
            look(
                "See the subnets' tags",
                "aws ec2 describe-subnets --query 'Subnets[].[SubnetId,AvailabilityZone,Tags]' --output json",
                "a typing error, true against 1, or tags that stayed in the account that owns the subnet",
            ),
            change(
                "Tag the pod subnets as the selector asks",
                f"aws ec2 create-tags --resources SUBNET --tags {_tags(lost[0][1])}",
                risk="none to running pods",
                verify="the operator makes interfaces within a minute and the agents become ready",
            ),
        ),
        references=links("cilium#15635", "cilium#16119", "cilium#20553", "cilium#32346"),
    )


def _selector(node: CiliumNode) -> str:
    if node.eni.subnet_ids:
        return ", ".join(node.eni.subnet_ids)
    return ", ".join(f"{key}={value}" for key, value in node.eni.subnet_tags)


def _tags(node: CiliumNode) -> str:
    return (
        " ".join(quote(f"Key={key},Value={value}") for key, value in node.eni.subnet_tags)
        or "Key=KEY,Value=VALUE"
    )
