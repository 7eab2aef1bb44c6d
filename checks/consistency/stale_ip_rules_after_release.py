"""A node must not route an address by the interface that it had before."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, check
from checks.parts.agents import TcpProbes
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.routing.probed_addresses import probed
from checks.scale import counted


@check(
    id="stale-ip-rules-after-release",
    title="Single reused addresses are cut off",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
    until=(1, 19),
)
def stale_ip_rules_after_release(
    cilium: CiliumConfig, cilium_nodes: CiliumNodes, tcp_probes: TcpProbes | None
) -> Iterator[Finding]:
    """With release on, an address may come back on another interface while its old rule is still there.

    The host's rules have no API. What speaks for it: single addresses fail whose interface carries others
    that answer.
    """
    if cilium.flag("aws-release-excess-ips") is not True or tcp_probes is None:
        return
    failing, fine = probed(tcp_probes, cilium_nodes)
    beside = {eni.id for eni in fine.values()}
    lone = {address: eni for address, eni in failing.items() if eni.id in beside}
    if not lone or len(lone) != len(failing):
        return
    address, eni = next(iter(lone.items()))
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.POSSIBLE,
        title=f"{counted(len(lone), 'address does', 'addresses do')} not answer beside others that do",
        because=f"{address} times out while others of {eni.id} answer, and addresses are released here. "
        "Two rules for the address in the node's ip rule would decide.",
        evidence=(
            Evidence(TcpProbes.ASKED, f"{address}: outcome", "timeout", len(lone)),
            Evidence(CiliumNodes.ASKED, f"{address}: its interface", eni.id),
            Evidence(cilium.asked, "aws-release-excess-ips", "true"),
        ),
        actions=(
            look(
                "On the pod's node: the rules for its address",
                f"ip rule | grep 'from {address}'",
                "Two rules with different tables.",
            ),
            change(
                "Delete the older rule, or the pod; upgrade",
                None,
                risk="the pod restarts with another address",
                verify="The address answers.",
            ),
        ),
        references=links("cilium#39839"),
        explains=(Explains("traffic-failing"),),
    )
