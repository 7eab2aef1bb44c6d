"""Nodes that ran the AWS VPC CNI keep its NAT rules until they are replaced."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.cilium import CiliumConfig
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces
from checks.parts.workloads import DaemonSets
from checks.scale import counted


@check(
    id="aws-cni-iptables-leftovers",
    title="Rules of the removed AWS VPC CNI may still act",
    source="https://docs.cilium.io/en/stable/installation/k8s-install-helm/",
)
def aws_cni_iptables_leftovers(
    cilium: CiliumConfig, daemonsets: DaemonSets, nodes: Nodes, interfaces: Interfaces
) -> Iterator[Finding]:
    """aws-node does not clean up after itself, and rules on a node show in no API.

    What stands in for them are interfaces that it made and left on nodes, with aws-node gone: it ran there.
    So this is at most possible.
    """
    aws_node = daemonsets.find("kube-system", "aws-node")
    if (aws_node is not None and aws_node.desired) or cilium.allocator in ("chained", "delegated-plugin"):
        return
    left = {
        node.name: count
        for node in nodes.items
        if (
            count := sum(
                "aws-K8S-" in i.description for i in interfaces.by_instance.get(node.instance_id or "", ())
            )
        )
    }
    if not left:
        return
    yield Finding(
        kind=Kind.RISK,
        severity=Severity.LOW,
        confidence=Confidence.POSSIBLE,
        title=f"{counted(len(left), 'node')} once ran the AWS VPC CNI and may still hold its NAT rules",
        because="Interfaces that aws-node made are still on them, and it runs no more. Chains named "
        "AWS-SNAT-CHAIN in the node's iptables would prove it.",
        subjects=tuple(Subject("Node", name) for name in sorted(left)),
        evidence=(Evidence(Interfaces.ASKED, "Description", "aws-K8S-…", sum(left.values())),),
        actions=(
            look(
                "Look for its chains on one of these nodes",
                f"kubectl debug node/{_word(sorted(left)[0])} -it --profile=sysadmin "
                "--image=public.ecr.aws/amazonlinux/amazonlinux:2023 -- chroot /host sh -c 'iptables-save "
                "| grep AWS-'",
                "AWS-SNAT-CHAIN or AWS-CONNMARK-CHAIN",
            ),
            change(
                "Replace the nodes",
                None,
                risk="moves their pods once",
                verify="no interface described as aws-K8S- is left on a node",
            ),
        ),
        references=links("cilium#17845", "cilium#19199", "cilium#19207", "cilium#25804", "cilium#14871"),
    )


def _word(name: str) -> str:
    """A node's name as a command may hold it."""
    return name if name.replace("-", "").replace(".", "").isalnum() else "NODE"
