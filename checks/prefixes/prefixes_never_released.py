"""Prefixes that no pod uses should go back to the subnet."""

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, check
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.prefixes.eni_nodes import EniNode, eni_nodes
from checks.scale import counted

LONG_LIVED = timedelta(days=7)
SURPLUS = 64
"""Addresses beyond twice the use that make a node worth a word: four whole prefixes."""


@check(
    id="prefixes-never-released",
    title="Long-lived nodes keep prefixes that nothing uses",
    source="https://github.com/cilium/cilium/issues/32209",
    modes=("eni",),
    until=(1, 19),
)
def prefixes_never_released(
    meta: Meta,
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    accounts: Accounts,
    version: CiliumVersion,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """Before 1.20 the release code knew single addresses only, whatever aws-release-excess-ips says.

    With the setting off nothing is released in any mode, by design. That no release was ever tried shows in
    CloudTrail alone; up to 1.17 it is known of the release.
    """
    if not cilium.prefix_delegation or cilium.flag("aws-release-excess-ips") is not True:
        return
    every = eni_nodes(nodes, cilium_nodes, None, accounts, waiting)
    found = [n for n in every if meta.taken_at - n.node.created > LONG_LIVED and _surplus(n) >= SURPLUS]
    if not found:
        return
    idle = sum(_surplus(n) for n in found)
    known = version.minor <= (1, 17)
    yield Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM if known else Severity.LOW,
        confidence=Confidence.LIKELY if known else Confidence.POSSIBLE,
        title=f"{counted(len(found), 'long-lived node')} keep some {idle} addresses in prefixes that "
        "nothing uses",
        because=f"Release of excess addresses is on and {version.text} does not release prefixes"
        + ("." if known else " as a rule; CloudTrail would show whether one was ever unassigned."),
        subjects=tuple(n.subject for n in sorted(found, key=lambda n: (-_surplus(n), n.name))),
        evidence=(
            *(
                Evidence(CiliumNodes.ASKED, f"{n.name}: attached and used", _figures(n))
                for n in sorted(found, key=lambda n: -_surplus(n))[:3]
            ),
            Evidence(cilium.asked, "data.aws-release-excess-ips", "true"),
        ),
        actions=(
            look(
                "See prefixes beside pods, per node",
                "kubectl get ciliumnodes -o "
                "custom-columns='NODE:.metadata.name,PREFIXES:.status.eni.enis.*.prefixes'",
                "many more blocks than the node's pods need",
            ),
            change(
                "Rotate the nodes, and upgrade to 1.20.2 or later, which releases whole prefixes",
                f"kubectl drain {quote(found[0].name)} --ignore-daemonsets --delete-emptydir-data",
                risk="moves the node's pods; then end the instance",
                verify="free addresses of the subnet rise by what the node held",
            ),
        ),
        references=links("cilium#32209", "cilium#39296", "cilium#39300", "cilium#45958"),
    )


def _surplus(node: EniNode) -> int:
    """Attached addresses beyond twice what is used; 0 where a figure is unknown."""
    account = node.account
    if account is None or account.attached is None or account.used is None or not node.holds_prefixes:
        return 0
    return max(0, account.attached - 2 * account.used)


def _figures(node: EniNode) -> str:
    account = node.account
    return f"{account.attached}, {account.used}" if account else ""
