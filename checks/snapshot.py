"""One sweep's state of a cluster: every part that was read, and why the others were not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.parts import agents, aws, aws_account, derived, karpenter, neighbours
from checks.parts import cilium as cil
from checks.parts import kubernetes as k8s


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Why a part is missing.

    ``reason`` begins with one of: "not asked", "refused:", "timed out", "unreadable:", "not found:".
    ``grant`` is the right that would close the gap, where one would. ``asked`` is the path.
    """

    reason: str
    asked: str
    grant: str | None = None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Frozen and typed; a part is None when it was not read, and ``gaps`` says why, by the part's name."""

    meta: agents.Meta
    gaps: Mapping[str, Gap] = field(default_factory=dict)
    seconds: float = 0.0

    kubernetes: k8s.KubernetesVersion | None = None
    nodes: k8s.Nodes | None = None
    pods: k8s.Pods | None = None
    events: k8s.Events | None = None
    services: k8s.Services | None = None
    namespaces: k8s.Namespaces | None = None
    endpoints: k8s.Endpoints | None = None
    daemonsets: k8s.DaemonSets | None = None
    deployments: k8s.Deployments | None = None
    webhooks: k8s.Webhooks | None = None
    apiservices: k8s.ApiServices | None = None
    leases: k8s.Leases | None = None
    network_policies: k8s.NetworkPolicies | None = None
    cilium_policies: k8s.CiliumPolicies | None = None

    cilium: cil.CiliumConfig | None = None
    version: cil.CiliumVersion | None = None
    cilium_nodes: cil.CiliumNodes | None = None
    cilium_endpoints: cil.CiliumEndpoints | None = None
    pod_ip_pools: cil.PodIpPools | None = None
    node_configs: cil.NodeConfigs | None = None
    helm_values: cil.HelmValues | None = None

    eks: aws.EksCluster | None = None
    addons: aws.EksAddons | None = None
    nodegroups: aws.NodeGroups | None = None
    instance_types: aws.InstanceTypes | None = None
    instances: aws.Instances | None = None
    interfaces: aws.Interfaces | None = None
    subnets: aws.Subnets | None = None
    reservations: aws.Reservations | None = None
    vpcs: aws.Vpcs | None = None
    route_tables: aws.RouteTables | None = None
    security_groups: aws.SecurityGroups | None = None
    quotas: aws_account.Quotas | None = None
    cloudtrail: aws_account.ApiCalls | None = None
    iam_simulation: aws_account.IamSimulation | None = None
    pod_identity: aws_account.PodIdentities | None = None
    vpc_endpoints: aws_account.VpcEndpoints | None = None
    nat_gateways: aws_account.NatGateways | None = None

    node_pools: karpenter.NodePools | None = None
    node_claims: karpenter.NodeClaims | None = None
    ec2_node_classes: karpenter.Ec2NodeClasses | None = None
    operator_service_account: neighbours.OperatorServiceAccount | None = None
    cni_configuration: neighbours.CniConfiguration | None = None
    ip_masq_agent: neighbours.IpMasqAgent | None = None
    security_group_policies: neighbours.SecurityGroupPolicies | None = None
    target_group_bindings: neighbours.TargetGroupBindings | None = None
    local_redirect_policies: neighbours.LocalRedirectPolicies | None = None

    agent_status: agents.AgentStatuses | None = None
    health: agents.ClusterHealth | None = None
    agent_metrics: agents.AgentMetrics | None = None
    operator_metrics: agents.OperatorMetrics | None = None
    operator_log: agents.OperatorLog | None = None
    agent_logs: agents.AgentLogs | None = None
    dns_probes: agents.DnsProbes | None = None
    tcp_probes: agents.TcpProbes | None = None

    accounts: derived.Accounts | None = None
    waiting: derived.Waiting | None = None
