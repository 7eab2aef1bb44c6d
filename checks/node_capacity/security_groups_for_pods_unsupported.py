"""Branch interfaces of the VPC resource controller have no use, and no room, beside ENI mode."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.enis.attachments import Attached, attached
from checks.model import Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.aws import InstanceTypes
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.neighbours import SecurityGroupPolicies
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces
from checks.scale import counted
from checks.subnets.starved import starves


@check(
    id="security-groups-for-pods-unsupported",
    title="Trunk interfaces take a slot that ENI mode counts on",
    source="https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html",
    modes=("eni",),
)
def security_groups_for_pods_unsupported(
    nodes: Nodes,
    interfaces: Interfaces,
    security_group_policies: SecurityGroupPolicies | None,
    cilium_nodes: CiliumNodes | None,
    instance_types: InstanceTypes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """Trunk and branch interfaces belong to AWS's VPC resource controller; Cilium allocates none of them.

    A SecurityGroupPolicy has no effect on pods that Cilium gives addresses to, and the trunk takes one
    interface of the instance away: the cause, where it is the last one and pods wait.
    """
    trunks = {
        node.name: item.id
        for node in nodes.items
        for item in interfaces.by_instance.get(node.instance_id or "", ())
        if item.type == "trunk"
    }
    if not trunks:
        return
    full: list[Attached] = []
    if cilium_nodes is not None and instance_types is not None:
        every = attached(nodes, cilium_nodes, interfaces, instance_types)
        full = [f for f in every if f.node.name in trunks and len(f.first_card) >= f.kind.enis]
    name, trunk = next(iter(trunks.items()))
    yield Finding(
        kind=Kind.CAUSE if full else Kind.RISK,
        severity=Severity.MEDIUM,
        title=f"{counted(len(trunks), 'node has', 'nodes have')} a trunk interface beside Cilium's",
        because=f"{trunk} on {name} is of type trunk, which only the VPC resource controller makes. "
        + (
            f"It holds a slot that Cilium counts on, and {full[0].node.name} has no other left."
            if full
            else "Addresses of pods are Cilium's here, so security groups for pods have no effect."
        ),
        subjects=tuple(Subject("Node", node) for node in trunks),
        evidence=(
            Evidence(Interfaces.ASKED, "InterfaceType", "trunk", len(trunks)),
            *(
                Evidence(Interfaces.ASKED, f"{f.node.name}: interfaces on card 0", str(len(f.first_card)))
                for f in full[:1]
            ),
            *(
                Evidence(SecurityGroupPolicies.ASKED, "metadata.name", f"{item.namespace}/{item.name}")
                for item in (security_group_policies.items[:3] if security_group_policies else ())
            ),
        ),
        explains=starves([(found.node, found.mine) for found in full], accounts, waiting),
        actions=(
            look(
                "See whether anybody asks for it",
                "kubectl get securitygrouppolicies -A; "
                "kubectl -n kube-system get daemonset aws-node -o yaml | grep -A1 ENABLE_POD_ENI",
                "Policies exist, or ENABLE_POD_ENI is true.",
            ),
            change(
                "Remove the SecurityGroupPolicies and ENABLE_POD_ENI, and replace the nodes",
                None,
                risk="replaced nodes evict their pods; use Cilium policies, or chain on the AWS CNI, instead",
                verify="No interface of a node is of type trunk.",
            ),
        ),
        references=links("cilium#18833", "cilium#15770", "vpc-cni#2801"),
    )
