"""The things that a built cluster is made of, before they become API answers."""

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network

from tests.builder.clock import Object
from tests.builder.instance_types import InstanceType
from tests.builder.vpc_model import Eni, Labels, Subnet


@dataclass(slots=True)
class Node:
    """One Node, its EC2 instance and its CiliumNode. Change the fields freely before the answers are made."""

    name: str
    ip: str
    zone: str
    subnet: Subnet
    type: InstanceType
    max_pods: int
    created: datetime
    instance_id: str
    nodegroup: str
    pod_subnet: Subnet | None = None  # where further interfaces are made; its own when None
    block: IPv4Network | None = None  # its pod CIDR in block modes
    blocks: list[tuple[str, IPv4Network]] = field(default_factory=list)  # multi-pool: (pool, CIDR)
    enis: list[Eni] = field(default_factory=list)
    lent: dict[str, str] = field(default_factory=dict)  # address to owner: router, health, namespace/pod
    labels: Labels = field(default_factory=dict)
    taints: list[Object] = field(default_factory=list)
    ready: bool = True
    ready_reason: str = "KubeletReady"
    ready_message: str = "kubelet is posting ready status"
    ready_since: datetime | None = None
    network_condition: bool = True  # the operator's NetworkUnavailable=False
    unschedulable: bool = False
    agent_ready: bool = True
    agent_answers: bool = True  # exec into the agent works: status and health are there
    cilium_node: bool = True
    instance: bool = True  # EC2 knows the instance
    compute_type: str = "ec2"  # or "fargate", "hybrid", "auto": a node without Cilium
    first_index: int = 0
    pre_allocate: int = 8
    min_allocate: int = 0
    max_allocate: int = 0
    prefix_delegation: bool = False  # in effect here, where the type can
    growing: bool = True  # the operator attaches what is missing
    operator_error: str = ""
    eni_spec: Object = field(default_factory=dict)  # more keys of CiliumNode.spec.eni
    reserved_memory_mib: int | None = None
    cpu_milli: int | None = None  # allocatable; computed from the type when None
    source_dest_check: bool = True
    os_image: str = "Amazon Linux 2023.6.20250107"

    @property
    def allocatable_cpu(self) -> int:
        """Thousandths of a core, after what the EKS AMI reserves for the kubelet."""
        if self.cpu_milli is not None:
            return self.cpu_milli
        cores = self.type.vcpus
        reserved = 60 + 10 * (cores > 1) + 5 * min(2, max(0, cores - 2)) + int(2.5 * max(0, cores - 4))
        return cores * 1000 - reserved

    @property
    def allocatable_memory(self) -> int:
        """MiB, after the kubelet's reserve (11 MiB for each pod, and 255) and the eviction threshold."""
        return int(self.type.memory_mib * 0.97) - (11 * self.max_pods + 255) - 100

    @property
    def uses_prefixes(self) -> bool:
        """Whether the operator delegates prefixes here: asked for, Nitro, and no lone address yet."""
        asked = self.prefix_delegation and self.type.prefixes
        return asked and not any(eni.addresses and not eni.prefixes for eni in self.pod_enis)

    @property
    def pod_enis(self) -> list[Eni]:
        """Interfaces that Cilium hands addresses out of."""
        return [eni for eni in self.enis if eni.number >= self.first_index and eni.cilium]

    @property
    def attached(self) -> list[str]:
        """Every pod address that its interfaces hold."""
        return [ip for eni in self.pod_enis for ip in eni.pod_addresses]


@dataclass(slots=True)
class Workload:
    """One Deployment, DaemonSet or StatefulSet, and the template of its pods."""

    namespace: str
    name: str
    kind: str = "Deployment"
    replicas: int = 1
    created: datetime | None = None
    labels: Labels = field(default_factory=dict)
    image: str = "public.ecr.aws/nginx/nginx:1.27"
    args: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    env: Labels = field(default_factory=dict)
    port: int | None = None
    cpu: int = 0
    memory: int = 0  # MiB
    host_network: bool = False
    dns_policy: str = "ClusterFirst"
    node_selector: Labels = field(default_factory=dict)
    tolerations: list[Object] = field(default_factory=list)
    annotations: Labels = field(default_factory=dict)
    priority_class: str = ""
    service_account: str = "default"
    affinity: Object = field(default_factory=dict)
    container: str = ""
    failure: str = ""  # message of the ReplicaFailure condition

    @property
    def ref(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"


@dataclass(slots=True)
class Pod:
    """One pod. ``ip`` of a hostNetwork pod is its node's."""

    namespace: str
    name: str
    owner: Workload
    created: datetime
    node: Node | None = None
    ip: str | None = None
    phase: str = "Running"
    ready: bool = True
    host_network: bool = False
    endpoint: bool = True  # has a CiliumEndpoint
    waiting: str = ""  # reason of its container's waiting state
    waiting_message: str = ""
    unscheduled: str = ""  # the scheduler's message
    unscheduled_reason: str = "Unschedulable"
    sandbox: bool = True
    restarts: int = 0
    deleted: datetime | None = None
    cpu: int = 0
    memory: int = 0
    image: str = ""
    annotations: Labels = field(default_factory=dict)
    since: datetime | None = None  # when it became ready

    @property
    def ref(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"

    @property
    def labels(self) -> Labels:
        """Labels of the template, and what its controller adds."""
        return self.owner.labels

    @property
    def live(self) -> bool:
        """Neither Succeeded nor Failed."""
        return self.phase in ("Pending", "Running", "Unknown")


@dataclass(slots=True)
class Service:
    """One Service. ``slices``: endpoints computed from the selector, unless given by hand."""

    namespace: str
    name: str
    cluster_ip: str
    selector: Labels
    ports: list[tuple[str, str, int, int | str]]  # name, protocol, port, target
    labels: Labels = field(default_factory=dict)
    annotations: Labels = field(default_factory=dict)
    type: str = "ClusterIP"
    created: datetime | None = None


@dataclass(slots=True)
class Event:
    """One event of core/v1."""

    kind: str
    namespace: str
    name: str
    reason: str
    message: str
    component: str
    last_seen: datetime
    first_seen: datetime
    count: int = 1
    type: str = "Warning"
    host: str = ""
