"""Packets of the overlay must fit the network between the nodes."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, check
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.routing.switch import upgrade

OVERHEAD = 50
"""What VXLAN and Geneve add to each packet over IPv4."""

LARGEST = 9001
"""The largest packet of a VPC; 8500 over a transit gateway, 1500 over the internet
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html)."""

SMALLEST = 1500


@check(
    id="mtu-mismatch",
    title="The overlay's packets may not fit the network",
    source="https://docs.cilium.io/en/stable/operations/performance/tuning/#mtu",
)
def mtu_mismatch(cilium: CiliumConfig, version: CiliumVersion | None) -> Iterator[Finding]:
    """Small packets pass and large ones hang: connections open and stall on the first big answer.

    The MTU of devices and paths has no API. The setting stands in for it: left away, agents take it from the
    device and it fits; set by hand above the VPC's it cannot fit, and in between it depends on the path.
    """
    text = cilium.data.get("mtu", "").strip()
    mtu = int(text) if text.isdigit() else 0
    tunnel = cilium.routing_mode in (None, "tunnel") and cilium.allocator not in ("eni", "chained")
    if not tunnel or mtu <= SMALLEST:
        return
    impossible = mtu > LARGEST
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY if impossible else Confidence.POSSIBLE,
        title=f"the MTU is set to {mtu} by hand under an overlay",
        because=f"The overlay adds {OVERHEAD} bytes, and "
        + (
            f"a VPC carries at most {LARGEST}, so large packets cannot pass."
            if impossible
            else f"a path over a gateway carries 8500 or {SMALLEST}. "
            "A ping of that size between two nodes would decide."
        ),
        evidence=(
            Evidence(cilium.asked, "mtu", text),
            Evidence(cilium.asked, "routing-mode", cilium.data.get("routing-mode", "absent")),
        ),
        actions=(
            look(
                "Send packets of that size, without fragments, from one node to another",
                f"ping -M do -c 3 -s {mtu - OVERHEAD - 28} $OTHER_NODE",
                "Small ones answer and these do not.",
            ),
            change(
                "Leave the MTU to the agents, or set it to what the path carries",
                upgrade(cilium, version, "MTU=0"),
                risk="agents restart; pods keep their MTU until they are recreated",
                verify='Large answers arrive; ICMP "fragmentation needed" must be admitted.',
            ),
        ),
        references=links("cilium#27227", "cilium#46100", "cilium#11111"),
        explains=(Explains("traffic-failing"),),
        inferred=impossible,
    )
