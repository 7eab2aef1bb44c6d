"""The operator's subnet filter must let it see the nodes' own subnets."""

import re
from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.operator.told import lines_with, quoted
from checks.parts.agents import OperatorLog
from checks.parts.aws import Instances
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Subnet, Subnets
from checks.scale import counted
from checks.subnets.selection import own_subnet
from checks.subnets.starved import eni_pairs, starves

TAGS, IDS = "subnet-tags-filter", "subnet-ids-filter"


@check(
    id="subnet-view-filter-misused",
    title="The operator's subnet filter hides the nodes' own subnets",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def subnet_view_filter_misused(
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    subnets: Subnets,
    instances: Instances | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
    operator_log: OperatorLog | None,
) -> Iterator[Finding]:
    """eni.subnetTagsFilter and subnetIDsFilter limit what the operator sees, not where it makes interfaces.

    An instance whose own interface is in a hidden subnet does not exist for it.
    """
    wanted = {key: cilium.data[key].strip() for key in (TAGS, IDS) if cilium.data.get(key, "").strip()}
    if not wanted:
        return
    hidden = [
        (node, mine)
        for node, mine in eni_pairs(nodes, cilium_nodes)
        if (own := subnets.by_id.get(own_subnet(mine, instances) or "")) is not None
        and not _visible(own, wanted)
    ]
    if not hidden:
        return
    said = lines_with(operator_log, "Instance not found!")
    text = "; ".join(f"{key}: {value}" for key, value in wanted.items())
    names = sorted({own_subnet(mine, instances) or "" for _, mine in hidden})
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=f"the operator's subnet filter hides the subnets of {counted(len(hidden), 'node')}",
        because=f"The primary interfaces are in {', '.join(names[:3])}, which the filter does not match. "
        "spec.eni.subnet-tags is what selects subnets; this only blinds the operator.",
        subjects=tuple(Subject("Node", node.name) for node, _ in hidden),
        evidence=(
            Evidence(cilium.asked, "data", text),
            Evidence(Subnets.ASKED, "subnets of the nodes that do not match", ", ".join(names), len(hidden)),
            *quoted(said),
        ),
        explains=starves(hidden, accounts, waiting),
        leads_to=("operator-instance-cache-drop",),
        actions=(
            look(
                "See what the operator says of these instances",
                f"kubectl -n {quote(cilium.namespace)} logs deployment/cilium-operator | grep 'Instance "
                "not found'",
                "it names instances that are running",
            ),
            change(
                "Drop the filter, and select pod subnets by eni.subnet-tags of the node instead",
                f"helm upgrade cilium cilium/cilium -n {quote(cilium.namespace)} --reuse-values --set "
                "eni.subnetTagsFilter=null --set eni.subnetIDsFilter=null",
                risk="restarts the operator",
                verify="the nodes' CiliumNodes list interfaces and the log no longer misses instances",
            ),
        ),
        references=links("cilium#18239", "cilium#19181", "cilium#21752", "cilium#46513"),
    )


def _visible(subnet: Subnet, wanted: dict[str, str]) -> bool:
    """Whether a filter as the charts write it lets the operator see a subnet; spaces or commas separate."""
    ids = re.split(r"[\s,]+", wanted[IDS]) if IDS in wanted else None
    tags = re.split(r"[\s,]+", wanted[TAGS]) if TAGS in wanted else []
    pairs = {(key, value) for key, _, value in (text.partition("=") for text in tags)}
    return (ids is None or subnet.id in ids) and pairs <= set(subnet.tags)
