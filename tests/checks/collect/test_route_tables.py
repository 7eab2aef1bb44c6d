import pytest

from checks.collect.route_tables import read
from checks.collect.source import UnreadError
from checks.parts.vpc import Route, RouteTables
from tests.checks.collect.told import Object, refusal, told

ASKED = RouteTables.ASKED


def routes(*raw: Object) -> list[tuple[str, str, str]]:
    [table] = read(told({ASKED: {"RouteTables": [{"RouteTableId": "rtb-1", "Routes": [*raw]}]}})).items
    return [(route.destination, route.target, route.state) for route in table.routes]


def test_reads_where_each_range_goes() -> None:
    assert routes(
        {"DestinationCidrBlock": "10.40.0.0/16", "GatewayId": "local", "State": "active"},
        {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"},
        {
            "DestinationCidrBlock": "10.0.1.0/24",
            "InstanceId": "i-1",
            "NetworkInterfaceId": "eni-1",
            "State": "blackhole",
        },
        {"DestinationCidrBlock": "10.9.0.0/16", "TransitGatewayId": "tgw-1"},
        {"DestinationCidrBlock": "10.8.0.0/16", "VpcPeeringConnectionId": "pcx-1"},
        {"DestinationCidrBlock": "10.7.0.0/16"},
    ) == [
        ("10.40.0.0/16", "local", "active"),
        ("0.0.0.0/0", "nat-1", "active"),
        ("10.0.1.0/24", "eni-1", "blackhole"),
        ("10.9.0.0/16", "tgw-1", "active"),
        ("10.8.0.0/16", "pcx-1", "active"),
        ("10.7.0.0/16", "", "active"),
    ]


def test_leaves_out_routes_that_name_no_ipv4_range() -> None:
    assert (
        routes(
            {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"},
            {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"},
        )
        == []
    )


def test_knows_the_main_table_and_whom_the_others_serve() -> None:
    main = {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": True}]}
    pods = {
        "RouteTableId": "rtb-2",
        "VpcId": "vpc-1",
        "Associations": [{"Main": False, "SubnetId": "subnet-a"}, {"Main": False, "GatewayId": "vgw-1"}],
        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}],
    }
    got = read(told({ASKED: {"RouteTables": [pods, main]}}))
    own, fallback = got.of("subnet-a", "vpc-1"), got.of("subnet-b", "vpc-1")
    assert own is not None
    assert (own.id, own.routes) == ("rtb-2", (Route(destination="0.0.0.0/0", target="igw-1"),))
    assert fallback is not None
    assert fallback.id == "rtb-1"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: ec2:DescribeRouteTables"),
        (
            {ASKED: {"RouteTables": [{"RouteTableId": "r", "Routes": [{"DestinationCidrBlock": "x"}]}]}},
            "unreadable: ",
        ),
        ({ASKED: {"RouteTables": [{"Routes": []}]}}, "unreadable: "),
    ],
)
def test_tables_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
