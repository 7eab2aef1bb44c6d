"""A type that cannot hold prefixes must not carry a pod limit made for them."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, check
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.prefixes.eni_nodes import EniNode, eni_nodes, stuck_pods
from checks.scale import counted


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
    instance_types: InstanceTypes,
    accounts: Accounts,
    version: CiliumVersion | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """EC2 assigns prefixes to Nitro instances only, and to bare metal where Cilium is new enough.

    On any other type Cilium falls back to single addresses without a word. That is a fault where the
    kubelet of such a node admits more pods than single addresses can serve.
    """
    if not cilium.prefix_delegation:
        return
    every = eni_nodes(nodes, cilium_nodes, instance_types, accounts, waiting)
    found = [
        n for n in every if n.may_have_prefixes(version) is False and not n.holds_prefixes and _oversized(n)
    ]
    if not found:
        return
    metal = any(n.kind and n.kind.bare_metal for n in found)
    names = sorted({str(n.type_name) for n in found})
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.LIKELY if metal else Confidence.CERTAIN,
        title=f"{counted(len(found), 'node')} of type {', '.join(names)} cannot hold prefixes, and the pod "
        "limit is made for them",
        because="EC2 gives these types no /28 blocks, and their pod limit is above what single addresses "
        "serve. Nodes that can hold prefixes are not among them.",
        subjects=tuple(n.subject for n in sorted(found, key=lambda n: (-len(n.stuck), n.name))),
        evidence=(
            *(
                Evidence(InstanceTypes.ASKED, f"{name}: Hypervisor", _hypervisor(found, name))
                for name in names
            ),
            *(Evidence(Nodes.ASKED, f"{n.name}: status.allocatable.pods", _limit(n)) for n in found[:3]),
            Evidence(cilium.asked, "data.aws-enable-prefix-delegation", "true"),
        ),
        explains=(stuck_pods(n for n in found if n.full),),
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


def _oversized(item: EniNode) -> bool:
    account = item.account
    if account is None or account.capacity is None or account.max_pods is None:
        return False
    return account.max_pods - (account.host_network or 0) > account.capacity - account.own


def _limit(item: EniNode) -> str:
    account = item.account
    return f"{account.max_pods}, single addresses: {account.capacity}" if account else ""


def _hypervisor(found: list[EniNode], name: str) -> str:
    kind = next(n.kind for n in found if n.type_name == name and n.kind)
    return "bare metal" if kind.bare_metal else str(kind.hypervisor)
