"""The pod limit must not count interfaces that Cilium is told to leave alone."""

from collections.abc import Iterator

from checks.advice import change, links
from checks.capacity import safe_max_pods
from checks.max_pods import set_max_pods
from checks.model import (
    Action,
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
from checks.node_capacity.fullness import is_full
from checks.node_capacity.reserved_interfaces import counts_reserved, first_index
from checks.parts.aws import InstanceTypes
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, NodeAccount, Waiting
from checks.parts.nodes import Nodes
from checks.scale import counted


@check(
    id="max-pods-ignores-first-interface-index",
    title="The image's pod limit counts interfaces that are kept from pods",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def max_pods_ignores_first_interface_index(
    nodes: Nodes,
    accounts: Accounts,
    waiting: Waiting,
    cilium_nodes: CiliumNodes,
    instance_types: InstanceTypes | None,
) -> Iterator[Finding | Undecided]:
    """With first-interface-index 1 the node's own interface gives no pod addresses.

    The EKS images know nothing of it and set E x (A - 1) + 2, so pods are bound that get no address, at a
    sharp number: 10 of 17 on a t3.medium, 18 of 29 on an m5.large.
    """
    if instance_types is None and any(first_index(a, cilium_nodes) for a in accounts.items):
        yield Undecided("the limits of the instance types were not read", "ec2:DescribeInstanceTypes")
        return
    found = [a for a in accounts.items if counts_reserved(a, cilium_nodes, instance_types)]
    full = [a for a in found if a.name in waiting.stuck_on and is_full(a)]
    if not found:
        return
    about = full or found
    first = about[0]
    index = first_index(first, cilium_nodes)
    stuck = frozenset(item.subject for a in full for item in waiting.stuck_on[a.name])
    yield Finding(
        kind=Kind.CAUSE if full else Kind.RISK,
        severity=Severity.HIGH if full else Severity.MEDIUM,
        confidence=Confidence.CERTAIN if all(a.used is not None for a in about) else Confidence.LIKELY,
        title=f"the pod limit of {counted(len(about), 'node')} counts {counted(index, 'interface')} "
        "that Cilium keeps from pods",
        because=f"{first.name} takes {first.max_pods} pods, the default of a {first.instance_type}, and "
        f"its interfaces from number {index} on hold {first.capacity} addresses. "
        + ("All of them are attached and wanted." if full else "Nobody waits there now."),
        subjects=tuple(Subject("Node", a.name) for a in about),
        evidence=(
            Evidence(CiliumNodes.ASKED, "spec.eni.first-interface-index", str(index), len(about)),
            Evidence(Nodes.ASKED, "status.allocatable.pods", str(first.max_pods), len(about)),
            Evidence(InstanceTypes.ASKED, f"{first.instance_type}: pod addresses", str(first.capacity)),
            *(Evidence(a.used_asked, f"{a.name}: addresses in use", str(a.used)) for a in full[:3] if a.used),
        ),
        actions=(
            *_karpenter(about, nodes, index),
            *set_max_pods(
                [nodes.by_name[a.name] for a in about],
                _fits(about),
                verify="no pod waits there for an address",
            ),
        ),
        references=links(
            *("cilium#10426", "cilium#13217", "cilium#29634"), "https://karpenter.sh/docs/reference/settings/"
        ),
        explains=(Explains("pods-without-ip", stuck),) if full else (),
        leads_to=("node-eni-limit-reached", "scheduler-ip-blind-skew"),
    )


def _fits(found: list[NodeAccount]) -> int:
    return min(safe_max_pods(a.capacity or 0, a.host_network or 0, a.own) for a in found)


def _karpenter(found: list[NodeAccount], nodes: Nodes, index: int) -> Iterator[Action]:
    if any("karpenter.sh/nodepool" in nodes.by_name[a.name].labels for a in found):
        yield change(
            "Tell Karpenter how many interfaces are kept from pods",
            "helm upgrade karpenter oci://public.ecr.aws/karpenter/karpenter -n kube-system --version "
            f'"${{KARPENTER_VERSION:?}}" --reuse-values --set-string settings.reservedENIs={index}',
            risk="Karpenter restarts; nodes that are there keep their limit until they are replaced",
            verify="New nodes show the smaller number in allocatable.pods.",
        )
