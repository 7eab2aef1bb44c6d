"""The watermark must not be larger than what the whole node can hold."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.helm_upgrade import AGENTS, helm_upgrade
from checks.model import (
    Confidence,
    Evidence,
    Explains,
    Finding,
    Kind,
    Severity,
    Subject,
    Undecided,
    check,
)
from checks.node_capacity.fullness import unknown_capacity
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, NodeAccount, Waiting
from checks.parts.nodes import Nodes
from checks.scale import counted
from checks.scheduling.weigh import waits_for_nodes

NODE_SPEC_SINCE = (1, 19)
"""Charts from 1.19 on have ipam.nodeSpec; before, the custom CNI configuration says it."""


@check(
    id="small-instance-watermark-deadlock",
    title="Agents wait for more addresses than their node can hold",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def small_instance_watermark_deadlock(
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    accounts: Accounts,
    nodes: Nodes,
    version: CiliumVersion | None,
    waiting: Waiting | None,
    instance_types: InstanceTypes | None,
) -> Iterator[Finding | Undecided]:
    """At its start an agent waits until pre-allocate (8) or min-allocate addresses are there.

    A t3.small with first-interface-index 1 can hold six. Newer operators write the number back clipped to
    the hardware: this is about older ones and values set by hand. A node with a ready agent is left in peace.
    """
    found = [
        (account, node)
        for account in accounts.items
        if (node := cilium_nodes.by_name.get(account.name)) is not None and _is_deadlocked(account, node)
    ]
    yield from unknown_capacity(accounts.items, instance_types, cilium_nodes)
    if not found:
        return
    account, node = found[0]
    names = frozenset(Subject("Node", a.name) for a, _ in found)
    stuck = [i.subject for a, _ in found for i in (waiting.stuck_on.get(a.name, ()) if waiting else ())]
    recent = version is not None and version.minor >= NODE_SPEC_SINCE
    fits = max(1, (account.capacity or 2) - account.own)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=f"{counted(len(found), 'agent waits', 'agents wait')} for {_wanted(node)} addresses of "
        f"{account.capacity} that its node can hold",
        because=f"{account.name} ({account.instance_type}) has attached all {account.attached} addresses "
        f"that it can hold, and its watermark is {_wanted(node)}. It has some, so the operator works.",
        subjects=tuple(sorted(names)),
        evidence=(
            Evidence(CiliumNodes.ASKED, f"{node.name}: spec.ipam.pre-allocate", str(node.pre_allocate)),
            Evidence(CiliumNodes.ASKED, f"{node.name}: spec.ipam.min-allocate", str(node.min_allocate)),
            Evidence(CiliumNodes.ASKED, f"{node.name}: addresses attached", str(account.attached)),
            Evidence(InstanceTypes.ASKED, f"{account.instance_type}: pod addresses", str(account.capacity)),
        ),
        actions=(
            look(
                "See what the agent waits for",
                f"kubectl -n {cilium.namespace} logs -l k8s-app=cilium -c cilium-agent --tail=20",
                "available is smaller than required, and does not grow.",
            ),
            change(
                "Lower the watermark below what the node can hold, or use a bigger type",
                helm_upgrade(
                    cilium.namespace,
                    version,
                    f"--set ipam.nodeSpec.ipamPreAllocate={min(2, fits)}",
                    restart=(AGENTS,),
                )
                if recent
                else None,
                risk="agents restart; a small watermark makes pods wait for the operator more often"
                + ("" if recent else "; before 1.19 the custom CNI configuration sets pre-allocate"),
                verify="The agent becomes ready.",
            ),
        ),
        references=links("cilium#13217", "cilium#9730", "cilium#9732"),
        explains=(
            Explains("agents-not-ready", names),
            Explains("nodes-not-ready", names),
            Explains("pods-without-ip", frozenset(stuck)),
            Explains("pods-not-scheduled", waits_for_nodes(waiting, nodes, cilium)),
        ),
        drop_if_harmless=True,
    )


def _wanted(node: CiliumNode) -> int:
    return max(node.pre_allocate or 0, node.min_allocate or 0)


def _is_deadlocked(account: NodeAccount, node: CiliumNode) -> bool:
    """All that the hardware allows is attached, and it is less than the watermark."""
    if account.capacity is None or not account.attached or account.attached < account.capacity:
        return False
    return account.capacity < _wanted(node)
