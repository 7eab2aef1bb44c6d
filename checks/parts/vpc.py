"""What EC2 said of the network: interfaces, subnets, reservations, routes, security groups.

Shapes follow the EC2 and EKS API references (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/,
https://docs.aws.amazon.com/eks/latest/APIReference/).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from checks.parts.kubernetes import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """``ec2 describe-network-interfaces``: one ENI. ``ips``: all private addresses, the primary first."""

    id: str
    subnet_id: str | None = None
    vpc_id: str | None = None
    zone: str | None = None
    ips: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    status: str = "in-use"
    type: str = "interface"
    description: str = ""
    instance_id: str | None = None
    device_index: int | None = None
    card_index: int | None = None
    attached_at: datetime | None = None
    security_groups: tuple[str, ...] = ()
    source_dest_check: bool | None = None
    requester_managed: bool = False
    tags: Labels = ()


@dataclass(frozen=True)
class Interfaces:
    """Network interfaces of the cluster's VPC."""

    ASKED: ClassVar[str] = "aws/ec2/describe-network-interfaces"
    items: tuple[Interface, ...] = ()

    @cached_property
    def by_subnet(self) -> Mapping[str, tuple[Interface, ...]]:
        """Interfaces by subnet id."""
        found: dict[str, list[Interface]] = {}
        for item in self.items:
            if item.subnet_id:
                found.setdefault(item.subnet_id, []).append(item)
        return {key: tuple(items) for key, items in found.items()}

    @cached_property
    def by_instance(self) -> Mapping[str, tuple[Interface, ...]]:
        """Attached interfaces by instance id, device index ascending."""
        found: dict[str, list[Interface]] = {}
        for item in self.items:
            if item.instance_id:
                found.setdefault(item.instance_id, []).append(item)
        return {
            key: tuple(sorted(items, key=lambda i: (i.card_index or 0, i.device_index or 0, i.id)))
            for key, items in found.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """``ec2 describe-subnets``: one subnet. ``free``: AvailableIpAddressCount, single addresses."""

    id: str
    vpc_id: str | None = None
    zone: str | None = None
    cidr: str | None = None
    free: int | None = None
    tags: Labels = ()


@dataclass(frozen=True)
class Subnets:
    """Subnets of the cluster's VPC by id."""

    ASKED: ClassVar[str] = "aws/ec2/describe-subnets"
    by_id: Mapping[str, Subnet] = field(default_factory=dict)


@dataclass(frozen=True)
class Reservations:
    """Subnet CIDR reservations by subnet id: ``explicit`` ones block prefixes, ``prefix`` ones keep room.

    A subnet that is in none of the three maps was not asked for; ``errors`` says why one was refused.
    """

    ASKED: ClassVar[str] = "aws/ec2/get-subnet-cidr-reservations"
    explicit: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prefix: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Vpcs:
    """Associated IPv4 ranges by VPC id, the primary first."""

    ASKED: ClassVar[str] = "aws/ec2/describe-vpcs"
    cidrs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route: destination range and where it goes ("local", "igw-…", "nat-…", "tgw-…", "eni-…")."""

    destination: str
    target: str
    state: str = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """One route table. ``main``: serves the VPC's subnets that are in no table's ``subnet_ids``."""

    id: str
    vpc_id: str | None = None
    main: bool = False
    subnet_ids: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True)
class RouteTables:
    """Route tables of the cluster's VPC."""

    ASKED: ClassVar[str] = "aws/ec2/describe-route-tables"
    items: tuple[RouteTable, ...] = ()

    def of(self, subnet_id: str, vpc_id: str | None) -> RouteTable | None:
        """The table in force for one subnet: its own, else the VPC's main one."""
        own = next((t for t in self.items if subnet_id in t.subnet_ids), None)
        return own or next((t for t in self.items if t.main and vpc_id in (None, t.vpc_id)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRule:
    """One ingress permission: ``protocol`` "-1" and ports None are all; ``prefix_lists`` are not resolved."""

    protocol: str
    from_port: int | None = None
    to_port: int | None = None
    cidrs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    prefix_lists: tuple[str, ...] = ()

    def covers(self, protocol: str, port: int) -> bool:
        """Whether the rule is about this port ("tcp", "udp"); for "icmp" the port is not looked at."""
        if self.protocol == "-1":
            return True
        numbers = {"6": "tcp", "17": "udp", "1": "icmp"}
        if numbers.get(self.protocol, self.protocol) != protocol:
            return False
        if protocol == "icmp" or self.from_port is None or self.from_port == -1:
            return True
        return self.from_port <= port <= (self.to_port if self.to_port is not None else self.from_port)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """``ec2 describe-security-groups``: one group and its ingress rules."""

    id: str
    name: str = ""
    vpc_id: str | None = None
    ingress: tuple[GroupRule, ...] = ()
    tags: Labels = ()


@dataclass(frozen=True)
class SecurityGroups:
    """Security groups by id."""

    ASKED: ClassVar[str] = "aws/ec2/describe-security-groups"
    by_id: Mapping[str, SecurityGroup] = field(default_factory=dict)
