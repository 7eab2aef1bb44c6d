"""How one cluster and its AWS account are reached."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to reach the cluster and its AWS account. None leaves the choice to the client's own default chain.

    ``alias``: what people call the cluster, where that is not its name in EKS. ``eks``: it is reached with
    AWS credentials alone. ``probes``: None asks them only where the bot runs inside the cluster's network.
    """

    alias: str | None = None
    eks: bool = False
    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    namespace: str = "kube-system"
    probes: bool | None = None
    region: str | None = None
    aws_profile: str | None = None
    aws_role: str | None = None
    aws_endpoint: str | None = None
