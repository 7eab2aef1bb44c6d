"""``max-allocate`` counts addresses, and prefixes come in sixteens."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.scale import counted

PREFIX = 16


@check(
    id="max-allocate-not-pd-aware",
    title="max-allocate stops a node with prefixes at an odd number",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def max_allocate_not_pd_aware(
    cilium_nodes: CiliumNodes, accounts: Accounts, waiting: Waiting
) -> Iterator[Finding]:
    """The cap is compared with single addresses while allocation happens in blocks of sixteen.

    A node then stops short of the cap, or goes up to fifteen beyond it, with slots and subnet space left.
    """
    capped = [
        node
        for node in cilium_nodes.items
        if node.max_allocate and any(eni.prefixes for eni in node.pod_enis)
    ]
    stopped = [node for node in capped if node.name in waiting.stuck_on and _stopped(node, accounts)]
    odd = [node for node in capped if (node.max_allocate or 0) % PREFIX]
    found = stopped or odd
    if not found:
        return
    first = found[0]
    stuck = frozenset(item.subject for node in stopped for item in waiting.stuck_on[node.name])
    account = accounts.by_node.get(first.name)
    yield Finding(
        kind=Kind.CAUSE if stopped else Kind.RISK,
        severity=Severity.MEDIUM if stopped else Severity.LOW,
        confidence=Confidence.LIKELY,
        title=f"max-allocate {first.max_allocate} caps {counted(len(found), 'node')} that takes prefixes"
        if len(found) == 1
        else f"max-allocate {first.max_allocate} caps {len(found)} nodes that take prefixes",
        because=f"{first.name} holds prefixes and max-allocate is {first.max_allocate}, in single addresses. "
        + (
            "Slots are free and pods wait; the operator's log would show that it asks for no more."
            if stopped
            else "Nobody waits there now."
        ),
        subjects=tuple(Subject("Node", node.name) for node in found),
        evidence=(
            Evidence(CiliumNodes.ASKED, "spec.ipam.max-allocate", str(first.max_allocate), len(found)),
            Evidence(
                CiliumNodes.ASKED,
                f"{first.name}: addresses attached of what it can hold",
                f"{account.attached}/{account.capacity}" if account else "not known",
            ),
        ),
        actions=(
            look(
                "See the cap and what is attached",
                "kubectl get ciliumnodes -o custom-columns=NAME:.metadata.name,MAX:.spec.ipam.max-allocate",
                "MAX is set on nodes with prefixes.",
            ),
            change(
                "Unset max-allocate on nodes with prefixes, or make it a multiple of 16",
                None,
                risk="nodes may take more addresses of the subnet",
                verify="The node grows, and the pods that wait get an address.",
            ),
        ),
        references=links("cilium#32205", "cilium#10786"),
        explains=(Explains("pods-without-ip", stuck),) if stopped else (),
    )


def _stopped(node: CiliumNode, accounts: Accounts) -> bool:
    """It is within a prefix of the cap, and the hardware would allow more."""
    account = accounts.by_node.get(node.name)
    if account is None or account.attached is None or account.capacity is None:
        return False
    near = account.attached + PREFIX > (node.max_allocate or 0)
    return near and account.attached < account.capacity
