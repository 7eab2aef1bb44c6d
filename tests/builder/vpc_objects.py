"""EC2's answers about a built cluster's VPC: subnets, routes, groups; and quotas."""

from tests.builder.clock import Object, digits
from tests.builder.instance_objects import tags
from tests.builder.system import System
from tests.builder.vpc_model import Subnet


def subnets(c: System) -> Object:
    """``ec2 describe-subnets`` of the VPC."""
    return {"Subnets": [_subnet(c, subnet) for subnet in c.subnets]}


def _subnet(c: System, subnet: Subnet) -> Object:
    return {
        "SubnetId": subnet.id,
        "VpcId": c.vpc_id,
        "AvailabilityZone": subnet.zone,
        "CidrBlock": str(subnet.cidr),
        "AvailableIpAddressCount": subnet.free,
        "State": "available",
        "OwnerId": c.account,
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": subnet.public,
        "Ipv6CidrBlockAssociationSet": [],
        "Tags": tags(subnet.tags),
    }


def reservations(subnet: Subnet) -> Object:
    """``ec2 get-subnet-cidr-reservations`` of one subnet."""
    return {
        "SubnetIpv4CidrReservations": [
            {
                "SubnetCidrReservationId": f"scr-0{digits(16, subnet.id, cidr)}",
                "SubnetId": subnet.id,
                "Cidr": cidr,
                "ReservationType": kind,
                "OwnerId": "111122223333",
            }
            for kind, cidr in subnet.reservations
        ],
        "SubnetIpv6CidrReservations": [],
    }


def vpcs(c: System) -> Object:
    """``ec2 describe-vpcs``."""
    return {
        "Vpcs": [
            {
                "VpcId": c.vpc_id,
                "CidrBlock": c.vpc_cidrs[0],
                "State": "available",
                "OwnerId": c.account,
                "IsDefault": False,
                "InstanceTenancy": "default",
                "CidrBlockAssociationSet": [
                    {
                        "AssociationId": f"vpc-cidr-assoc-0{digits(16, c.name, cidr)}",
                        "CidrBlock": cidr,
                        "CidrBlockState": {"State": "associated"},
                    }
                    for cidr in c.vpc_cidrs
                ],
                "Tags": tags({"Name": c.name}),
            }
        ]
    }


def route_tables(c: System) -> Object:
    """``ec2 describe-route-tables``: the VPC's main table, and one that serves every private subnet."""
    local = [
        {
            "DestinationCidrBlock": cidr,
            "GatewayId": "local",
            "Origin": "CreateRouteTable",
            "State": "active",
        }
        for cidr in c.vpc_cidrs
    ]
    out = {
        "DestinationCidrBlock": "0.0.0.0/0",
        "TransitGatewayId": f"tgw-0{digits(16, c.name)}",
        "Origin": "CreateRoute",
        "State": "active",
    }
    private = f"rtb-0{digits(16, c.name, 'private')}"
    main = f"rtb-0{digits(16, c.name, 'main')}"
    return {
        "RouteTables": [
            {
                "RouteTableId": main,
                "VpcId": c.vpc_id,
                "OwnerId": c.account,
                "Associations": [_association(main, None)],
                "Routes": local,
                "PropagatingVgws": [],
                "Tags": [],
            },
            {
                "RouteTableId": private,
                "VpcId": c.vpc_id,
                "OwnerId": c.account,
                "Associations": [_association(private, s.id) for s in c.subnets if not s.public],
                "Routes": [*local, out, *c.extra_routes],
                "PropagatingVgws": [],
                "Tags": tags({"Name": f"{c.name}-private"}),
            },
        ]
    }


def _association(table: str, subnet: str | None) -> Object:
    found: Object = {
        "Main": subnet is None,
        "RouteTableAssociationId": f"rtbassoc-0{digits(16, table, subnet)}",
        "RouteTableId": table,
        "AssociationState": {"State": "associated"},
    }
    return found | ({"SubnetId": subnet} if subnet else {})


def security_groups(c: System) -> Object:
    """``ec2 describe-security-groups`` of the VPC."""
    everywhere = {
        "IpProtocol": "-1",
        "UserIdGroupPairs": [],
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
    }
    return {
        "SecurityGroups": [
            {
                "GroupId": group.id,
                "GroupName": group.name,
                "Description": group.description,
                "VpcId": c.vpc_id,
                "OwnerId": c.account,
                "IpPermissions": group.ingress,
                "IpPermissionsEgress": [everywhere],
                "Tags": tags(group.tags),
            }
            for group in c.groups
        ]
    }


def quotas() -> Object:
    """``service-quotas list-service-quotas`` of the service ``vpc``."""
    listed = (
        ("L-DF5E4CA3", "Network interfaces per Region", 5000.0),
        ("L-93826ACB", "Routes per route table", 50.0),
        ("L-2AFB9258", "Security groups per network interface", 5.0),
    )
    return {
        "Quotas": [
            {
                "ServiceCode": "vpc",
                "ServiceName": "Amazon Virtual Private Cloud (Amazon VPC)",
                "QuotaCode": code,
                "QuotaName": name,
                "Value": value,
                "Unit": "None",
                "Adjustable": True,
                "GlobalQuota": False,
            }
            for code, name, value in listed
        ]
    }
