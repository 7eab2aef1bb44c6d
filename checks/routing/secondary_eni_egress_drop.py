"""Pods on further interfaces must be answered through the interface that they use."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, check
from checks.parts.agents import TcpProbes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.routing.probed_addresses import probed
from checks.routing.switch import upgrade
from checks.scale import counted


@check(
    id="secondary-eni-egress-drop",
    title="Only pods on further interfaces are cut off",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def secondary_eni_egress_drop(
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    version: CiliumVersion | None,
    tcp_probes: TcpProbes | None,
) -> Iterator[Finding]:
    """Source-based routing and masquerading may choose different interfaces for a packet and its answer.

    Of two identical pods on a node then only one has connections. The host's rules and its reverse-path
    filter have no API; that all failing addresses are on interface 1 or above is what speaks for it.
    """
    if not cilium.masquerade or tcp_probes is None:
        return
    failing, fine = probed(tcp_probes, cilium_nodes)
    first_answers = any(eni.number == 0 for eni in fine.values())
    further_answer = any(eni.number for eni in fine.values())
    if not failing or not all(eni.number for eni in failing.values()) or further_answer or not first_answers:
        return
    address, eni = next(iter(failing.items()))
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.POSSIBLE,
        title=f"{counted(len(failing), 'address', 'addresses')} on interface 1 and above do not answer",
        because=f"{address} is on interface {eni.number} and times out, while those on interface 0 answer. "
        "Drops by the reverse-path filter, or the rules of the node, would decide.",
        evidence=(
            Evidence(TcpProbes.ASKED, f"{address}: outcome", "timeout", len(failing)),
            Evidence(CiliumNodes.ASKED, f"{address}: number of its interface", str(eni.number)),
            Evidence(cilium.asked, "enable-ipv4-masquerade", "true"),
        ),
        actions=(
            look(
                "On a node with a failing pod: the filter and the rules for its address",
                f"sysctl -a 2>/dev/null | grep '[.]rp_filter'; ip rule | grep {address}",
                "rp_filter is 1 on the further interface, or the rule points to another table.",
            ),
            change(
                "Turn masquerading off where a NAT gateway is there, or loosen rp_filter; upgrade",
                upgrade(cilium, version, "enableIPv4Masquerade=false"),
                risk="agents restart; pods leave the VPC with their own addresses",
                verify="The pods that were cut off answer.",
            ),
        ),
        references=links(
            *("cilium#18179", "cilium#45137", "cilium#20554", "cilium#26647", "cilium#23938", "cilium#35501")
        ),
        explains=(Explains("traffic-failing"),),
    )
