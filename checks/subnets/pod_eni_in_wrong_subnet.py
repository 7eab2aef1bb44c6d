"""Pod interfaces belong in subnets that are routed like the nodes' own."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import AttachedEni, CiliumNodes
from checks.parts.nodes import Nodes
from checks.parts.vpc import RouteTable, RouteTables
from checks.scale import counted
from checks.subnets.selection import own_subnet
from checks.subnets.starved import eni_pairs

DEFAULT_ROUTE = "0.0.0.0/0"


@check(
    id="pod-eni-in-wrong-subnet",
    title="Pod interfaces are in a public subnet",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def pod_eni_in_wrong_subnet(
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    route_tables: RouteTables,
    version: CiliumVersion | None,
) -> Iterator[Finding]:
    """A node goes out through a NAT or transit gateway, its pods' interfaces through an internet gateway.

    They have no public address, so nothing that leaves there comes back. Without a selector older releases
    took whichever subnet of the zone had most addresses.
    """
    found: dict[str, list[AttachedEni]] = {}
    ways: set[tuple[str, str]] = set()
    for node, mine in eni_pairs(nodes, cilium_nodes):
        home = route_tables.of(own_subnet(mine) or "", mine.eni.vpc_id)
        for eni in mine.pod_enis:
            table = route_tables.of(eni.subnet_id or "", mine.eni.vpc_id)
            own, pods = _way_out(home), _way_out(table)
            if eni.number > 0 and eni.size and pods.startswith("igw-") and own and not own.startswith("igw-"):
                found.setdefault(node.name, []).append(eni)
                ways.add((own, pods))
    if not found:
        return
    names = sorted({eni.subnet_id or "" for enis in found.values() for eni in enis})
    own, pods = sorted(ways)[0]
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        title=f"pod interfaces of {counted(len(found), 'node')} are in {', '.join(names)}, a public subnet "
        "unlike the nodes' own",
        because=f"The nodes leave through {own}, these interfaces through {pods}, for which pods have no "
        "public address. A pod that fails there and works on the first interface would decide.",
        subjects=(
            *(Subject("Subnet", name) for name in names),
            *(Subject("Node", name) for name in sorted(found)),
        ),
        evidence=(
            Evidence(RouteTables.ASKED, f"{DEFAULT_ROUTE} of the nodes' subnets", own),
            Evidence(RouteTables.ASKED, f"{DEFAULT_ROUTE} of {names[0]}", pods),
            Evidence(
                CiliumNodes.ASKED,
                "status.eni.enis{}.subnet.id",
                ", ".join(names),
                sum(len(enis) for enis in found.values()),
            ),
        ),
        explains=(Explains("traffic-failing"),),
        inferred=True,
        actions=(
            look(
                "See which subnets the pods' interfaces are in",
                "kubectl get ciliumnodes -o "
                "custom-columns='NODE:.metadata.name,SUBNETS:.status.eni.enis.*.subnet.id'",
                "a subnet whose route table sends 0.0.0.0/0 to an internet gateway",
            ),
            change(
                "Select private pod subnets by tag, then replace the nodes",
                f"helm upgrade cilium cilium/cilium -n {quote(cilium.namespace)} --reuse-values --set "
                "eni.nodeSpec.subnetTags.TAG=VALUE"
                if version is None or version.minor >= (1, 19)
                else "# before 1.19: subnet-tags in the eni section of the custom CNI configuration",
                risk="moves the pods of the replaced nodes",
                verify="new nodes' interfaces are in the tagged subnets",
            ),
        ),
        references=links("cilium#20553", "cilium#22000", "cilium#32052", "cilium#23933", "cilium#37229"),
    )


def _way_out(table: RouteTable | None) -> str:
    routes = table.routes if table else ()
    return next((r.target for r in routes if r.destination == DEFAULT_ROUTE and r.state == "active"), "")
