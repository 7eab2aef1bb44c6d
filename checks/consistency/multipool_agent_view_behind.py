"""From 1.20 on an agent must own every block that its node's interfaces hold."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from checks.advice import change, links, look
from checks.agent_command import on_agent, restart_agent
from checks.blocks import networks
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, StuckPod, Waiting
from checks.scale import counted


@dataclass(frozen=True, slots=True)
class _Behind:
    node: CiliumNode
    missing: tuple[IPv4Network, ...]
    stuck: tuple[StuckPod, ...]
    full: bool


@check(
    id="multipool-agent-view-behind",
    title="Agents do not hand out addresses that are attached",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
    since=(1, 20),
)
def multipool_agent_view_behind(
    cilium: CiliumConfig,
    version: CiliumVersion,
    cilium_nodes: CiliumNodes,
    waiting: Waiting,
    accounts: Accounts,
) -> Iterator[Finding]:
    """From 1.20 on the agent alone writes which attached blocks are its own.

    After a restart, or a release and a new attachment, it may leave some out: pods fail with "all CIDR ranges
    are exhausted" while the operator sees addresses enough. A node where nobody waits is left in peace: the
    agent takes a moment to take a block over.
    """
    found = [b for node in cilium_nodes.items if (b := _behind(node, waiting, accounts)) is not None]
    if not found:
        return
    first = found[0]
    lost = sum(net.num_addresses for net in first.missing)
    held = sum(eni.size for eni in first.node.pod_enis)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if all(b.full for b in found) else Confidence.LIKELY,
        title=f"{counted(len(found), 'agent leaves', 'agents leave')} out attached blocks: "
        f"{lost} addresses of {first.node.name}",
        because=f"Interfaces of {first.node.name} hold {held} addresses and its agent lists {held - lost}. "
        "The blocks are attached, so neither the subnet nor the instance type is the limit.",
        subjects=tuple(Subject("Node", b.node.name) for b in found),
        evidence=(
            Evidence(CiliumNodes.ASKED, f"{first.node.name}: addresses in status.eni.enis", str(held)),
            Evidence(
                CiliumNodes.ASKED,
                f"{first.node.name}: not in spec.ipam.pools.allocated[default]",
                " ".join(map(str, first.missing[:6])),
                len(first.missing),
            ),
        ),
        actions=(
            look(
                "Compare what the agent owns with what is attached",
                f"kubectl get ciliumnode {shlex.quote(first.node.name)} -o "
                "jsonpath='{.spec.ipam.pools.allocated}{\"\\n\"}{.status.eni.enis}'; "
                + on_agent(first.node.name, "status --all-addresses", cilium, version),
                "Prefixes of the interfaces are missing from the allocated list.",
            ),
            change(
                "Restart the agent of that node",
                restart_agent(first.node.name, cilium),
                risk="new pods on this node wait while it starts; running pods keep their network",
                verify="The list is complete, and the pods that wait get an address.",
            ),
            change(
                "Upgrade to the newest 1.20 release; keep eni.awsReleaseExcessIPs off until then",
                None,
                risk="agents restart one after another",
                verify="The list stays complete after a release of addresses.",
            ),
        ),
        references=links("cilium#47910", "cilium#46674", "cilium#46678", "cilium#45154"),
        explains=(Explains("pods-without-ip", frozenset(i.subject for b in found for i in b.stuck)),),
    )


def _behind(node: CiliumNode, waiting: Waiting, accounts: Accounts) -> _Behind | None:
    """None for a node where nobody waits, nothing is missing, or a 1.19 agent still runs."""
    stuck = waiting.stuck_on.get(node.name, ())
    if not stuck or node.used is not None:
        return None
    own = networks(cidr for item in node.allocated if item.pool == "default" for cidr in item.cidrs)
    attached = networks(text for eni in node.pod_enis for text in (*eni.prefixes, *eni.lone))
    missing = tuple(net for net in attached if not any(net.subnet_of(mine) for mine in own))
    if not missing:
        return None
    account = accounts.by_node.get(node.name)
    room = sum(net.num_addresses for net in own)
    full = account is not None and account.used is not None and account.used >= room - account.own
    return _Behind(node, missing, stuck, full)
