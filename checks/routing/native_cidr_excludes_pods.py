"""The native routing range must contain the addresses of the pods."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from checks.advice import change, links, look
from checks.blocks import BLOCK_MODES, blocks_by_node, networks
from checks.model import Action, Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.neighbours import IpMasqAgent
from checks.parts.nodes import Nodes
from checks.routing.switch import upgrade
from checks.scale import counted

KEY = "ipv4-native-routing-cidr"

DEFAULT_KEPT = networks(("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"))
"""What ip-masq-agent leaves alone where it has no ConfigMap: the private ranges, among others
(https://docs.cilium.io/en/stable/network/concepts/masquerading/)."""


@check(
    id="native-cidr-excludes-pods",
    title="The native routing range does not contain the pods",
    source="https://docs.cilium.io/en/stable/network/concepts/masquerading/",
    modes=("eni", *BLOCK_MODES),
)
def native_cidr_excludes_pods(
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    nodes: Nodes | None,
    version: CiliumVersion | None,
    ip_masq_agent: IpMasqAgent | None,
) -> Iterator[Finding | Undecided]:
    """Traffic within this range keeps its addresses; all other traffic of pods leaves with the node's.

    A range without the pods makes pod-to-pod traffic arrive from node addresses: policies by label no longer
    match, and replies go astray. In ENI mode an absent value means the VPC's primary range, which leaves out
    pods in secondary ones. Health probes do not show it.
    """
    if cilium.routing_mode != "native" or not cilium.masquerade:
        return
    held = _held(cilium, cilium_nodes, nodes)
    native = cilium.native_cidr or _detected(cilium, cilium_nodes)
    outside = {
        name: mine
        for name, all_ in held.items()
        if (mine := [b for b in all_ if native and not _in(b, native)])
    }
    if not outside or native is None:
        return
    if cilium.flag("enable-ip-masq-agent"):
        if ip_masq_agent is None:
            yield Undecided("what ip-masq-agent leaves unmasqueraded was not read", "get configmaps")
            return
        kept = ip_masq_agent.ranges if ip_masq_agent.exists else DEFAULT_KEPT
        outside = {n: left for n, mine in outside.items() if (left := [b for b in mine if not _any(b, kept)])}
        if not outside:
            return
    yield _finding(cilium, version, native, outside, set_by_hand=cilium.native_cidr is not None)


def _held(
    cilium: CiliumConfig, cilium_nodes: CiliumNodes, nodes: Nodes | None
) -> dict[str, tuple[IPv4Network, ...]]:
    """The blocks of each node, or the subnets of its interfaces that carry pods."""
    if cilium.ipam_mode != "eni":
        return dict(blocks_by_node(cilium.ipam_mode, cilium_nodes, nodes))
    return {
        node.name: networks(eni.subnet_cidr or "" for eni in node.pod_enis if eni.size)
        for node in cilium_nodes.items
    }


def _detected(cilium: CiliumConfig, cilium_nodes: CiliumNodes) -> IPv4Network | None:
    """The VPC's primary range, which ENI agents take when the key is absent."""
    if cilium.ipam_mode != "eni":
        return None
    told = (cidr for node in cilium_nodes.items for eni in node.enis for cidr in eni.vpc_cidrs[:1])
    return next(iter(networks(told)), None)


def _any(block: IPv4Network, ranges: tuple[IPv4Network, ...]) -> bool:
    return any(block.subnet_of(network) for network in ranges)


def _in(block: IPv4Network, native: IPv4Network) -> bool:
    return block.subnet_of(native)


def _finding(
    cilium: CiliumConfig,
    version: CiliumVersion | None,
    native: IPv4Network,
    outside: dict[str, list[IPv4Network]],
    *,
    set_by_hand: bool,
) -> Finding:
    name, blocks = next(iter(outside.items()))
    eni = cilium.ipam_mode == "eni"
    said = f"is {native}" if set_by_hand else f"is not set, so agents take the VPC's primary range, {native}"
    return Finding(
        kind=Kind.CAUSE if set_by_hand else Kind.RISK,
        severity=Severity.HIGH if set_by_hand else Severity.MEDIUM,
        confidence=Confidence.LIKELY if eni else Confidence.CERTAIN,
        title=f"pods of {counted(len(outside), 'node')} lie outside the native routing range {native}",
        because=f"{KEY} {said}, and {name} gives pods addresses of {blocks[0]}. "
        "Routing is native and masquerading is on, so pod-to-pod traffic leaves with node addresses.",
        subjects=tuple(Subject("Node", name) for name in outside),
        evidence=(
            Evidence(cilium.asked, KEY, str(native) if set_by_hand else "absent"),
            Evidence(cilium.asked, "routing-mode", "native"),
            Evidence(
                cilium.asked, "enable-ipv4-masquerade", cilium.data.get("enable-ipv4-masquerade", "absent")
            ),
            Evidence(
                Nodes.ASKED if cilium.ipam_mode == "kubernetes" else CiliumNodes.ASKED,
                f"{name}: subnet of an interface" if eni else f"{name}: block",
                str(blocks[0]),
                len(outside),
            ),
        ),
        actions=_actions(cilium, version),
        references=links("cilium#39343", "cilium#39156", "cilium#24000", "cilium#32184"),
        inferred=set_by_hand,
    )


def _actions(cilium: CiliumConfig, version: CiliumVersion | None) -> tuple[Action, ...]:
    return (
        look(
            "Compare the range with the addresses of pods",
            f"kubectl -n {cilium.namespace} get configmap cilium-config "
            f"-o jsonpath='{{.data.{KEY}}}{{\"\\n\"}}'; kubectl get pods -A -o wide",
            "Pod addresses lie outside of it.",
        ),
        change(
            "Set it to the range in which pod addresses are really routable",
            upgrade(cilium, version, '"ipv4NativeRoutingCIDR=${POD_RANGE:?}"'),
            risk="agents restart; what the range contains leaves the nodes without translation",
            verify="Traffic between pods of two nodes arrives with the pod's address. Only one range is "
            "accepted; for several use ipMasqAgent.enabled with nonMasqueradeCIDRs.",
        ),
    )
