"""A node's block must hold an address for every pod that its kubelet takes."""

import shlex
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.agent_command import on_agent, restart_agent
from checks.capacity import safe_max_pods
from checks.max_pods import set_max_pods
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
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, NodeAccount, StuckPod, Waiting
from checks.parts.kubernetes import Events
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.scale import counted

RANGE_FULL = "range is full"


@check(
    id="node-pod-cidr-full",
    title="A node's pod block is used up",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/",
    modes=("cluster-pool", "kubernetes"),
)
def node_pod_cidr_full(
    nodes: Nodes,
    cilium: CiliumConfig,
    accounts: Accounts,
    waiting: Waiting,
    version: CiliumVersion | None,
    cilium_nodes: CiliumNodes | None,
) -> Iterator[Finding | Undecided]:
    """A node has one block for life, and its size was chosen without a look at the kubelet's limit.

    The first and the last address of a block are not handed out, and the node takes two for itself: a /24
    has room for 252 pods, a /26 for 60.
    """
    if cilium_nodes is None and any(a.capacity is None for a in accounts.items):
        yield Undecided(part="cilium_nodes")
    full = [a for a in accounts.items if _is_full(a) and waiting.stuck_on.get(a.name)]
    if full:
        yield _cause(full, nodes, cilium, waiting, version)
        return
    told = [a for a in accounts.items if _is_told_full(a, waiting)]
    if told:
        yield _told(told, cilium, waiting, version)
    promising = [a for a in accounts.items if _promises(a) > 0]
    if promising:
        yield _risk(promising, nodes, cilium.ipam_mode)


def _is_full(account: NodeAccount) -> bool:
    return bool(account.capacity) and account.used is not None and account.used >= (account.capacity or 0)


def _is_told_full(account: NodeAccount, waiting: Waiting) -> bool:
    """The agent says that its range is full, and only pods were counted: it may hold addresses of others."""
    if account.used_asked not in ("", Pods.ASKED) or not account.capacity:
        return False
    return any(RANGE_FULL in item.message for item in waiting.stuck_on.get(account.name, ()))


def _promises(account: NodeAccount) -> int:
    if not account.capacity or account.max_pods is None:
        return 0
    return account.max_pods - safe_max_pods(account.capacity, account.host_network or 0, account.own)


def _cause(
    full: list[NodeAccount],
    nodes: Nodes,
    cilium: CiliumConfig,
    waiting: Waiting,
    version: CiliumVersion | None,
) -> Finding:
    stuck = [item for a in full for item in waiting.stuck_on[a.name]]
    first = full[0]
    wanted = (first.pods_with_address or 0) + first.own
    leaked = wanted - len(waiting.stuck_on[first.name]) < (first.used or 0)
    said = any(RANGE_FULL in item.message for item in stuck)
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if said else Confidence.LIKELY,
        title=f"{counted(len(full), 'node has', 'nodes have')} handed out every address of their block",
        because=f"{first.used} of {first.capacity} addresses of {first.name} are in use"
        + (", some of them by pods that are gone." if leaked else ".")
        + " The block belongs to this node alone, so neither subnet nor operator can help it.",
        subjects=tuple(Subject("Node", a.name) for a in full),
        evidence=tuple(_evidence(full, stuck, cilium.ipam_mode)),
        actions=(
            look(
                "See who holds the addresses of one full node",
                on_agent(first.name, "status --all-addresses", cilium, version),
                "Owners that are no pod of this node any more are a leak: restart that agent.",
            ),
            change(
                "Keep further pods off the full nodes and delete those that wait there",
                "kubectl cordon " + " ".join(shlex.quote(a.name) for a in full[:10]),
                risk="the nodes take no new pods until they are uncordoned",
                verify="The replacements of the deleted pods get an address on other nodes.",
            ),
            *set_max_pods(
                [nodes.by_name[a.name] for a in full], _fits(full), verify="no pod waits there for an address"
            ),
        ),
        references=_REFERENCES,
        explains=(Explains("pods-without-ip", frozenset(item.subject for item in stuck)),),
        leads_to=("scheduler-ip-blind-skew",),
    )


def _told(
    told: list[NodeAccount], cilium: CiliumConfig, waiting: Waiting, version: CiliumVersion | None
) -> Finding:
    stuck = [item for a in told for item in waiting.stuck_on[a.name]]
    first = told[0].name
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.POSSIBLE,
        title=f"{counted(len(told), 'agent says', 'agents say')} that the block of their node is full",
        because=f'The agent of {first} answers "{RANGE_FULL}" while fewer pods have an address there: it '
        "would hold addresses of pods that are gone. The agent's own status was not read and would decide.",
        subjects=tuple(Subject("Node", a.name) for a in told),
        evidence=tuple(_evidence(told, stuck, cilium.ipam_mode)),
        actions=(
            look(
                "See who holds the addresses",
                on_agent(first, "status --all-addresses", cilium, version),
                "Owners that are no pod of this node any more are a leak.",
            ),
            change(
                "Restart that agent",
                restart_agent(first, cilium),
                risk="new pods on this node wait while the agent starts; running pods keep their network",
                verify="The pods that wait get an address.",
            ),
        ),
        references=_REFERENCES,
        explains=(Explains("pods-without-ip", frozenset(item.subject for item in stuck)),),
    )


def _fits(found: list[NodeAccount]) -> int:
    return min(safe_max_pods(a.capacity or 0, a.host_network or 0, a.own) for a in found)


def _risk(promising: list[NodeAccount], nodes: Nodes, mode: str) -> Finding:
    worst = max(promising, key=_promises)
    return Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM,
        title=f"{counted(len(promising), 'node takes', 'nodes take')} more pods than the block has addresses",
        because=f"{worst.name} can hand out {worst.capacity} addresses and its kubelet takes "
        f"{worst.max_pods} pods. Nobody waits there now.",
        subjects=tuple(Subject("Node", a.name) for a in promising),
        evidence=tuple(_evidence([worst], [], mode)),
        actions=tuple(
            set_max_pods(
                [nodes.by_name[a.name] for a in promising],
                _fits(promising),
                verify="the limit fits the block",
            )
        ),
        references=_REFERENCES,
    )


_REFERENCES = links("cilium#15881", "cilium#18331", "cilium#10627", "cilium#15949", "karpenter#4557")


def _evidence(found: list[NodeAccount], stuck: list[StuckPod], mode: str) -> Iterator[Evidence]:
    block_of = Nodes.ASKED if mode == "kubernetes" else CiliumNodes.ASKED
    for account in found[:3]:
        yield Evidence(Nodes.ASKED, f"{account.name}: status.allocatable.pods", str(account.max_pods))
        yield Evidence(block_of, f"{account.name}: addresses of its block", str(account.capacity))
        if account.used is not None:
            yield Evidence(account.used_asked, f"{account.name}: addresses in use", str(account.used))
    for item in stuck[:1]:
        if item.message:
            yield Evidence(Events.ASKED, "message", item.message, len(stuck))
