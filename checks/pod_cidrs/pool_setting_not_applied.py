"""The pool that is configured must be the one that nodes have their blocks from."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.blocks import networks
from checks.model import Action, Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig, CiliumVersion, HelmValues
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.nodes import Nodes
from checks.scale import counted
from checks.stale_nodes import stale_nodes

IGNORED = (
    "clusterPoolIPv4PodCIDRList",
    "ipam.clusterPoolIPv4PodCIDRList",
    "ipam.clusterPoolIPv4PodCIDR",
    "operator.clusterPoolIPv4PodCIDRList",
)
"""Places of the value that no chart reads; the right one is ipam.operator.clusterPoolIPv4PodCIDRList."""

SINGULAR = "ipam.operator.clusterPoolIPv4PodCIDR"
SINGULAR_GONE_IN = (1, 14)


@check(
    id="pool-setting-not-applied",
    title="The configured pool is not the one in use",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/",
    modes=("cluster-pool",),
)
def pool_setting_not_applied(
    meta: Meta,
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    nodes: Nodes,
    version: CiliumVersion | None,
    helm_values: HelmValues | None,
) -> Iterator[Finding]:
    """A node's block is assigned once; the list of ranges may only be appended to.

    As long as nobody relies on the new range nothing is broken. Where newer nodes have blocks of it, and only
    older ones do not, it works as designed.
    """
    key = next((k for k in _unread_keys(version) if helm_values and k in helm_values.items), None)
    if key and helm_values and _differs(helm_values.items[key], cilium):
        yield _wrong_key(cilium, key, helm_values.items[key])
        return
    dead = {node.name for node in stale_nodes(cilium_nodes, nodes, meta.taken_at)}
    held = [node for node in cilium_nodes.items if node.name not in dead and networks(node.pod_cidrs)]
    outside = [node for node in held if not _inside(node, cilium)]
    if outside and len(outside) == len(held):
        yield _old_blocks(cilium, outside)


def _unread_keys(version: CiliumVersion | None) -> tuple[str, ...]:
    gone = version is not None and version.minor >= SINGULAR_GONE_IN
    return (*IGNORED, SINGULAR) if gone else IGNORED


def _differs(value: str, cilium: CiliumConfig) -> bool:
    asked = set(networks(value.strip("[]").replace('"', "").replace(",", " ").split()))
    return bool(asked - set(cilium.pool_cidrs))


def _inside(node: CiliumNode, cilium: CiliumConfig) -> bool:
    return any(block.subnet_of(pool) for block in networks(node.pod_cidrs) for pool in cilium.pool_cidrs)


def _wrong_key(cilium: CiliumConfig, key: str, value: str) -> Finding:
    return Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM,
        title=f"the values set {key}, which the chart does not read",
        because=f"cilium-config has {_pools(cilium)}, and the values ask for {value}. "
        "Helm ignores unknown values, so the pool stayed as it was.",
        evidence=(Evidence(HelmValues.ASKED, key, value), _configured(cilium)),
        actions=_actions(cilium),
        references=_REFERENCES,
    )


def _old_blocks(cilium: CiliumConfig, outside: list[CiliumNode]) -> Finding:
    first = outside[0]
    older = cilium.changed is not None and all(node.created < cilium.changed for node in outside)
    return Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN if older else Confidence.LIKELY,
        title=f"{counted(len(outside), 'node keeps a block', 'nodes keep blocks')} of a range that the pool "
        "no longer has",
        because=f"The pool is {_pools(cilium)}, and {first.name} holds {first.pod_cidrs[0]}; no node has a "
        "block of the pool."
        + (
            " All of them are older than the change." if older else " When the pool was changed was not read."
        ),
        subjects=tuple(Subject("Node", node.name) for node in outside),
        evidence=(
            _configured(cilium),
            Evidence(
                CiliumNodes.ASKED, f"{first.name}: spec.ipam.podCIDRs", first.pod_cidrs[0], len(outside)
            ),
        ),
        actions=_actions(cilium),
        references=_REFERENCES,
    )


def _pools(cilium: CiliumConfig) -> str:
    return " ".join(map(str, cilium.pool_cidrs))


def _configured(cilium: CiliumConfig) -> Evidence:
    return Evidence(cilium.asked, "cluster-pool-ipv4-cidr", _pools(cilium))


_REFERENCES = links(
    *("cilium#23872", "cilium#33861", "cilium#27245", "cilium#29881", "cilium#21188", "cilium#35927")
)


def _actions(cilium: CiliumConfig) -> tuple[Action, ...]:
    return (
        look(
            "Compare the pool with the blocks of the nodes",
            f"kubectl -n {cilium.namespace} get configmap cilium-config -o "
            "jsonpath='{.data.cluster-pool-ipv4-cidr}{\"\\n\"}'; "
            "kubectl get ciliumnodes -o custom-columns=NAME:.metadata.name,BLOCKS:.spec.ipam.podCIDRs",
            "The blocks lie outside of the pool.",
        ),
        change(
            "Set ipam.operator.clusterPoolIPv4PodCIDRList (old ranges kept, new ones appended), then replace "
            "the nodes",
            None,
            risk="every replaced node evicts its pods; removing a range that is in use orphans its blocks",
            verify="New nodes have blocks of the new range.",
        ),
    )
