"""One CNI hands out pod addresses on a node: the AWS VPC CNI must not run beside Cilium's own IPAM."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.coexistence.unmanaged import absence_means_nothing, in_migration, subject_of, unmanaged
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import AgentStatuses, Meta
from checks.parts.aws import EksAddons, EksCluster
from checks.parts.cilium import CiliumConfig, NodeConfigs
from checks.parts.cilium_nodes import CiliumEndpoints, CiliumNodes
from checks.parts.derived import Waiting
from checks.parts.kubernetes import Events
from checks.parts.pods import Pods
from checks.parts.vpc import Interfaces
from checks.parts.workloads import DaemonSets
from checks.scale import counted

AWS_CNI_ERROR = "failed to assign an IP address to container"


@check(
    id="aws-node-still-running",
    title="The AWS VPC CNI runs beside Cilium",
    source="https://docs.cilium.io/en/stable/installation/k8s-install-helm/",
)
def aws_node_still_running(
    meta: Meta,
    cilium: CiliumConfig,
    daemonsets: DaemonSets,
    cilium_nodes: CiliumNodes,
    pods: Pods | None,
    cilium_endpoints: CiliumEndpoints | None,
    agent_status: AgentStatuses | None,
    node_configs: NodeConfigs | None,
    interfaces: Interfaces | None,
    addons: EksAddons | None,
    eks: EksCluster | None,
    waiting: Waiting | None,
    events: Events | None,
) -> Iterator[Finding | Undecided]:
    """Both answer for the same pods and take the same ENI slots; pods of the other bypass Cilium.

    Chaining needs aws-node. Wanted on no node it is parked, and on nodes without Cilium it is at home.
    """
    aws_node = daemonsets.find("kube-system", "aws-node")
    if aws_node is None or aws_node.desired == 0 or cilium.allocator in ("chained", "delegated-plugin"):
        return
    if in_migration(cilium, node_configs):
        return
    seen = (
        frozenset(p.node for p in pods.items if p.label("k8s-app") == "aws-node" and p.node) if pods else None
    )
    both = sorted(name for name in seen or () if name in cilium_nodes.by_name)
    if seen and not both:
        return
    lost: tuple[Subject, ...] = ()
    if pods and cilium_endpoints and not absence_means_nothing(cilium):
        every = unmanaged(meta, pods, cilium_endpoints, cilium_nodes, agent_status)
        lost = tuple(subject_of(p) for p in every if not seen or p.node in seen)
    refused = (
        frozenset(w.subject for w in waiting.without_ip if AWS_CNI_ERROR in w.message)
        if waiting
        else frozenset()
    )
    if pods and cilium_endpoints is None:
        yield Undecided(part="cilium_endpoints")
    if events is None and waiting and waiting.without_ip:
        yield Undecided(part="events")
    foreign = [i for i in interfaces.items if i.description.startswith("aws-K8S-")] if interfaces else []
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if both else Confidence.LIKELY,
        title=f"aws-node is wanted on {counted(aws_node.desired, 'node')} while Cilium allocates by itself",
        because=f"The DaemonSet runs on {counted(len(both) or aws_node.desired, 'node')} that Cilium "
        "serves, and Cilium neither chains on it nor moves nodes over one by one."
        + ("" if both else " Which nodes its pods are on was not read; the pods would decide."),
        subjects=(Subject("DaemonSet", "aws-node", "kube-system"), *(Subject("Node", name) for name in both)),
        evidence=(
            Evidence(DaemonSets.ASKED, "aws-node: status.desiredNumberScheduled", str(aws_node.desired)),
            Evidence(cilium.asked, "data.cni-chaining-mode", cilium.data.get("cni-chaining-mode", "absent")),
            *(
                (Evidence(Pods.ASKED, "pods of its nodes without CiliumEndpoint", str(len(lost))),)
                if lost
                else ()
            ),
            *((Evidence(Interfaces.ASKED, "Description", "aws-K8S-…", len(foreign)),) if foreign else ()),
            *(
                (Evidence(EksAddons.ASKED, "addons[]", f"vpc-cni {addons.status['vpc-cni']}".strip()),)
                if addons and "vpc-cni" in addons.status
                else ()
            ),
        ),
        explains=(
            *((Explains("traffic-failing", frozenset(lost)),) if lost else ()),
            Explains("pods-without-ip", refused),
        ),
        leads_to=("unmanaged-pods",),
        inferred=bool(lost),
        actions=(
            look(
                "See where it runs and what it was given",
                "kubectl -n kube-system get daemonset aws-node -o wide && kubectl -n kube-system get pods "
                "-l k8s-app=aws-node -o wide",
                "pods on nodes that have a cilium pod as well",
            ),
            change(
                "Park it: a selector that matches no node (an add-on must go first, or it comes back)",
                f"aws eks delete-addon --cluster-name {quote(eks.name) if eks else 'CLUSTER'} --addon-name "
                "vpc-cni --preserve; kubectl -n kube-system patch daemonset aws-node --type strategic -p "
                '\'{"spec":{"template":{"spec":{"nodeSelector":{"io.cilium/aws-node-enabled":"true"}}}}}\'',
                risk="pods that it serves keep their addresses until they restart",
                verify="its desired number is 0",
            ),
            change(
                "Then replace the nodes: its interfaces and NAT rules stay on them",
                None,
                risk="moves every pod once",
                verify="no pod is left without CiliumEndpoint, and no interface described as aws-K8S-",
            ),
        ),
        references=links("cilium#16840", "cilium#10420", "cilium#22620", "cli#2045", "roadmap#252"),
    )
