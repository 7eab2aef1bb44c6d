import pytest

from checks.collect.source import UnreadError
from checks.collect.subnets import read
from checks.parts.vpc import Subnet, Subnets
from tests.checks.collect.told import refusal, told

ASKED = Subnets.ASKED


def test_reads_subnets_by_id() -> None:
    raw = {
        "SubnetId": "subnet-a",
        "VpcId": "vpc-1",
        "AvailabilityZone": "eu-west-1a",
        "CidrBlock": "10.40.3.0/24",
        "AvailableIpAddressCount": 0,
        "Tags": [{"Key": "pods", "Value": "yes"}, {"Key": "bare"}],
    }
    assert read(told({ASKED: {"Subnets": [{"SubnetId": "subnet-b"}, raw]}})).by_id == {
        "subnet-a": Subnet(
            id="subnet-a",
            vpc_id="vpc-1",
            zone="eu-west-1a",
            cidr="10.40.3.0/24",
            free=0,
            tags=(("bare", ""), ("pods", "yes")),
        ),
        "subnet-b": Subnet(id="subnet-b"),
    }


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: ec2:DescribeSubnets"),
        ({ASKED: {"Subnets": [{"SubnetId": "subnet-a", "AvailableIpAddressCount": "many"}]}}, "unreadable: "),
        ({ASKED: {"Subnets": [{"SubnetId": "subnet-a", "CidrBlock": "10.40.3.0"}, {}]}}, "unreadable: "),
    ],
)
def test_subnets_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))


def test_no_subnets_are_an_answer() -> None:
    assert read(told({ASKED: {"Subnets": []}})) == Subnets()
