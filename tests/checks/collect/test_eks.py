import pytest

from checks.collect.eks import read
from checks.collect.source import UnreadError
from checks.parts.aws import EksCluster
from tests.checks.collect.told import refusal, told

ASKED = EksCluster.ASKED


def cluster(**fields: object) -> EksCluster:
    return read(told({ASKED: {"cluster": {"name": "demo", **fields}}}))


def test_reads_networks_and_groups() -> None:
    got = cluster(
        version="1.29",
        endpoint="https://example.eks.amazonaws.com",
        resourcesVpcConfig={
            "vpcId": "vpc-1",
            "subnetIds": ["subnet-a", "subnet-b"],
            "securityGroupIds": [],
            "clusterSecurityGroupId": "sg-1",
            "endpointPrivateAccess": True,
        },
        kubernetesNetworkConfig={"serviceIpv4Cidr": "10.100.0.0/16", "ipFamily": "ipv4"},
        remoteNetworkConfig={"remotePodNetworks": [{"cidrs": ["10.90.0.0/16"]}, {"cidrs": ["10.91.0.0/16"]}]},
        health={"issues": [{"code": "Ec2SubnetNotFound", "message": "…"}]},
    )
    assert (got.name, got.version, got.service_cidr, got.ip_family) == (
        "demo",
        "1.29",
        "10.100.0.0/16",
        "ipv4",
    )
    assert (got.vpc_id, got.subnet_ids) == ("vpc-1", ("subnet-a", "subnet-b"))
    assert (got.cluster_security_group, got.security_groups) == ("sg-1", ())
    assert got.remote_pod_cidrs == ("10.90.0.0/16", "10.91.0.0/16")
    assert got.health_issues == ("Ec2SubnetNotFound",)
    assert not got.auto_mode


def test_knows_auto_mode() -> None:
    assert cluster(computeConfig={"enabled": True}).auto_mode
    assert not cluster(computeConfig={"enabled": False}).auto_mode


def test_what_is_not_told_is_unknown() -> None:
    assert cluster(kubernetesNetworkConfig=None, resourcesVpcConfig={}) == EksCluster(name="demo")


def test_a_cluster_of_ipv6_has_no_ipv4_services() -> None:
    got = cluster(kubernetesNetworkConfig={"serviceIpv6Cidr": "fd00::/108", "ipFamily": "ipv6"})
    assert (got.service_cidr, got.ip_family) == (None, "ipv6")


def test_a_refusal_says_what_to_grant() -> None:
    with pytest.raises(UnreadError) as caught:
        read(told({ASKED: refusal(ASKED)}))
    assert caught.value.reason == "refused: eks:DescribeCluster (AccessDeniedException)"
    assert caught.value.grant == "eks:DescribeCluster in the bot's IAM policy"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"cluster": {}},
        {"cluster": {"name": 7}},
        b"An error occurred",
        {"cluster": {"name": "a", "health": []}},
        {"cluster": {"name": "a", "kubernetesNetworkConfig": {"serviceIpv4Cidr": "soon"}}},
    ],
)
def test_an_answer_of_another_form_is_unreadable(answer: object) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read(told({ASKED: answer}))
