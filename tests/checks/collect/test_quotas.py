import pytest

from checks.collect.quotas import read
from checks.collect.source import UnreadError
from checks.parts.aws_account import INTERFACES_PER_REGION, Quotas
from tests.checks.collect.told import refusal, told

ASKED = Quotas.ASKED


def test_reads_applied_values_by_code() -> None:
    rows = [
        {"QuotaCode": INTERFACES_PER_REGION, "QuotaName": "Network interfaces per Region", "Value": 6000.0},
        {"QuotaCode": "L-1", "Value": None},
    ]
    assert read(told({ASKED: {"Quotas": rows}})).values == {INTERFACES_PER_REGION: 6000.0}


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: servicequotas:ListServiceQuotas"),
        ({ASKED: {"Quotas": [{"Value": 5}]}}, "unreadable: "),
    ],
)
def test_quotas_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
