import pytest

from checks.collect.security_groups import read
from checks.collect.source import UnreadError
from checks.parts.vpc import GroupRule, SecurityGroups
from tests.checks.collect.told import refusal, told

ASKED = SecurityGroups.ASKED


def test_reads_who_may_come_in() -> None:
    raw = {
        "GroupId": "sg-1",
        "GroupName": "nodes",
        "VpcId": "vpc-1",
        "IpPermissions": [
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "111122223333"}]},
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "inside"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
                "PrefixListIds": [{"PrefixListId": "pl-1"}],
            },
        ],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        "Tags": [{"Key": "for", "Value": "nodes"}],
    }
    group = read(told({ASKED: {"SecurityGroups": [raw]}})).by_id["sg-1"]
    assert (group.name, group.vpc_id, group.tags) == ("nodes", "vpc-1", (("for", "nodes"),))
    assert group.ingress == (
        GroupRule(protocol="-1", groups=("sg-1",)),
        GroupRule(protocol="tcp", from_port=443, to_port=443, cidrs=("10.0.0.0/8",), prefix_lists=("pl-1",)),
    )


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: ec2:DescribeSecurityGroups"),
        (
            {ASKED: {"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": 6}]}]}},
            "unreadable: ",
        ),
        ({ASKED: {"SecurityGroups": "none"}}, "unreadable: "),
    ],
)
def test_groups_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))


def test_a_group_without_rules_lets_nobody_in() -> None:
    assert read(told({ASKED: {"SecurityGroups": [{"GroupId": "sg-1"}]}})).by_id["sg-1"].ingress == ()
