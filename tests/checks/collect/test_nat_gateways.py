import pytest

from checks.collect.nat_gateways import read
from checks.collect.source import UnreadError
from checks.parts.aws_account import NatGateways
from tests.checks.collect.told import refusal, told

ASKED = NatGateways.ASKED


def test_reads_the_state_of_each() -> None:
    rows = [{"NatGatewayId": "nat-1", "State": "available"}, {"NatGatewayId": "nat-2", "State": "failed"}]
    assert read(told({ASKED: {"NatGateways": rows}})).state == {"nat-1": "available", "nat-2": "failed"}


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: ec2:DescribeNatGateways"),
        ({ASKED: {"NatGateways": [{"State": "available"}]}}, "unreadable: "),
    ],
)
def test_gateways_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
