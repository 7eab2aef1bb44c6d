import pytest

from checks.collect.source import UnreadError
from checks.collect.vpc_endpoints import read
from checks.parts.aws_account import VpcEndpoint, VpcEndpoints
from tests.checks.collect.told import refusal, told

ASKED = VpcEndpoints.ASKED


def test_reads_services_and_states() -> None:
    ec2 = "com.amazonaws.eu-west-1.ec2"
    rows = [
        {"VpcEndpointId": "vpce-2", "ServiceName": "s3", "State": "pending", "VpcEndpointType": "Gateway"},
        {
            "VpcEndpointId": "vpce-1",
            "ServiceName": ec2,
            "State": "Available",
            "VpcEndpointType": "Interface",
            "VpcId": "vpc-1",
            "PrivateDnsEnabled": True,
        },
    ]
    assert read(told({ASKED: {"VpcEndpoints": rows}})).items == (
        VpcEndpoint(id="vpce-1", service=ec2, state="available", vpc_id="vpc-1", private_dns=True),
        VpcEndpoint(id="vpce-2", service="s3", state="pending", type="Gateway"),
    )


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: ec2:DescribeVpcEndpoints"),
        ({ASKED: {"VpcEndpoints": [{"VpcEndpointId": "vpce-1"}]}}, "unreadable: "),
    ],
)
def test_endpoints_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
