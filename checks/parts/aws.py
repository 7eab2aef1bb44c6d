"""What EKS and EC2 said of the cluster and its machines: cluster, add-ons, node groups, types, instances.

Shapes follow the EC2 and EKS API references (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/,
https://docs.aws.amazon.com/eks/latest/APIReference/).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class EksCluster:
    """``eks describe-cluster``."""

    ASKED: ClassVar[str] = "aws/eks/describe-cluster"
    name: str
    version: str | None = None
    endpoint: str | None = None
    service_cidr: str | None = None  # kubernetesNetworkConfig.serviceIpv4Cidr
    ip_family: str = "ipv4"
    vpc_id: str | None = None
    subnet_ids: tuple[str, ...] = ()
    cluster_security_group: str | None = None
    security_groups: tuple[str, ...] = ()
    remote_pod_cidrs: tuple[str, ...] = ()  # hybrid nodes: pod ranges that the control plane can route to
    auto_mode: bool = False
    health_issues: tuple[str, ...] = ()


@dataclass(frozen=True)
class EksAddons:
    """Installed EKS add-ons: name to status ("" where only the list was read)."""

    ASKED: ClassVar[str] = "aws/eks/list-addons"
    status: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroup:
    """``eks describe-nodegroup``."""

    name: str
    instance_types: tuple[str, ...] = ()
    ami_type: str | None = None
    launch_template: bool = False
    desired: int | None = None
    maximum: int | None = None
    subnets: tuple[str, ...] = ()
    health_issues: tuple[str, ...] = ()  # codes, e.g. InsufficientFreeAddresses


@dataclass(frozen=True)
class NodeGroups:
    """Every managed node group."""

    ASKED: ClassVar[str] = "aws/eks/list-nodegroups"
    items: tuple[NodeGroup, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceType:
    """``ec2 describe-instance-types``: the limits of one type.

    ``enis``: MaximumNetworkInterfaces of network card 0 (the attainable number; where no cards are listed,
    the total). ``enis_total``: of the whole type. ``ipv4_per_eni``: the primary address included.
    """

    name: str
    enis: int
    enis_total: int
    ipv4_per_eni: int
    hypervisor: str | None = None  # "nitro", "xen", None on bare metal
    bare_metal: bool = False
    vcpus: int | None = None
    memory_mib: int | None = None

    @property
    def prefixes_possible(self) -> bool:
        """EC2 assigns prefixes to Nitro instances and bare metal only."""
        return self.hypervisor == "nitro" or self.bare_metal


@dataclass(frozen=True)
class InstanceTypes:
    """Instance types in use, by name."""

    ASKED: ClassVar[str] = "aws/ec2/describe-instance-types"
    by_name: Mapping[str, InstanceType] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """``ec2 describe-instances``: one instance. ``interfaces``: ids of its attached ENIs."""

    id: str
    type: str | None = None
    state: str = "running"
    subnet_id: str | None = None
    vpc_id: str | None = None
    zone: str | None = None
    private_ip: str | None = None
    interfaces: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    source_dest_check: bool | None = None
    metadata_hop_limit: int | None = None


@dataclass(frozen=True)
class Instances:
    """Instances by id."""

    ASKED: ClassVar[str] = "aws/ec2/describe-instances"
    by_id: Mapping[str, Instance] = field(default_factory=dict)
