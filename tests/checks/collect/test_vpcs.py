import pytest

from checks.collect.source import UnreadError
from checks.collect.vpcs import read
from checks.parts.vpc import Vpcs
from tests.checks.collect.told import Object, refusal, told

ASKED = Vpcs.ASKED


def associated(cidr: str, state: str = "associated") -> Object:
    return {"CidrBlock": cidr, "CidrBlockState": {"State": state}}


def test_reads_every_range_with_the_primary_first() -> None:
    raw = {
        "VpcId": "vpc-1",
        "CidrBlock": "10.40.0.0/16",
        "CidrBlockAssociationSet": [
            associated("100.64.0.0/16"),
            associated("10.40.0.0/16"),
            associated("10.50.0.0/16", "disassociated"),
            {"CidrBlock": "10.60.0.0/16"},
        ],
        "Ipv6CidrBlockAssociationSet": [],
    }
    assert read(told({ASKED: {"Vpcs": [raw]}})).cidrs == {
        "vpc-1": ("10.40.0.0/16", "100.64.0.0/16", "10.60.0.0/16")
    }


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: ec2:DescribeVpcs"),
        ({ASKED: {"Vpcs": [{"CidrBlock": "10.40.0.0/16"}]}}, "unreadable: "),
        ({ASKED: {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.40.0.0/16/16"}]}}, "unreadable: "),
    ],
)
def test_ranges_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
