"""One sweep's state of a cluster: every part that was read, and why the others were not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.parts.agents import (
    AgentLogs,
    AgentMetrics,
    AgentStatuses,
    ClusterHealth,
    DnsProbes,
    Meta,
    OperatorLog,
    OperatorMetrics,
    TcpProbes,
)
from checks.parts.aws import EksAddons, EksCluster, Instances, InstanceTypes, NodeGroups
from checks.parts.aws_account import ApiCalls, IamSimulation, NatGateways, PodIdentities, Quotas, VpcEndpoints
from checks.parts.cilium import CiliumConfig, CiliumVersion, HelmValues, NodeConfigs
from checks.parts.cilium_nodes import CiliumEndpoints, CiliumNodes, PodIpPools
from checks.parts.derived import Accounts, Waiting
from checks.parts.karpenter import Ec2NodeClasses, NodeClaims, NodePools
from checks.parts.kubernetes import Events, KubernetesVersion, Leases, Namespaces
from checks.parts.neighbours import (
    CniConfiguration,
    IpMasqAgent,
    LocalRedirectPolicies,
    OperatorServiceAccount,
    SecurityGroupPolicies,
    TargetGroupBindings,
)
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.parts.policies import CiliumPolicies, NetworkPolicies
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import Interfaces, Reservations, RouteTables, SecurityGroups, Subnets, Vpcs
from checks.parts.webhooks import ApiServices, Webhooks
from checks.parts.workloads import DaemonSets, Deployments


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

    meta: Meta
    gaps: Mapping[str, Gap] = field(default_factory=dict)
    seconds: float = 0.0

    kubernetes: KubernetesVersion | None = None
    nodes: Nodes | None = None
    pods: Pods | None = None
    events: Events | None = None
    services: Services | None = None
    namespaces: Namespaces | None = None
    endpoints: Endpoints | None = None
    daemonsets: DaemonSets | None = None
    deployments: Deployments | None = None
    webhooks: Webhooks | None = None
    apiservices: ApiServices | None = None
    leases: Leases | None = None
    network_policies: NetworkPolicies | None = None
    cilium_policies: CiliumPolicies | None = None

    cilium: CiliumConfig | None = None
    version: CiliumVersion | None = None
    cilium_nodes: CiliumNodes | None = None
    cilium_endpoints: CiliumEndpoints | None = None
    pod_ip_pools: PodIpPools | None = None
    node_configs: NodeConfigs | None = None
    helm_values: HelmValues | None = None

    eks: EksCluster | None = None
    addons: EksAddons | None = None
    nodegroups: NodeGroups | None = None
    instance_types: InstanceTypes | None = None
    instances: Instances | None = None
    interfaces: Interfaces | None = None
    subnets: Subnets | None = None
    reservations: Reservations | None = None
    vpcs: Vpcs | None = None
    route_tables: RouteTables | None = None
    security_groups: SecurityGroups | None = None
    quotas: Quotas | None = None
    cloudtrail: ApiCalls | None = None
    iam_simulation: IamSimulation | None = None
    pod_identity: PodIdentities | None = None
    vpc_endpoints: VpcEndpoints | None = None
    nat_gateways: NatGateways | None = None

    node_pools: NodePools | None = None
    node_claims: NodeClaims | None = None
    ec2_node_classes: Ec2NodeClasses | None = None
    operator_service_account: OperatorServiceAccount | None = None
    cni_configuration: CniConfiguration | None = None
    ip_masq_agent: IpMasqAgent | None = None
    security_group_policies: SecurityGroupPolicies | None = None
    target_group_bindings: TargetGroupBindings | None = None
    local_redirect_policies: LocalRedirectPolicies | None = None

    agent_status: AgentStatuses | None = None
    health: ClusterHealth | None = None
    agent_metrics: AgentMetrics | None = None
    operator_metrics: OperatorMetrics | None = None
    operator_log: OperatorLog | None = None
    agent_logs: AgentLogs | None = None
    dns_probes: DnsProbes | None = None
    tcp_probes: TcpProbes | None = None

    accounts: Accounts | None = None
    waiting: Waiting | None = None
