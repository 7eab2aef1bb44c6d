"""Which interfaces carry the pod addresses that probes reach and fail to reach."""

from checks.parts.agents import TcpProbes
from checks.parts.cilium_nodes import AttachedEni, CiliumNodes


def probed(
    probes: TcpProbes, cilium_nodes: CiliumNodes
) -> tuple[dict[str, AttachedEni], dict[str, AttachedEni]]:
    """Probed pod addresses with their ENI: those that time out, and those that answer.

    Only probes that a node of the cluster sent count.
    """
    wanted = {probe.address for probe in probes.items if probe.from_node}
    enis = (eni for node in cilium_nodes.items for eni in node.enis)
    carried = {ip: eni for eni in enis for ip in eni.addresses if ip in wanted}
    told = [probe for probe in probes.items if probe.from_node and probe.address in carried]
    failing = {p.address: carried[p.address] for p in told if p.outcome == "timeout"}
    return failing, {p.address: carried[p.address] for p in told if p.outcome == "ok"}
