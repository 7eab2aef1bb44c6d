"""What AWS said beyond the network itself: quotas, refused calls, permissions, the ways out of the VPC.

Shapes follow the references of Service Quotas, CloudTrail, IAM, EKS and EC2
(https://docs.aws.amazon.com/index.html).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

INTERFACES_PER_REGION = "L-DF5E4CA3"
"""Quota code of "Network interfaces per Region", of the service ``vpc``."""


@dataclass(frozen=True)
class Quotas:
    """Applied quotas of the service ``vpc`` by quota code."""

    ASKED: ClassVar[str] = "aws/service-quotas/list-service-quotas/vpc"
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One CloudTrail event. ``error_code`` None: the call was answered. ``principal`` is the caller's ARN."""

    name: str
    time: datetime
    error_code: str | None = None
    error_message: str = ""
    principal: str = ""


@dataclass(frozen=True)
class ApiCalls:
    """The newest CloudTrail events by event name ("CreateNetworkInterface"), the newest last.

    A name that is in neither mapping was not asked for; ``errors`` says why one was refused.
    """

    ASKED: ClassVar[str] = "aws/cloudtrail/lookup-events"
    by_name: Mapping[str, tuple[ApiCall, ...]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def asked(name: str) -> str:
        """The path that the events of this name were read from."""
        return f"{ApiCalls.ASKED}/{name}"


@dataclass(frozen=True)
class IamSimulation:
    """What IAM says that a role may do: role name to action ("ec2:CreateTags") to decision.

    Decisions are ``allowed``, ``implicitDeny`` and ``explicitDeny``. ``errors``: roles that were refused.
    """

    ASKED: ClassVar[str] = "aws/iam/simulate-principal-policy"
    by_role: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def asked(role: str) -> str:
        """The path that the decisions about this role were read from."""
        return f"{IamSimulation.ASKED}/{role}"


@dataclass(frozen=True)
class PodIdentities:
    """EKS Pod Identity associations, as (namespace, ServiceAccount)."""

    ASKED: ClassVar[str] = "aws/eks/list-pod-identity-associations"
    accounts: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcEndpoint:
    """One VPC endpoint; ``service`` like "com.amazonaws.eu-west-1.ec2", ``state`` like "available"."""

    id: str
    service: str
    state: str
    type: str = "Interface"
    vpc_id: str | None = None
    private_dns: bool = False


@dataclass(frozen=True)
class VpcEndpoints:
    """The VPC's endpoints, sorted by id."""

    ASKED: ClassVar[str] = "aws/ec2/describe-vpc-endpoints"
    items: tuple[VpcEndpoint, ...] = ()


@dataclass(frozen=True)
class NatGateways:
    """The VPC's NAT gateways: id to state ("available", "failed", "deleting" …)."""

    ASKED: ClassVar[str] = "aws/ec2/describe-nat-gateways"
    state: Mapping[str, str] = field(default_factory=dict)
