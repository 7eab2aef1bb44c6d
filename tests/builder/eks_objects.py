"""EKS's answers about a built cluster, in the shapes that the AWS CLI prints."""

from tests.builder.clock import Object, ago, aws_stamp, digits
from tests.builder.system import System


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
