import pytest

from checks.collect.interfaces import read
from checks.collect.source import UnreadError
from checks.parts.vpc import Interface, Interfaces
from tests.builder.clock import ago
from tests.checks.collect.told import refusal, told

ASKED = Interfaces.ASKED


def interface(**fields: object) -> Interface:
    raw = {"NetworkInterfaceId": "eni-1", **fields}
    [found] = read(told({ASKED: {"NetworkInterfaces": [raw]}})).items
    return found


def test_reads_an_interface_of_a_node() -> None:
    got = interface(
        SubnetId="subnet-a",
        VpcId="vpc-1",
        AvailabilityZone="eu-west-1a",
        PrivateIpAddress="10.40.3.17",
        PrivateIpAddresses=[
            {"Primary": False, "PrivateIpAddress": "10.40.3.21"},
            {"Primary": True, "PrivateIpAddress": "10.40.3.17"},
        ],
        Ipv4Prefixes=[{"Ipv4Prefix": "10.40.3.32/28"}],
        Status="in-use",
        InterfaceType="interface",
        Description="Cilium-CNI (i-1)",
        Attachment={
            "InstanceId": "i-1",
            "DeviceIndex": 1,
            "NetworkCardIndex": 0,
            "Status": "attached",
            "AttachTime": "2026-11-22T08:40:00+00:00",
        },
        Groups=[{"GroupId": "sg-1"}],
        SourceDestCheck=True,
        RequesterManaged=False,
        TagSet=[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}],
    )
    assert got == Interface(
        id="eni-1",
        subnet_id="subnet-a",
        vpc_id="vpc-1",
        zone="eu-west-1a",
        ips=("10.40.3.17", "10.40.3.21"),
        prefixes=("10.40.3.32/28",),
        description="Cilium-CNI (i-1)",
        instance_id="i-1",
        device_index=1,
        card_index=0,
        attached_at=ago(minutes=20),
        security_groups=("sg-1",),
        source_dest_check=True,
        tags=(("a", "1"), ("b", "2")),
    )


def test_a_detached_interface_is_on_no_instance() -> None:
    got = interface(Status="available", PrivateIpAddress="10.40.3.9", RequesterManaged=True)
    assert (got.status, got.instance_id, got.device_index, got.ips) == (
        "available",
        None,
        None,
        ("10.40.3.9",),
    )
    assert got.requester_managed


def test_leaves_ipv6_out() -> None:
    got = interface(PrivateIpAddress="2001:db8::9", Ipv4Prefixes=None)
    assert (got.ips, got.prefixes) == ((), ())


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: ec2:DescribeNetworkInterfaces"),
        (
            {ASKED: {"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "PrivateIpAddress": "ten"}]}},
            "unreadable: ",
        ),
        (
            {
                ASKED: {
                    "NetworkInterfaces": [
                        {"NetworkInterfaceId": "eni-1", "Ipv4Prefixes": [{"Ipv4Prefix": "x"}]}
                    ]
                }
            },
            "unreadable: ",
        ),
        ({ASKED: {"NetworkInterfaces": {}}}, "unreadable: "),
    ],
)
def test_interfaces_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
