"""Which running pods Cilium knows nothing of, and where that is meant."""

from ipaddress import ip_address, ip_network
from operator import itemgetter

from checks.cilium_pods import agent_pods
from checks.derive import GRACE
from checks.model import Subject
from checks.parts.agents import AgentStatuses, Meta
from checks.parts.cilium import CiliumConfig, NodeConfigs
from checks.parts.cilium_nodes import CiliumEndpoints, CiliumNodes
from checks.parts.pods import PodAddress, Pods

_REFERENCE = itemgetter(0, 1)  # namespace and name of a PodAddress


def unmanaged(
    meta: Meta,
    pods: Pods,
    cilium_endpoints: CiliumEndpoints,
    cilium_nodes: CiliumNodes,
    agent_status: AgentStatuses | None,
) -> tuple[PodAddress, ...]:
    """Running pods of the pod network past the grace without a CiliumEndpoint.

    Left out are pods that have an address and do not run yet (an image is pulled), those on nodes without
    Cilium (Fargate, Windows) or whose agent is not ready, and those that an agent names as an address' owner.
    """
    down = {pod.node for pod in agent_pods(pods, meta.cilium_namespace) if not pod.ready}
    owners = _owners(agent_status)
    known = map(cilium_endpoints.names.__contains__, map(_REFERENCE, pods.addresses))
    return tuple(
        item
        for item, managed in zip(pods.addresses, known, strict=True)
        if not managed
        and item.node in cilium_nodes.by_name
        and item.node not in down
        and meta.taken_at - item.created > GRACE
        and f"{item.namespace}/{item.name}" not in owners
        and ((kept := pods.by_name.get(_REFERENCE(item))) is None or kept.phase == "Running")
    )


def subject_of(pod: PodAddress) -> Subject:
    """The pod as a subject."""
    return Subject("Pod", pod.name, pod.namespace)


def absence_means_nothing(cilium: CiliumConfig) -> bool:
    """Whether this configuration writes no CiliumEndpoints at all."""
    return cilium.flag("disable-endpoint-crd") is True


def in_migration(cilium: CiliumConfig, node_configs: NodeConfigs | None) -> bool:
    """Whether nodes move to Cilium one by one, as the documented migration does: per-node settings while the
    agents leave the nodes' CNI configuration alone.
    """
    return bool(node_configs and node_configs.items) and cilium.flag("custom-cni-conf") is True


def outside(pods: tuple[PodAddress, ...], cilium_nodes: CiliumNodes) -> tuple[PodAddress, ...]:
    """Those whose address lies in no block that a CiliumNode holds; none where no node holds one."""
    texts = {c for node in cilium_nodes.items for c in node.pod_cidrs}
    texts |= {c for node in cilium_nodes.items for pool in node.allocated for c in pool.cidrs}
    blocks = [ip_network(text, strict=False) for text in texts]
    if not blocks:
        return ()
    return tuple(pod for pod in pods if not any(ip_address(pod.ip) in block for block in blocks))


def _owners(status: AgentStatuses | None) -> frozenset[str]:
    every = status.by_node.values() if status else ()
    return frozenset(owner.split(" ")[0] for item in every for owner in item.owners.values())
