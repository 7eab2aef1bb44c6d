"""EC2's answers about a built cluster's instances and network interfaces, as the AWS CLI prints them."""

from collections.abc import Iterable

from tests.builder.clock import Object, aws_stamp, digits
from tests.builder.instance_types import TYPES
from tests.builder.model import Node
from tests.builder.system import System
from tests.builder.vpc_model import Eni, Labels


def tags(labels: Labels) -> list[Object]:
    """``TagSet``."""
    return [{"Key": key, "Value": value} for key, value in sorted(labels.items())]


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
        if eni.attached:
            attachment["AttachTime"] = aws_stamp(eni.attached)
        found["Attachment"] = attachment
    return found
