import json

import pytest

from checks.collect.refusals import aws_refusal, kubernetes_refusal, look
from tests.builder.source import refusal

PODS = "kubernetes/api/v1/pods"
SUBNETS = "aws/ec2/describe-subnets"


def raised(path: str, answer: object) -> tuple[str, str | None, bool] | None:
    error = look(path, json.dumps(answer).encode()).error
    return (error.reason, error.grant, error.missing) if error else None


def test_a_forbidden_list_says_what_to_grant() -> None:
    assert raised(PODS, refusal(PODS)) == (
        "refused: list pods (Forbidden)",
        "list pods, in the bot's ClusterRole",
        False,
    )


def test_not_found_is_told_apart() -> None:
    reason, grant, missing = raised(PODS, refusal(PODS, "NotFound")) or ("", "", False)
    assert (reason, grant, missing) == ("not found: list pods (NotFound)", None, True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (429, "refused: list pods (429)"),
        (500, "refused: list pods (500)"),
        (504, "timed out: list pods (504)"),
        (0, "refused: list pods (no reason given)"),
    ],
)
def test_an_answer_without_a_reason_is_told_by_its_status(code: int, reason: str) -> None:
    error = kubernetes_refusal(PODS, code)
    assert (error.reason, error.grant) == (reason, None)


def test_no_words_of_the_server_but_a_reason_are_repeated() -> None:
    error = kubernetes_refusal(PODS, 403, "Bearer eyJhbGciOi <b>\n")
    assert error.reason == "refused: list pods (403)"


@pytest.mark.parametrize(
    ("code", "reason", "grant"),
    [
        (
            "UnauthorizedOperation",
            "refused: ec2:DescribeSubnets (UnauthorizedOperation)",
            "ec2:DescribeSubnets in the bot's IAM policy",
        ),
        (
            "AccessDeniedException",
            "refused: ec2:DescribeSubnets (AccessDeniedException)",
            "ec2:DescribeSubnets in the bot's IAM policy",
        ),
        ("RequestLimitExceeded", "refused: ec2:DescribeSubnets (RequestLimitExceeded)", None),
        ("ExpiredToken", "refused: ec2:DescribeSubnets (ExpiredToken)", "valid AWS credentials for the bot"),
        ("ConnectTimeout", "timed out: ec2:DescribeSubnets (ConnectTimeout)", None),
        ("two words\n", "refused: ec2:DescribeSubnets (no code given)", None),
    ],
)
def test_aws_errors_are_told_by_their_code(code: str, reason: str, grant: str | None) -> None:
    error = aws_refusal(SUBNETS, code)
    assert (error.reason, error.grant, error.missing) == (reason, grant, False)


def test_an_unknown_cluster_is_not_found() -> None:
    assert aws_refusal("aws/eks/describe-cluster", "ResourceNotFoundException").missing


@pytest.mark.parametrize("path", ["cilium/a/status", "cilium/a/metrics.prom", "cilium/a/log.txt"])
def test_agents_refusals_are_told_in_one_clean_line(path: str) -> None:
    reason, grant, _ = raised(path, {"error": "pods \x1b[31m\nis forbidden " + "x" * 900}) or ("", "", False)
    assert reason.startswith(f"refused: {path} (pods [31m is forbidden xxx")
    assert len(reason) < 250
    assert grant is not None


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (PODS, {"kind": "PodList", "items": []}),
        (PODS, {"kind": "Status", "status": "Success"}),
        (PODS, {"kind": 7, "status": {"phase": "Failure"}}),
        (SUBNETS, {"Subnets": [], "Error": None}),
        ("cilium/a/log.txt", {"level": "warn", "error": "no more addresses", "msg": "allocation"}),
        ("helm/values", {"error": "a value of the chart"}),
    ],
)
def test_data_is_no_error(path: str, answer: object) -> None:
    assert raised(path, answer) is None


@pytest.mark.parametrize(
    ("path", "answer", "goes_on"),
    [
        (PODS, {"kind": "PodList", "metadata": {"continue": "abc"}, "items": []}, True),
        (PODS, {"kind": "PodList", "metadata": {"continue": ""}, "items": []}, False),
        (PODS, {"kind": "PodList", "items": [{"metadata": {"continue": "a label"}}]}, False),
        (SUBNETS, {"Subnets": [], "NextToken": "abc"}, True),
        ("aws/eks/list-nodegroups", {"nodegroups": [], "nextToken": "abc"}, True),
        (SUBNETS, {"Subnets": [], "NextToken": None}, False),
    ],
)
def test_tells_whether_a_list_goes_on(path: str, answer: object, goes_on: bool) -> None:
    assert look(path, json.dumps(answer).encode()).goes_on is goes_on
