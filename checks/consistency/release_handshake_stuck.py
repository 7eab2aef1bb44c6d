"""An address that was given back must leave the pool, or be free again."""

import shlex
from collections.abc import Iterator
from datetime import datetime, timedelta

from checks.advice import change, links, look
from checks.agent_command import restart_agent
from checks.helm_upgrade import OPERATOR, helm_upgrade
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.derived import Accounts, StuckPod, Waiting
from checks.scale import counted

LASTING = timedelta(minutes=5)


@check(
    id="release-handshake-stuck",
    title="Addresses hang between released and free",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
    until=(1, 19),
)
def release_handshake_stuck(
    meta: Meta,
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    waiting: Waiting,
    accounts: Accounts,
    version: CiliumVersion | None,
) -> Iterator[Finding]:
    """Operator and agent agree on each address before it is given back; ``released`` is the last word.

    An address that is in the pool again with that word stays unusable until the agent clears it. It is a
    fault only while pods wait on the node and nothing else is free there.
    """
    found = [node for node in cilium_nodes.items if _is_stuck(node, waiting, accounts)]
    if not found:
        return
    first = found[0]
    stuck = [item for node in found for item in waiting.stuck_on[node.name]]
    lasting = any(meta.taken_at - _since(item) > LASTING for item in stuck)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN if lasting else Confidence.LIKELY,
        title=f"{counted(sum(len(n.released_in_pool) for n in found), 'address hangs', 'addresses hang')} "
        f"between released and free on {counted(len(found), 'node')}",
        because=f"{first.name} has {first.pool_size} addresses in its pool, {len(first.released_in_pool)} of "
        "them marked as released, and no other is free. So the addresses are there and nobody may use them.",
        subjects=tuple(Subject("Node", node.name) for node in found),
        evidence=(
            Evidence(CiliumNodes.ASKED, f"{first.name}: spec.ipam.pool", str(first.pool_size)),
            Evidence(
                CiliumNodes.ASKED,
                f"{first.name}: status.ipam.release-ips",
                f"{first.released_in_pool[0]}: released",
                len(first.released_in_pool),
            ),
        ),
        actions=(
            look(
                "See the states of the release",
                f"kubectl get ciliumnode {shlex.quote(first.name)} "
                "-o jsonpath='{.status.ipam.release-ips}'",
                "States older than a few minutes that do not change.",
            ),
            change(
                "Restart the agent of that node",
                restart_agent(first.name, cilium),
                risk="new pods on this node wait while it starts; running pods keep their network",
                verify="The entries are gone, and the pods that wait get an address.",
            ),
            change(
                "Turn release off until Cilium is upgraded",
                helm_upgrade(
                    cilium.namespace,
                    version,
                    "--set eni.awsReleaseExcessIPs=false",
                    restart=(OPERATOR,),
                ),
                risk="the operator restarts; nodes keep addresses that they do not need",
                verify="No further address gets into release-ips.",
            ),
        ),
        references=links("cilium#39981", "cilium#18352", "cilium#21218"),
        explains=(Explains("pods-without-ip", frozenset(item.subject for item in stuck)),),
    )


def _is_stuck(node: CiliumNode, waiting: Waiting, accounts: Accounts) -> bool:
    account = accounts.by_node.get(node.name)
    used = node.used if node.used is not None else (account.used if account else None)
    if not node.released_in_pool or node.name not in waiting.stuck_on or used is None:
        return False
    return node.pool_size - used - len(node.released_in_pool) <= 0


def _since(item: StuckPod) -> datetime:
    return item.pod.scheduled_since or item.pod.created
