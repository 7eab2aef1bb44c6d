"""``use-primary-address`` must give one more address for each interface, or not be counted on."""

import shlex
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.cilium import AttachedEni, CiliumNode, CiliumNodes
from checks.scale import counted


@check(
    id="primary-address-accounting",
    title="Primary addresses of further interfaces are not used for pods",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def primary_address_accounting(cilium_nodes: CiliumNodes) -> Iterator[Finding]:
    """Parts of the sizing still subtract the primary address of each interface.

    So small nodes hold one or two pods less than a calculation by hand says.
    """
    found = [(node, eni) for node in cilium_nodes.items if (eni := _unused(node)) is not None]
    if not found:
        return
    node, eni = found[0]
    yield Finding(
        kind=Kind.RISK,
        severity=Severity.LOW,
        title=f"use-primary-address gives no address on {counted(len(found), 'node')}",
        because=f"{node.name} asks for it, and {eni.ip} of {eni.id} (number {eni.number}) is not "
        "among its addresses for pods.",
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
    )


def _unused(node: CiliumNode) -> AttachedEni | None:
    if not node.eni.use_primary_address:
        return None
    return next((e for e in node.pod_enis if e.number >= 1 and e.ip and e.ip not in e.addresses), None)
