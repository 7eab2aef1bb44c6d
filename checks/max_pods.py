"""Where the kubelet's pod limit is set, by what brought the node up.

https://awslabs.github.io/amazon-eks-ami/nodeadm/, https://karpenter.sh/docs/concepts/nodeclasses/ and
https://bottlerocket.dev/en/os/latest/api/settings/kubernetes/.
"""

import shlex
from collections.abc import Iterable, Iterator

from checks.advice import change
from checks.model import Action
from checks.parts.nodes import Node

SHOW_MAX_PODS = "kubectl get nodes -o custom-columns=NAME:.metadata.name,MAX:.status.allocatable.pods"


def set_max_pods(nodes: Iterable[Node], limit: int, *, verify: str) -> Iterator[Action]:
    """One change for each way in which these nodes were brought up, sorted by title."""
    for title, command in sorted(dict(_place(node, limit) for node in nodes).items()):
        yield change(
            f"{title}, then replace the nodes one after another",
            command,
            risk="every replaced node evicts its pods; the kubelet reserves 11 MiB of memory for each pod",
            verify=f"New nodes show {limit} in allocatable.pods, and {verify}.",
        )


def _place(node: Node, limit: int) -> tuple[str, str]:
    """The title of the change, and what to write there."""
    node_class = node.labels.get("karpenter.k8s.aws/ec2nodeclass")
    if node_class:
        patch = f'{{"spec":{{"kubelet":{{"maxPods":{limit}}}}}}}'
        return (
            f"Set maxPods to {limit} in Karpenter's EC2NodeClass",
            f"kubectl patch ec2nodeclass {shlex.quote(node_class)} --type merge -p '{patch}'",
        )
    if "Bottlerocket" in node.os_image:
        return (
            f"Set max-pods to {limit} in Bottlerocket's user data",
            f"[settings.kubernetes]\nmax-pods = {limit}",
        )
    if "Amazon Linux 2023" in node.os_image:
        return (
            f"Set maxPods to {limit} in the launch template's NodeConfig",
            "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n"
            f"  kubelet:\n    config:\n      maxPods: {limit}",
        )
    if "Amazon Linux 2" in node.os_image:
        return (
            f"Set max-pods to {limit} in the launch template's user data",
            '/etc/eks/bootstrap.sh "$CLUSTER" --use-max-pods false '
            f"--kubelet-extra-args '--max-pods={limit}'",
        )
    return f"Set the kubelet's limit to {limit} where the nodes are set up", f"--max-pods={limit}"
