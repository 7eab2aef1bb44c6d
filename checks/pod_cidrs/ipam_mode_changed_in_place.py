"""A cluster's nodes must have been made under the IPAM mode that is configured."""

from collections.abc import Iterator
from ipaddress import ip_address

from checks.advice import change, links, look
from checks.blocks import BLOCK_MODES, blocks_by_node, networks
from checks.dns import dns_service
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumEndpoints, CiliumNode, CiliumNodes, PodIpPools
from checks.parts.nodes import Nodes
from checks.parts.pods import PodAddress, Pods
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import Vpcs
from checks.pod_cidrs.ranges import pod_ranges
from checks.scale import counted


@check(
    id="ipam-mode-changed-in-place",
    title="The IPAM mode was switched on a live cluster",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/",
    modes=("eni", *BLOCK_MODES),
)
def ipam_mode_changed_in_place(
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    nodes: Nodes,
    pods: Pods,
    cilium_endpoints: CiliumEndpoints | None,
    pod_ip_pools: PodIpPools | None,
    vpcs: Vpcs | None,
    services: Services | None,
    endpoints: Endpoints | None,
) -> Iterator[Finding]:
    """Nothing of the old mode is converted: addresses, routes and objects stay as they were.

    A CiliumNode then carries both a block and interfaces, and pods keep addresses that no range of the new
    mode contains. Pods that Cilium never managed are another matter, and so is a pool that was extended.
    """
    mixed = [node for node in cilium_nodes.items if _is_mixed(node, nodes)]
    if cilium.ipam_mode == "eni":
        strange = _outside_interfaces(cilium_nodes, pods, vpcs)
    else:
        strange = _outside_blocks(cilium, cilium_nodes, nodes, pods, cilium_endpoints, pod_ip_pools)
    if strange:
        yield _cause(cilium, mixed, strange, _serves_dns(strange, services, endpoints))
    elif mixed:
        yield _leftovers(cilium, mixed)


def _is_mixed(node: CiliumNode, nodes: Nodes) -> bool:
    """It has interfaces, and a block that the operator gave it (not one copied from the Node's own spec)."""
    own = nodes.by_name[node.name].pod_cidrs if node.name in nodes.by_name else ()
    return bool(node.enis) and bool(set(node.pod_cidrs) - set(own))


def _outside_interfaces(cilium_nodes: CiliumNodes, pods: Pods, vpcs: Vpcs | None) -> list[PodAddress]:
    """Pods whose address no ENI of their node carries, in the node's old block or outside of the VPC."""
    enis = [eni for node in cilium_nodes.items for eni in node.enis]
    told = [cidr for eni in enis for cidr in (*eni.vpc_cidrs, eni.subnet_cidr or "")]
    told += [cidr for cidrs in vpcs.cidrs.values() for cidr in cidrs] if vpcs else []
    vpc = set(networks(told))
    found = []
    for pod in pods.addresses:
        node = cilium_nodes.by_name.get(pod.node)
        if node is None or ":" in pod.ip or any(pod.ip in eni.addresses for eni in node.enis):
            continue
        address = ip_address(pod.ip)
        in_block = any(address in block for block in networks(node.pod_cidrs))
        if in_block or (vpc and not any(address in network for network in vpc)):
            found.append(pod)
    return found


def _outside_blocks(
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    nodes: Nodes,
    pods: Pods,
    managed: CiliumEndpoints | None,
    pools: PodIpPools | None,
) -> list[PodAddress]:
    """Pods that Cilium manages and whose address lies in no range and in no block; none if that is unread."""
    if managed is None:
        return []
    blocks = blocks_by_node(cilium.ipam_mode, cilium_nodes, nodes)
    ranges = {*pod_ranges(cilium, blocks, pools), *(block for mine in blocks.values() for block in mine)}
    lengths = sorted({network.prefixlen for network in ranges})
    starts = {(network.prefixlen, int(network.network_address)) for network in ranges}
    whole = {_stem(str(network.network_address)) for network in ranges if network.prefixlen == _STEM_BITS}
    return [
        pod
        for pod in pods.addresses
        if _stem(pod.ip) not in whole  # first: it settles nearly all of them
        and (pod.namespace, pod.name) in managed.names
        and ":" not in pod.ip
        and pod.node in blocks
        and not _within(pod.ip, lengths, starts)
    ]


_STEM_BITS = 24


def _stem(ip: str) -> str:
    """``10.0.1`` of ``10.0.1.7``: the text of a /24, which most node blocks are."""
    return ip.rpartition(".")[0]


def _within(ip: str, lengths: list[int], starts: set[tuple[int, int]]) -> bool:
    """Whether one of the ranges holds an IPv4 address; asked only where no /24 settles it."""
    number = int(ip_address(ip))
    return any((n, number >> (32 - n) << (32 - n)) in starts for n in lengths)


def _serves_dns(strange: list[PodAddress], services: Services | None, endpoints: Endpoints | None) -> bool:
    if endpoints is None:
        return False
    service = dns_service(services)
    behind = {e.ip for e in endpoints.of(service.namespace, service.name).ready}
    return bool(behind & {pod.ip for pod in strange})


def _cause(
    cilium: CiliumConfig, mixed: list[CiliumNode], strange: list[PodAddress], serves_dns: bool
) -> Finding:
    first = strange[0]
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN if mixed else Confidence.LIKELY,
        title=f"{counted(len(strange), 'pod keeps an address', 'pods keep addresses')} of another IPAM mode",
        because=f"{first.namespace}/{first.name} has {first.ip}, which no range of mode {cilium.ipam_mode} "
        "contains"
        + (f", and {counted(len(mixed), 'CiliumNode carries', 'CiliumNodes carry')} both." if mixed else ".")
        + " These pods are on nodes that Cilium serves, so they were made before the mode was switched.",
        subjects=tuple(Subject("Pod", pod.name, pod.namespace) for pod in strange),
        evidence=(
            Evidence(cilium.asked, "ipam", cilium.ipam_mode),
            Evidence(Pods.ASKED, f"{first.name}: status.podIP", first.ip, len(strange)),
            *_both(mixed),
        ),
        actions=_ACTIONS,
        references=_REFERENCES,
        explains=(*_nodes(mixed), *((Explains("dns-failing"),) if serves_dns else ())),
        inferred=True,
    )


def _leftovers(cilium: CiliumConfig, mixed: list[CiliumNode]) -> Finding:
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        title=f"{counted(len(mixed), 'CiliumNode carries', 'CiliumNodes carry')} both a block and interfaces",
        because=f"The mode is {cilium.ipam_mode}, and these nodes still hold what the other mode gave them. "
        "No pod was seen with an address of the old mode.",
        subjects=tuple(Subject("Node", node.name) for node in mixed),
        evidence=(Evidence(cilium.asked, "ipam", cilium.ipam_mode), *_both(mixed)),
        actions=_ACTIONS,
        references=_REFERENCES,
        explains=_nodes(mixed),
    )


def _nodes(mixed: list[CiliumNode]) -> tuple[Explains, ...]:
    names = frozenset(Subject("Node", node.name) for node in mixed)
    return tuple(Explains(symptom, names) for symptom in ("nodes-unreachable", "agents-not-ready"))


def _both(mixed: list[CiliumNode]) -> Iterator[Evidence]:
    if mixed:
        yield Evidence(
            CiliumNodes.ASKED,
            f"{mixed[0].name}: spec.ipam.podCIDRs",
            " ".join(mixed[0].pod_cidrs),
            len(mixed),
        )
        yield Evidence(
            CiliumNodes.ASKED, f"{mixed[0].name}: status.eni.enis", str(len(mixed[0].enis)), len(mixed)
        )


_REFERENCES = links("cilium#27164", "cilium#27090", "cilium#46104")
_ACTIONS = (
    look(
        "See which nodes carry what both modes left",
        "kubectl get ciliumnodes -o custom-columns=NAME:.metadata.name,BLOCKS:.spec.ipam.podCIDRs,"
        "TYPE:.spec.eni.instance-type; kubectl get pods -A -o wide",
        "Nodes made under the new mode have one of the two, and no pod has an address of the old range.",
    ),
    change(
        "Bring up node groups under the new mode and drain the old nodes; do not switch back and forth",
        None,
        risk="every pod of the old nodes is evicted; old and new pods do not reach each other meanwhile",
        verify="No pod has an address of the old range, and no CiliumNode carries both.",
    ),
)
