"""Pods must not pile up on a node without addresses while other nodes have plenty."""

import shlex
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.node_capacity.fullness import unknown_capacity
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, NodeAccount, Waiting
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.scale import counted


@check(
    id="scheduler-ip-blind-skew",
    title="The scheduler keeps choosing nodes without addresses",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/",
    modes=("eni", "cluster-pool", "kubernetes", "crd"),
)
def scheduler_ip_blind_skew(
    nodes: Nodes,
    accounts: Accounts,
    waiting: Waiting,
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes | None,
    instance_types: InstanceTypes | None,
) -> Iterator[Finding | Undecided]:
    """kube-scheduler counts pods, CPU and memory, and knows no addresses.

    One full node can hold up a rollout while its neighbours have hundreds of addresses free. A DaemonSet's
    pods cannot move and need room on their own node.
    """
    types = instance_types if cilium.allocator == "eni" else InstanceTypes()
    held_up = [a for a in accounts.items if a.name in waiting.stuck_on]
    yield from unknown_capacity(held_up, types, cilium_nodes)
    full = [a for a in held_up if _is_full(a)]
    others = [a for a in accounts.items if _takes_pods(a.name, nodes) and a not in full]
    free = sum(a.free_for_pods or 0 for a in others)
    stuck = [item for a in full for item in waiting.stuck_on[a.name] if item.pod.owner_kind != "DaemonSet"]
    if not stuck or free < len(stuck):
        return
    first = full[0]
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        title=f"{counted(len(stuck), 'pod is', 'pods are')} bound to {counted(len(full), 'full node')} while "
        f"other nodes have {free} addresses free",
        because=f"{first.name} has none of its {first.capacity} addresses left, and {len(others)} other "
        f"ready nodes have {free}. The scheduler knows no addresses: its choice is at fault, not a shortage.",
        subjects=tuple(Subject("Node", a.name) for a in full),
        evidence=(
            *(
                Evidence(a.used_asked, f"{a.name}: addresses in use", f"{a.used}/{a.capacity}")
                for a in full[:3]
            ),
            Evidence(Pods.ASKED, "addresses free on other ready nodes", str(free), len(others)),
        ),
        actions=(
            look(
                "See where the pods that wait are bound",
                f"kubectl get pods -A -o wide --field-selector spec.nodeName={shlex.quote(first.name)}",
                "The pods without an address are all on full nodes.",
            ),
            change(
                "Cordon the full nodes and delete the pods that wait there",
                "kubectl cordon " + " ".join(shlex.quote(a.name) for a in full[:10]),
                risk="the nodes take no new pods until they are uncordoned",
                verify="The replacements get an address on other nodes.",
            ),
        ),
        references=links(
            *("cilium#12557", "cilium#10426", "roadmap#1267", "roadmap#2189", "vpc-cni#18"),
            "kubernetes/enhancements#611",
        ),
        explains=(Explains("pods-without-ip", frozenset(item.subject for item in stuck)),),
    )


def _is_full(account: NodeAccount) -> bool:
    """Whether it gave out all that it ever can; a node that was never given any lacks something else."""
    return bool(account.capacity) and account.free_for_pods == 0


def _takes_pods(name: str, nodes: Nodes) -> bool:
    node = nodes.by_name.get(name)
    return bool(node and node.ready and not node.unschedulable)
