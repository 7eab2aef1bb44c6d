"""The change to an overlay, in the words of the running version."""

from checks.advice import change
from checks.helm_upgrade import AGENTS, helm_upgrade
from checks.model import Action
from checks.parts.cilium import CiliumConfig, CiliumVersion

SPLIT_SINCE = (1, 14)
"""``tunnel`` became routingMode and tunnelProtocol in 1.14, and is refused from 1.15 on."""


def upgrade(cilium: CiliumConfig, version: CiliumVersion | None, *values: str) -> str:
    """Set Helm values in the version that runs, and restart the agents, which read them at start only."""
    words = [word for value in values for word in ("--set", value)]
    return helm_upgrade(cilium.namespace, version, *words, restart=(AGENTS,))


def to_tunnel(cilium: CiliumConfig, version: CiliumVersion | None) -> Action:
    """Carry pod packets in node packets, which the VPC delivers."""
    recent = version is None or version.minor >= SPLIT_SINCE
    values = ["routingMode=tunnel", "tunnelProtocol=vxlan"] if recent else ["tunnel=vxlan"]
    values.append("autoDirectNodeRoutes=false")
    if cilium.flag("direct-routing-skip-unreachable"):
        values.append("directRoutingSkipUnreachable=false")  # agents exit with it and without direct routes
    return change(
        "Switch to an overlay, and restart the agents",
        upgrade(cilium, version, *values),
        risk="traffic between pods breaks while agents restart; the control plane cannot reach pods directly",
        verify="cilium-health shows every node reachable; UDP 8472 must be open between the nodes.",
    )
