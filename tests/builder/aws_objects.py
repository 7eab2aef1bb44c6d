"""AWS's answers about a built cluster, in the shapes that the AWS CLI prints."""

from collections.abc import Iterable

from tests.builder.clock import Object, ago, aws_stamp, digits
from tests.builder.instance_types import TYPES
from tests.builder.model import Eni, Labels, Node, Subnet
from tests.builder.system import System


def tags(labels: Labels) -> list[Object]:
    """``TagSet``."""
    return [{"Key": key, "Value": value} for key, value in sorted(labels.items())]


def cluster(c: System) -> Object:
    """``eks describe-cluster``."""
    private = [subnet.id for subnet in c.subnets if not subnet.public]
    return {
        "cluster": {
            "name": c.name,
            "arn": f"arn:aws:eks:{c.region}:{c.account}:cluster/{c.name}",
            "createdAt": aws_stamp(ago(days=32)),
            "version": c.kubernetes,
            "endpoint": f"https://{c.endpoint_host}",
            "roleArn": f"arn:aws:iam::{c.account}:role/{c.name}-cluster",
            "resourcesVpcConfig": {
                "subnetIds": private,
                "securityGroupIds": [],
                "clusterSecurityGroupId": c.groups[0].id,
                "vpcId": c.vpc_id,
                "endpointPublicAccess": False,
                "endpointPrivateAccess": True,
                "publicAccessCidrs": [],
            },
            "kubernetesNetworkConfig": {
                "serviceIpv4Cidr": str(c.services_cidr),
                "ipFamily": "ipv4",
                "elasticLoadBalancing": {"enabled": False},
            },
            "status": "ACTIVE",
            "platformVersion": "eks.14",
            "health": {"issues": []},
            "accessConfig": {"authenticationMode": "API"},
            "computeConfig": {"enabled": False},
            "tags": {},
        }
    }


def nodegroup(c: System, name: str) -> Object:
    """``eks describe-nodegroup`` of one group."""
    members = [node for node in c.node_list if node.nodegroup == name]
    return {
        "nodegroup": {
            "nodegroupName": name,
            "nodegroupArn": f"arn:aws:eks:{c.region}:{c.account}:nodegroup/{c.name}/{name}/{digits(8, name)}",
            "clusterName": c.name,
            "version": c.kubernetes,
            "status": "ACTIVE",
            "capacityType": "ON_DEMAND",
            "scalingConfig": {
                "minSize": 1,
                "maxSize": max(2 * len(members), 2),
                "desiredSize": len(members),
            },
            "instanceTypes": sorted({node.type.name for node in members}),
            "subnets": sorted({node.subnet.id for node in members}),
            "amiType": "AL2023_x86_64_STANDARD",
            "nodeRole": f"arn:aws:iam::{c.account}:role/{c.name}-node",
            "diskSize": 20,
            "health": {"issues": []},
            "taints": [],
            "tags": {},
        }
    }


def addon(c: System, name: str, version: str, status: str) -> Object:
    """``eks describe-addon`` of one add-on."""
    return {
        "addon": {
            "addonName": name,
            "clusterName": c.name,
            "status": status,
            "addonVersion": version,
            "health": {"issues": []},
            "addonArn": f"arn:aws:eks:{c.region}:{c.account}:addon/{c.name}/{name}/{digits(8, name)}",
            "createdAt": aws_stamp(ago(days=31)),
            "modifiedAt": aws_stamp(ago(days=31)),
            "tags": {},
        }
    }


def instance_types(c: System) -> Object:
    """``ec2 describe-instance-types`` of the types in use."""
    used = sorted({node.type.name for node in c.node_list})
    return {"InstanceTypes": [TYPES[name].answer() for name in used]}


def instances(c: System) -> Object:
    """``ec2 describe-instances`` of the cluster's nodes."""
    return {
        "Reservations": [
            {
                "ReservationId": f"r-0{digits(16, node.instance_id, 'r')}",
                "OwnerId": c.account,
                "Instances": [_instance(c, node)],
            }
            for node in c.node_list
            if node.instance
        ]
    }


def _groups(c: System, ids: Iterable[str]) -> list[Object]:
    names = {group.id: group.name for group in c.groups}
    return [{"GroupName": names.get(group, group), "GroupId": group} for group in ids]


def _instance(c: System, node: Node) -> Object:
    primary = node.enis[0]
    return {
        "InstanceId": node.instance_id,
        "InstanceType": node.type.name,
        "ImageId": f"ami-0{digits(16, 'ami', node.type.arch)}",
        "LaunchTime": aws_stamp(node.created),
        "State": {"Code": 16, "Name": "running"},
        "Placement": {"AvailabilityZone": node.zone, "Tenancy": "default"},
        "PrivateIpAddress": node.ip,
        "PrivateDnsName": node.name,
        "SubnetId": node.subnet.id,
        "VpcId": c.vpc_id,
        "Architecture": node.type.arch,
        "SourceDestCheck": node.source_dest_check,
        "SecurityGroups": _groups(c, primary.security_groups),
        "NetworkInterfaces": [_instance_interface(c, eni) for eni in node.enis],
        "MetadataOptions": {
            "State": "applied",
            "HttpTokens": "required",
            "HttpPutResponseHopLimit": 2,
            "HttpEndpoint": "enabled",
        },
        "Tags": tags(
            {
                "Name": f"{c.name}-{node.nodegroup}",
                f"kubernetes.io/cluster/{c.name}": "owned",
                "eks:nodegroup-name": node.nodegroup,
            }
        ),
    }


def _private_addresses(eni: Eni) -> list[Object]:
    """The primary and the lone secondary addresses; EC2 keeps members of a prefix out of this list."""
    return [
        {"Primary": ip == eni.ip, "PrivateIpAddress": ip, "PrivateDnsName": f"ip-{ip.replace('.', '-')}"}
        for ip in [eni.ip, *eni.addresses]
    ]


def _instance_interface(c: System, eni: Eni) -> Object:
    found: Object = {
        "NetworkInterfaceId": eni.id,
        "SubnetId": eni.subnet.id,
        "VpcId": c.vpc_id,
        "PrivateIpAddress": eni.ip,
        "SourceDestCheck": eni.source_dest_check,
        "Status": "in-use",
        "InterfaceType": eni.interface_type,
        "Groups": _groups(c, eni.security_groups),
        "Attachment": {
            "AttachmentId": f"eni-attach-0{digits(16, eni.id)}",
            "DeviceIndex": eni.number,
            "NetworkCardIndex": eni.card,
            "Status": "attached",
            "DeleteOnTermination": True,
        },
        "PrivateIpAddresses": [
            {"Primary": ip == eni.ip, "PrivateIpAddress": ip} for ip in [eni.ip, *eni.addresses]
        ],
    }
    if eni.prefixes:
        found["Ipv4Prefixes"] = [{"Ipv4Prefix": prefix} for prefix in eni.prefixes]
    return found


def interfaces(c: System) -> Object:
    """``ec2 describe-network-interfaces`` of the VPC."""
    own = [eni for node in c.node_list if node.instance for eni in node.enis]
    return {"NetworkInterfaces": [_interface(c, eni) for eni in [*own, *c.control_plane, *c.other_enis]]}


def _interface(c: System, eni: Eni) -> Object:
    found: Object = {
        "NetworkInterfaceId": eni.id,
        "SubnetId": eni.subnet.id,
        "VpcId": c.vpc_id,
        "AvailabilityZone": eni.subnet.zone,
        "Description": eni.description,
        "OwnerId": c.account,
        "MacAddress": eni.mac,
        "PrivateIpAddress": eni.ip,
        "PrivateIpAddresses": _private_addresses(eni),
        "Groups": _groups(c, eni.security_groups),
        "SourceDestCheck": eni.source_dest_check,
        "Status": eni.status,
        "InterfaceType": eni.interface_type,
        "RequesterManaged": eni.requester is not None,
        "TagSet": tags(eni.tags),
    }
    if eni.prefixes:
        found["Ipv4Prefixes"] = [{"Ipv4Prefix": prefix} for prefix in eni.prefixes]
    if eni.requester:
        found["RequesterId"] = eni.requester
    if eni.status == "in-use":
        attachment: Object = {
            "AttachmentId": f"eni-attach-0{digits(16, eni.id)}",
            "DeviceIndex": eni.number if eni.instance_id else 1,
            "NetworkCardIndex": eni.card,
            "Status": "attached",
            "DeleteOnTermination": eni.instance_id is not None,
            "InstanceOwnerId": c.account if eni.instance_id else eni.requester or c.account,
        }
        if eni.instance_id:
            attachment["InstanceId"] = eni.instance_id
        found["Attachment"] = attachment
    return found


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
