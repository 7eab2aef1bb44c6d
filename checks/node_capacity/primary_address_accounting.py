"""``use-primary-address`` must give one more address for each interface, or not be counted on."""

import shlex
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.cilium_nodes import AttachedEni, CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.scale import counted


@check(
    id="primary-address-accounting",
    title="Primary addresses of further interfaces are not used for pods",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def primary_address_accounting(
    cilium_nodes: CiliumNodes, accounts: Accounts | None, waiting: Waiting | None
) -> Iterator[Finding]:
    """Parts of the sizing still subtract the primary address of each interface.

    So small nodes hold one or two pods less than a calculation by hand says.
    """
    found = [(node, eni) for node in cilium_nodes.items if (eni := _unused(node)) is not None]
    if not found:
        return
    short = [name for item, _ in found for name in _held_up(item, accounts, waiting)]
    node, eni = next(((n, e) for n, e in found if n.name in short), found[0])
    yield Finding(
        kind=Kind.CAUSE if short else Kind.RISK,
        severity=Severity.MEDIUM if short else Severity.LOW,
        title=f"use-primary-address gives no address on {counted(len(found), 'node')}",
        because=f"{node.name} asks for it, and {eni.ip} of {eni.id} (number {eni.number}) is not "
        "among its addresses for pods."
        + (
            f" All others of {counted(len(short), 'node')} are taken, and what the pods still wait for is "
            "no more than those."
            if short
            else ""
        ),
        subjects=tuple(Subject("Node", item.name) for item, _ in found),
        evidence=(
            Evidence(CiliumNodes.ASKED, "spec.eni.use-primary-address", "true", len(found)),
            Evidence(CiliumNodes.ASKED, f"{eni.id}: ip, not in addresses", eni.ip or ""),
        ),
        actions=(
            look(
                "Compare ip and addresses of each interface",
                f"kubectl get ciliumnode {shlex.quote(node.name)} -o jsonpath='{{.status.eni.enis}}'",
                "The primary address of interface 1 and above is missing from addresses.",
            ),
            change(
                "Do not count on it when choosing the pod limit",
                None,
                risk="one or two pods less on each node",
                verify="No pod is bound to a node without an address left.",
            ),
        ),
        references=links("cilium#20050", "cilium#47930"),
        explains=(
            Explains(
                "pods-without-ip",
                frozenset(i.subject for n in short for i in (waiting.stuck_on[n] if waiting else ())),
            ),
        ),
    )


def _held_up(node: CiliumNode, accounts: Accounts | None, waiting: Waiting | None) -> tuple[str, ...]:
    """The node's name, where pods wait and it lacks nothing but the primary addresses."""
    account = accounts.by_node.get(node.name) if accounts else None
    if account is None or waiting is None or node.name not in waiting.stuck_on:
        return ()
    if account.capacity is None or account.attached is None or account.pods_with_address is None:
        return ()
    missing = account.capacity - account.attached
    taken = account.pods_with_address + account.own >= account.attached
    return (node.name,) if taken and 0 < missing <= len(node.pod_enis) else ()


def _unused(node: CiliumNode) -> AttachedEni | None:
    if not node.eni.use_primary_address:
        return None
    return next((e for e in node.pod_enis if e.number >= 1 and e.ip and e.ip not in e.addresses), None)
