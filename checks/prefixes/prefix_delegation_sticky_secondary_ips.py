"""A node that was there before prefix delegation keeps its single addresses until it is replaced."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, check
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.prefixes.eni_nodes import EniNode, eni_nodes, stuck_pods
from checks.scale import counted


@check(
    id="prefix-delegation-sticky-secondary-ips",
    title="Nodes older than prefix delegation keep single addresses",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def prefix_delegation_sticky_secondary_ips(
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    version: CiliumVersion | None,
    instance_types: InstanceTypes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """The operator never mixes: an ENI set with plain secondary addresses is served plain ones for life.

    Nodes of one type are compared by age: where every node with prefixes is younger than every plain one,
    the switch happened between them. A plain node that is younger than one with prefixes is another fault.
    """
    if not cilium.prefix_delegation:
        return
    every = eni_nodes(nodes, cilium_nodes, instance_types, accounts, waiting)
    able = [n for n in every if n.may_have_prefixes(version) is not False]
    sticky = [n for n in able if n.plain and not n.cilium.eni.disable_prefix_delegation and _older(n, able)]
    if not sticky:
        return
    known = all(n.may_have_prefixes(version) for n in sticky)
    youngest = max(n.node.created for n in sticky)
    blocked = [n for n in sticky if n.full]
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if known else Confidence.LIKELY,
        title=f"{counted(len(sticky), 'node')} from before prefix delegation still on single addresses",
        because="Their ENIs carry single addresses and no prefix while younger nodes of the same type "
        "hold prefixes, so neither the type nor the subnet prevents it."
        + ("" if known else " Whether the type is Nitro was not read; DescribeInstanceTypes would decide."),
        subjects=tuple(n.subject for n in sorted(sticky, key=lambda n: (-len(n.stuck), n.name))),
        evidence=(
            Evidence(cilium.asked, "data.aws-enable-prefix-delegation", "true"),
            Evidence(CiliumNodes.ASKED, "status.eni.enis{}.prefixes", "none, single addresses", len(sticky)),
            Evidence(
                Nodes.ASKED, "metadata.creationTimestamp", f"{youngest.isoformat()} or before", len(sticky)
            ),
            Evidence(
                CiliumNodes.ASKED,
                "status.eni.enis{}.prefixes",
                f"held by younger {', '.join(sorted({str(n.type_name) for n in sticky}))} nodes",
                sum(n.holds_prefixes for n in able),
            ),
        ),
        explains=(stuck_pods(blocked),),
        leads_to=("max-pods-exceeds-node-ip-capacity", "node-eni-limit-reached"),
        actions=(
            look(
                "See which nodes hold prefixes",
                "kubectl get ciliumnodes -o custom-columns="
                "'NODE:.metadata.name,AGE:.metadata.creationTimestamp,PREFIXES:.status.eni.enis.*.prefixes'",
                "the listed nodes show <none>, younger ones show /28 blocks",
            ),
            change(
                "Replace the listed nodes, one at a time",
                f"kubectl drain {quote(sticky[0].name)} --ignore-daemonsets --delete-emptydir-data",
                risk="moves the node's pods; then end the instance (node group: new launch template "
                "version; Karpenter: delete the NodeClaim)",
                verify="the new node's CiliumNode lists prefixes",
            ),
        ),
        references=links("cilium#18463", "cilium#20822", "cilium#29634", "cilium#22054"),
    )


def _older(node: EniNode, able: list[EniNode]) -> bool:
    """Whether its type has nodes with prefixes, and all of them came later."""
    siblings = [n.node.created for n in able if n.holds_prefixes and n.type_name == node.type_name]
    return bool(siblings) and node.node.created < min(siblings)
