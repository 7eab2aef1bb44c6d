import pytest

from checks.collect.iam_simulation import read
from checks.collect.source import UnreadError
from checks.parts.aws_account import IamSimulation
from tests.checks.collect.told import refusal, told

ASKED = IamSimulation.asked("shop-operator")


def test_reads_each_decision_about_the_role() -> None:
    rows = [
        {"EvalActionName": "ec2:CreateTags", "EvalResourceName": "*", "EvalDecision": "allowed"},
        {"EvalActionName": "ec2:DescribeRouteTables", "EvalDecision": "implicitDeny"},
    ]
    got = read(told({ASKED: {"EvaluationResults": rows, "IsTruncated": False}}))
    assert got.by_role == {
        "shop-operator": {"ec2:CreateTags": "allowed", "ec2:DescribeRouteTables": "implicitDeny"}
    }


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: iam:SimulatePrincipalPolicy"),
        ({ASKED: {"EvaluationResults": [{"EvalActionName": "ec2:CreateTags"}]}}, "unreadable: "),
    ],
)
def test_decisions_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
