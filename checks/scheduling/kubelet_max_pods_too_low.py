"""Nodes must be able to run as many pods as they have addresses for."""

from collections import Counter
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.capacity import safe_max_pods
from checks.max_pods import SHOW_MAX_PODS, set_max_pods
from checks.model import Action, Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.node_capacity.fullness import addresses_bind, at_pod_limit
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig
from checks.parts.derived import Accounts, NodeAccount, UnscheduledPod, Waiting
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.scale import counted
from checks.scheduling.weigh import TOO_MANY_PODS, Limit, Weight, weighed


@check(
    id="kubelet-max-pods-too-low",
    title="The kubelet's pod limit is reached long before the addresses",
    source="https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html",
)
def kubelet_max_pods_too_low(
    nodes: Nodes,
    pods: Pods,
    waiting: Waiting,
    accounts: Accounts,
    cilium: CiliumConfig | None,
    instance_types: InstanceTypes | None,
) -> Iterator[Finding]:
    """EKS images compute the kubelet's limit for the AWS VPC CNI without prefixes.

    Overlays, node blocks and delegated prefixes give a node far more addresses, and the limit stays: pods
    wait for the scheduler with "Too many pods" while addresses are free.
    """
    weights = {item.subject: weighed(item, Limit.PODS, nodes, cilium) for item in waiting.unscheduled}
    bound = [item for item in waiting.unscheduled if weights[item.subject]]
    full = [a for a in accounts.items if at_pod_limit(a, pods)]
    roomy = [a for a in full if a.free_for_pods is None or a.free_for_pods > 0]
    if not bound or not roomy or (accounts.mode == "eni" and addresses_bind(full, len(bound))):
        return
    known = [a for a in roomy if a.free_for_pods is not None]
    refusing = max(item.says(TOO_MANY_PODS) for item in bound)
    main = any(weights[item.subject] is Weight.MAIN for item in bound)
    free = sum(a.free_for_pods or 0 for a in known)
    sure = main and known and len(full) >= refusing
    blind = accounts.mode in (None, "eni") and all(a.capacity is None for a in roomy)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN if sure else Confidence.POSSIBLE if blind else Confidence.LIKELY,
        title=f"{counted(len(roomy), 'node runs', 'nodes run')} as many pods as the kubelet allows"
        + (f", with {free} pod addresses free" if known else ""),
        because=_because(bound, roomy, free if known else None, blind=blind),
        subjects=tuple(Subject("Node", a.name) for a in roomy),
        evidence=tuple(_evidence(bound, roomy, known)),
        actions=tuple(_actions(roomy, nodes, instance_types)),
        references=_REFERENCES,
        explains=(Explains("pods-not-scheduled", frozenset(item.subject for item in bound)),),
        drop_if_harmless=True,
    )


_REFERENCES = links(
    *("karpenter#4557", "karpenter#2273", "karpenter#5317", "eksctl#5134", "eksctl#5337", "tf-eks#2551"),
    *("tf-eks#2297", "bottlerocket#1721", "roadmap#138", "eks-ami#374", "eks-ami#2045"),
)


def _because(bound: list[UnscheduledPod], roomy: list[NodeAccount], free: int | None, *, blind: bool) -> str:
    refusing = max(item.says(TOO_MANY_PODS) for item in bound)
    said = (
        f'The scheduler refuses {counted(refusing, "node")} with "{TOO_MANY_PODS}", and '
        f"{counted(len(roomy), 'node has', 'nodes have')} as many pods as allocatable.pods."
    )
    if free is None:
        source = "the limits of the instance type would decide" if blind else "the agents' status would tell"
        return f"{said} How many addresses are free there is not known: {source}."
    return f"{said} {free} addresses are free on them, and a pod without a node has never asked for one."


def _evidence(
    bound: list[UnscheduledPod], roomy: list[NodeAccount], known: list[NodeAccount]
) -> Iterator[Evidence]:
    said = Counter((item.asked, item.field, item.message) for item in bound)
    for (asked, field, message), count in said.most_common(3):
        yield Evidence(asked, field, message, count)
    for (cap, running), count in Counter((a.max_pods, a.pods) for a in roomy).most_common(4):
        yield Evidence(Nodes.ASKED, "status.allocatable.pods", str(cap), count)
        yield Evidence(Pods.ASKED, "pods on the node that count against it", str(running), count)
    for account in known[:1]:
        yield Evidence(
            account.used_asked,
            f"{account.name}: addresses in use of what it can hold",
            f"{account.used}/{account.capacity}",
            len(known),
        )


def _actions(roomy: list[NodeAccount], nodes: Nodes, types: InstanceTypes | None) -> Iterator[Action]:
    yield look(
        "Compare the limit with the pods on each node",
        f"{SHOW_MAX_PODS}; kubectl get pods -A -o wide --field-selector spec.nodeName={roomy[0].name}",
        "MAX is the number of pods that are on the node.",
    )
    limit = _target(roomy, types)
    if limit <= max(a.max_pods or 0 for a in roomy):
        yield change(
            "Add nodes: the limit is already as high as is advised for this type",
            None,
            risk="costs; new nodes take addresses",
            verify="The pods get a node within a minute of the new nodes' being Ready.",
        )
        return
    yield from set_max_pods(
        [nodes.by_name[a.name] for a in roomy], limit, verify="the pods that wait get a node"
    )


def _target(roomy: list[NodeAccount], types: InstanceTypes | None) -> int:
    """110 below 30 vCPUs and 250 above, as AWS advises, and never more than gets an address.

    EKS images reserve 255 MiB and 11 MiB for each pod of the limit; a quarter of the memory is the most
    that a small type can spare (https://github.com/awslabs/amazon-eks-ami).
    """
    advised = []
    for account in roomy:
        kind = types.by_name.get(account.instance_type or "") if types else None
        advised.append(250 if kind and (kind.vcpus or 0) > 30 else 110)
        if kind and kind.memory_mib:
            advised.append((kind.memory_mib // 4 - 255) // 11)
        if account.capacity is not None:
            advised.append(safe_max_pods(account.capacity, account.host_network or 0, account.own))
    return min(advised)
