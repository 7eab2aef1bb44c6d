"""Nodes that joined a built cluster and were never served."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

from tests.builder.base import Base
from tests.builder.clock import ago
from tests.builder.model import Node
from tests.builder.vpc_model import Eni, Subnet

NOT_INITIALIZED = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)


def without_network(node: Node) -> None:
    """The kubelet waits for a CNI configuration, and the node has the taints of that."""
    node.ready, node.ready_reason, node.ready_message = False, "KubeletNotReady", NOT_INITIALIZED
    node.ready_since, node.network_condition = node.created, False
    node.taints += [
        {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"},
        {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"},
        {"key": "node.cilium.io/agent-not-ready", "value": "true", "effect": "NoExecute"},
    ]


def unserved(c: Base, nodes: Sequence[Node], *, error: str = "", line: str = "") -> None:
    """Nodes whose agent waits for a first address that nobody attaches; the node never became ready.

    ``error``: what the operator wrote into the CiliumNode; ``line``: the agent's last log line.
    """
    for node in nodes:
        hold_back(node)
        node.operator_error = error
        node.agent_ready = node.agent_answers = False
        without_network(node)
        if line:
            c.agent_lines[node.name] = [line]
        for pod in c.on_node[node.name]:
            if pod.owner.name == "cilium":
                pod.ready, pod.since = False, max(pod.created, ago(days=1))


def hold_back(node: Node) -> None:
    """Takes every pod address and further interface from a node, and attaches no more."""
    node.growing, node.block = False, None
    node.lent.clear()
    node.blocks.clear()
    first, *further = [eni for eni in node.enis if eni.cilium]
    for eni in [first, *further]:
        _free(eni.subnet, eni)
    for eni in further:
        eni.subnet.taken.discard(int(IPv4Address(eni.ip)))
        node.enis.remove(eni)


def _free(subnet: Subnet, eni: Eni) -> None:
    for address in eni.addresses:
        subnet.taken.discard(int(IPv4Address(address)))
    for prefix in eni.prefixes:
        subnet.taken.difference_update(int(address) for address in IPv4Network(prefix))
    eni.addresses, eni.prefixes = [], []
    subnet.lowest, subnet.highest = 0, 2**32
