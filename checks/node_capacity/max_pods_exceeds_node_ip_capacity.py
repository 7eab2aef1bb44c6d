"""The kubelet must not promise more pods than the node's interfaces can hold addresses."""

import shlex
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.capacity import safe_max_pods
from checks.helm_upgrade import AGENTS, OPERATOR, helm_upgrade
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
from checks.node_capacity.reserved_interfaces import counts_reserved
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, NodeAccount, Waiting
from checks.parts.kubernetes import Events
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces, Subnets
from checks.scale import counted

PREFIXES_SINCE = (1, 12)
ORDINARY_GAP = 4
"""EKS's own formula is up to four addresses short of Cilium's need; idle nodes with it are left in peace."""


@check(
    id="max-pods-exceeds-node-ip-capacity",
    title="The kubelet promises more pods than the node can address",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def max_pods_exceeds_node_ip_capacity(
    nodes: Nodes,
    cilium: CiliumConfig,
    accounts: Accounts,
    waiting: Waiting,
    cilium_nodes: CiliumNodes | None,
    instance_types: InstanceTypes | None,
    version: CiliumVersion | None,
    subnets: Subnets | None,
    interfaces: Interfaces | None,
) -> Iterator[Finding | Undecided]:
    """The scheduler reads only the kubelet's limit, so it binds pods to a node that has no address left.

    An ENI node can hold (E - f) x (A - 1) addresses, sixteen times that with prefixes; the router and the
    health endpoint take two of them, and pods on the host's network count against the limit alone.
    """
    mine = [a for a in accounts.items if not counts_reserved(a, cilium_nodes, instance_types)]
    full = [a for a in mine if a.name in waiting.stuck_on and _promises(a) > 0 and is_full(a)]
    delegation = _delegation(cilium, version)
    if full:
        blind = subnets is None or interfaces is None or version is None
        fell_back = cilium.prefix_delegation and any(a.prefixes is False for a in full)
        yield _cause(full, nodes, waiting, delegation, doubted=blind and fell_back)
        return
    promising = [a for a in mine if _promises(a) > ORDINARY_GAP]
    if promising:
        yield _risk(promising, nodes, delegation)
    unknown = [a for a in accounts.items if a.capacity is None and not _fits_already(a)]
    guessed = [a for a in unknown if a.name in waiting.stuck_on and _holds_all_it_has(a)]
    if guessed:
        yield _guess(guessed, waiting)
    if unknown:
        yield Undecided(
            f"what {counted(len(unknown), 'node')} can hold is not known: "
            "the limits of the instance type, or the CiliumNode, were not read",
            "ec2:DescribeInstanceTypes",
        )


def _promises(account: NodeAccount) -> int:
    """How many pods more than it can address the node may be given."""
    if account.capacity is None or account.max_pods is None:
        return 0
    return account.max_pods - safe_max_pods(account.capacity, account.host_network or 0, account.own)


def _fits_already(account: NodeAccount) -> bool:
    """What is attached now is enough for every pod that the kubelet takes."""
    if account.attached is None or account.max_pods is None:
        return False
    return account.max_pods <= safe_max_pods(account.attached, account.host_network or 0, account.own)


def _holds_all_it_has(account: NodeAccount) -> bool:
    """Everything attached is in use, and the kubelet takes more pods than that.

    A node that was never given an address does not wait for its own limit.
    """
    if account.used is None or not account.attached or account.max_pods is None:
        return False
    room = safe_max_pods(account.attached, account.host_network or 0, account.own)
    return account.used >= account.attached and account.max_pods > room


def _guess(guessed: list[NodeAccount], waiting: Waiting) -> Finding:
    stuck = frozenset(item.subject for a in guessed for item in waiting.stuck_on[a.name])
    first = guessed[0]
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.POSSIBLE,
        title=f"{counted(len(guessed), 'node')} may take more pods than they have addresses for",
        because=f"{first.name} uses all its {first.attached} addresses and takes {first.max_pods} pods. "
        "Whether it could attach more was not read: the limits of its instance type would decide between "
        "this and a subnet, a right or an operator that keeps it from growing.",
        subjects=tuple(Subject("Node", a.name) for a in guessed),
        evidence=tuple(_evidence(guessed)),
        actions=(
            look(
                "Read the limits of the instance type",
                "aws ec2 describe-instance-types --instance-types "
                f"{shlex.quote(first.instance_type or '$TYPE')} --query 'InstanceTypes[].NetworkInfo."
                "[MaximumNetworkInterfaces,Ipv4AddressesPerInterface]'",
                "(E - f) x (A - 1) is no more than what is attached.",
            ),
        ),
        references=_REFERENCES,
        explains=(Explains("pods-without-ip", stuck),),
    )


def _cause(
    full: list[NodeAccount], nodes: Nodes, waiting: Waiting, delegation: tuple[Action, ...], *, doubted: bool
) -> Finding:
    """``doubted``: prefixes are asked for, these nodes have none, and what shows why was not read."""
    stuck = [item for a in full for item in waiting.stuck_on[a.name]]
    first = full[0]
    measured = all(a.used is not None and a.used >= (a.capacity or 0) for a in full)
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if measured and not doubted else Confidence.LIKELY,
        title=f"{counted(len(full), 'node has', 'nodes have')} been given more pods than addresses",
        because=f"{first.name} can hold {first.capacity} addresses, all are attached, and "
        f"{first.pods_with_address} pods and {first.own} addresses of its own want one. "
        + (
            "Why they live on single addresses though prefixes are asked for was not read: the free /28 "
            "blocks of their subnets would decide."
            if doubted
            else "No interface slot is left to grow into, so neither the subnet nor the operator is at fault."
        ),
        subjects=tuple(Subject("Node", a.name) for a in full),
        evidence=(
            *_evidence(full),
            *(Evidence(Events.ASKED, "message", item.message) for item in stuck[:1] if item.message),
        ),
        actions=(
            change(
                "Keep further pods off the full nodes",
                "kubectl cordon " + " ".join(shlex.quote(a.name) for a in full[:10]),
                risk="the nodes take no new pods until they are uncordoned",
                verify="New pods are bound to other nodes.",
            ),
            change(
                "Delete the pods that wait there, so that they are placed elsewhere",
                f"kubectl -n {shlex.quote(stuck[0].pod.namespace)} delete pod "
                + " ".join(
                    shlex.quote(i.pod.name) for i in stuck[:10] if i.pod.namespace == stuck[0].pod.namespace
                ),
                risk="they never started; a DaemonSet's pod comes back to the same node",
                verify="Their replacements get an address within seconds.",
            ),
            *_smaller(full, nodes, delegation),
        ),
        references=_REFERENCES,
        explains=(Explains("pods-without-ip", frozenset(item.subject for item in stuck)),),
        leads_to=("node-eni-limit-reached", "scheduler-ip-blind-skew"),
    )


def _risk(promising: list[NodeAccount], nodes: Nodes, delegation: tuple[Action, ...]) -> Finding:
    worst = max(promising, key=_promises)
    return Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM,
        title=f"{counted(len(promising), 'node promises', 'nodes promise')} up to {_promises(worst)} pods "
        "more than they have addresses for",
        because=f"{worst.name} can hold {worst.capacity} addresses and its kubelet takes "
        f"{worst.max_pods} pods. Nobody waits there now; when it fills, pods will be bound and get none.",
        subjects=tuple(Subject("Node", a.name) for a in promising),
        evidence=tuple(_evidence([worst])),
        actions=tuple(_smaller(promising, nodes, delegation)),
        references=_REFERENCES,
    )


_REFERENCES = links(
    *("cilium#12557", "cilium#20074", "cilium#21196", "cilium#22054", "cilium#17519", "kops#16064"),
    *("kops#16253", "karpenter#6102", "karpenter#5780", "karpenter#7318", "eks-ami#2051"),
)


def _evidence(found: list[NodeAccount]) -> Iterator[Evidence]:
    for account in found[:3]:
        yield Evidence(Nodes.ASKED, f"{account.name}: status.allocatable.pods", str(account.max_pods))
        yield Evidence(
            InstanceTypes.ASKED,
            f"{account.instance_type}: addresses that its interfaces can hold",
            str(account.capacity),
        )
        yield Evidence(CiliumNodes.ASKED, f"{account.name}: addresses attached", str(account.attached))
        if account.used is not None:
            yield Evidence(account.used_asked, f"{account.name}: addresses in use", str(account.used))


def _smaller(found: list[NodeAccount], nodes: Nodes, delegation: tuple[Action, ...]) -> Iterator[Action]:
    yield look(
        "See how many more pods than addresses each node takes",
        "kubectl get ciliumnodes -o custom-columns=NAME:.metadata.name,TYPE:.spec.eni.instance-type,"
        "FIRST:.spec.eni.first-interface-index",
        "The type's (E - f) x (A - 1) addresses less 2 are the pods of the pod network that fit.",
    )
    fits = min(safe_max_pods(a.capacity or 0, a.host_network or 0, a.own) for a in found)
    members = [nodes.by_name[a.name] for a in found]
    yield from set_max_pods(members, fits, verify="no pod is bound to a node without addresses")
    if not any(a.prefixes for a in found):
        yield from delegation


def _delegation(cilium: CiliumConfig, version: CiliumVersion | None) -> tuple[Action, ...]:
    """Prefixes, where they are not asked for yet and the release has them."""
    if cilium.prefix_delegation or (version is not None and version.minor < PREFIXES_SINCE):
        return ()
    return (
        change(
            "Or, on Nitro instances, delegate prefixes and replace the nodes",
            helm_upgrade(
                cilium.namespace,
                version,
                "--set eni.awsEnablePrefixDelegation=true",
                restart=(OPERATOR, AGENTS),
            ),
            risk="restarts operator and agents; nodes that already hold single addresses stay without",
            verify="New nodes show prefixes in status.eni.enis, and 16 addresses for each slot.",
        ),
    )
