import json

import pytest

from checks.collect.cloudtrail import read
from checks.collect.source import UnreadError
from checks.parts.aws_account import ApiCall, ApiCalls
from checks.parts.cilium import CiliumConfig
from tests.builder.clock import ago, stamp
from tests.checks.collect.told import Object, refusal, told

ASKED = ApiCalls.ASKED
ROLE = "arn:aws:sts::111122223333:assumed-role/shop-operator/cilium"


def event(minutes: float, **record: object) -> Object:
    return {
        "EventName": "CreateNetworkInterface",
        "EventTime": stamp(ago(minutes=minutes)),
        "Username": "cilium",
        "CloudTrailEvent": json.dumps(record),
    }


def test_reads_who_was_refused_what_the_newest_last() -> None:
    denied = {"errorCode": "Client.UnauthorizedOperation", "errorMessage": "You are not authorized"}
    rows = [event(2, **denied, userIdentity={"arn": ROLE, "type": "AssumedRole"}), event(9)]
    answers = {
        f"{ASKED}/CreateNetworkInterface": {"Events": rows},
        f"{ASKED}/DescribeRouteTables": refusal(f"{ASKED}/DescribeRouteTables"),
    }
    got = read(told(answers))
    assert got.by_name == {
        "CreateNetworkInterface": (
            ApiCall(name="CreateNetworkInterface", time=ago(minutes=9)),
            ApiCall(
                name="CreateNetworkInterface",
                time=ago(minutes=2),
                error_code="Client.UnauthorizedOperation",
                error_message="You are not authorized",
                principal=ROLE,
            ),
        )
    }
    assert got.errors == {"DescribeRouteTables": "refused: cloudtrail:LookupEvents (AccessDeniedException)"}


@pytest.mark.parametrize(("mode", "asked"), [("eni", True), ("cluster-pool", False), ("", True)])
def test_is_asked_only_where_the_operator_calls_ec2(mode: str, asked: bool) -> None:
    answers: Object = {f"{ASKED}/CreateTags": {"Events": []}}
    if mode:
        answers[CiliumConfig.ASKED] = {"kind": "ConfigMap", "data": {"ipam": mode}}
    if asked:
        assert read(told(answers)) == ApiCalls(by_name={"CreateTags": ()})
    else:
        with pytest.raises(UnreadError, match="not asked: in mode cluster-pool"):
            read(told(answers))


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({f"{ASKED}/A": refusal(f"{ASKED}/A")}, "refused: cloudtrail:LookupEvents"),
        ({f"{ASKED}/A": {"Events": [{"EventName": "A"}]}}, "unreadable: "),
        ({f"{ASKED}/A": {"Events": [{**event(1), "CloudTrailEvent": "{"}]}}, "unreadable: CloudTrailEvent"),
    ],
)
def test_calls_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
