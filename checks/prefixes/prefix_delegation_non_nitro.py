"""A type that cannot hold prefixes must not carry a pod limit made for them."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Undecided, check
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.prefixes.eni_nodes import EniNode, eni_nodes, stuck_pods
from checks.scale import counted

XEN = frozenset(
    (
        *("c1", "c3", "c4", "d2", "f1", "g2", "g3", "g3s", "h1", "i2", "i3", "m1", "m2", "m3", "m4"),
        *("p2", "p3", "r3", "r4", "t1", "t2", "x1", "x1e"),
    )
)
"""Families on Xen; every later one is Nitro
(https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html)."""


@check(
    id="prefix-delegation-non-nitro",
    title="Instances that cannot hold prefixes are sized for them",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html",
    modes=("eni",),
)
def prefix_delegation_non_nitro(
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    instance_types: InstanceTypes | None,
    accounts: Accounts,
    version: CiliumVersion | None,
    waiting: Waiting | None,
) -> Iterator[Finding | Undecided]:
    """EC2 assigns prefixes to Nitro instances only, and to bare metal where Cilium is new enough.

    On any other type Cilium falls back to single addresses without a word. That is a fault where the
    kubelet of such a node admits more pods than single addresses can serve. Where the limits of types were
    not read, the family's name stands in for them on nodes whose pods wait with every address in use.
    """
    if not cilium.prefix_delegation:
        return
    every = eni_nodes(nodes, cilium_nodes, instance_types, accounts, waiting)
    found = [n for n in every if not n.holds_prefixes and _too_big(n, version)]
    if not found:
        if instance_types is None:
            yield Undecided(part="instance_types")
        return
    doubted = any(n.kind is None or n.kind.bare_metal for n in found)
    names = sorted({str(n.type_name) for n in found})
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.LIKELY if doubted else Confidence.CERTAIN,
        title=f"{counted(len(found), 'node')} of type {', '.join(names)} cannot hold prefixes, and the pod "
        "limit is made for them",
        because="EC2 gives these types no /28 blocks, and their pod limit is above what single addresses "
        "serve. "
        + (
            "Nodes that can hold prefixes are not among them."
            if instance_types
            else "The family's name stands in for the limits of the type, which were not read."
        ),
        subjects=tuple(n.subject for n in sorted(found, key=lambda n: (-len(n.stuck), n.name))),
        evidence=(
            *(
                Evidence(InstanceTypes.ASKED, f"{name}: Hypervisor", said)
                for name in names
                if (said := _hypervisor(found, name))
            ),
            *(Evidence(Nodes.ASKED, f"{n.name}: status.allocatable.pods", _limit(n)) for n in found[:3]),
            Evidence(cilium.asked, "data.aws-enable-prefix-delegation", "true"),
        ),
        explains=(stuck_pods(n for n in found if n.full or n.kind is None),),
        leads_to=("max-pods-exceeds-node-ip-capacity", "node-eni-limit-reached"),
        actions=(
            look(
                "See which types are Nitro",
                f"aws ec2 describe-instance-types --instance-types {' '.join(map(quote, names))} --query "
                "'InstanceTypes[].[InstanceType,Hypervisor,BareMetal]' --output table",
                "xen means no prefixes",
            ),
            change(
                "Keep these types out of the pool, and replace the nodes",
                None,
                risk="moves the pods of the replaced nodes. Karpenter: requirement "
                "karpenter.k8s.aws/instance-hypervisor In [nitro]; node groups: change the instance types",
                verify="no node of these types is left, and new nodes list prefixes in their CiliumNode",
            ),
            change(
                "Or give these nodes a pod limit that single addresses can serve",
                None,
                risk="new nodes of the type take fewer pods",
                verify="allocatable.pods of a new node is its addresses less two, plus its host-network "
                "pods, or less",
            ),
        ),
        references=links("cilium#18463", "cilium#39678", "cnref#1729"),
    )


def _too_big(item: EniNode, version: CiliumVersion | None) -> bool:
    if item.kind is None:
        return _by_name(item)
    return item.may_have_prefixes(version) is False and _oversized(item)


def _oversized(item: EniNode) -> bool:
    account = item.account
    if account is None or account.capacity is None or account.max_pods is None:
        return False
    return account.max_pods - (account.host_network or 0) > account.capacity - account.own


def _by_name(item: EniNode) -> bool:
    """Whether its family is on Xen, and pods wait there with every attached address in use."""
    account, (family, _, size) = item.account, (item.type_name or "").partition(".")
    if account is None or account.used is None or account.attached is None or not item.stuck:
        return False
    return family in XEN and size != "metal" and account.used >= account.attached


def _limit(item: EniNode) -> str:
    account = item.account
    if account is None:
        return ""
    known = account.capacity is not None
    return f"{account.max_pods}, single addresses: {account.capacity if known else account.attached}"


def _hypervisor(found: list[EniNode], name: str) -> str:
    kind = next((n.kind for n in found if n.type_name == name and n.kind), None)
    if kind is None:
        return ""
    return "bare metal" if kind.bare_metal else str(kind.hypervisor)
