"""Short forms for what a finding advises: a look, a change, and links from the catalogue's shorthand."""

from checks.model import Action

REPOSITORIES = {
    "cilium": "cilium/cilium",
    "vpc-cni": "aws/amazon-vpc-cni-k8s",
    "roadmap": "aws/containers-roadmap",
    "eks-ami": "awslabs/amazon-eks-ami",
    "karpenter": "aws/karpenter-provider-aws",
    "tf-eks": "terraform-aws-modules/terraform-aws-eks",
    "kops": "kubernetes/kops",
    "eksctl": "eksctl-io/eksctl",
    "cert-manager": "cert-manager/cert-manager",
    "lbc": "kubernetes-sigs/aws-load-balancer-controller",
    "bottlerocket": "bottlerocket-os/bottlerocket",
    "cli": "cilium/cilium-cli",
    "coredns": "coredns/coredns",
    "cnref": "Smana/cloud-native-ref",
}


def look(title: str, command: str | None, verify: str) -> Action:
    """An action that only reads; ``verify`` is what its answer tells."""
    return Action(title=title, command=command, kind="look", risk=None, verify=verify)


def change(title: str, command: str | None, *, risk: str, verify: str) -> Action:
    """An action that changes something: what it disturbs, and how to see that it worked."""
    return Action(title=title, command=command, kind="change", risk=risk, verify=verify)


def links(*shorthands: str) -> tuple[str, ...]:
    """``cilium#123`` and ``owner/repository#123`` as issue links; what begins with https stays as it is."""
    return tuple(_link(item) for item in shorthands)


def _link(item: str) -> str:
    if item.startswith("https://"):
        return item
    repository, _, number = item.partition("#")
    return f"https://github.com/{REPOSITORIES.get(repository, repository)}/issues/{number}"
