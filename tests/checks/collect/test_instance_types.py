import pytest

from checks.collect.instance_types import read
from checks.collect.source import UnreadError
from checks.parts.aws import InstanceType, InstanceTypes
from tests.checks.collect.told import Object, refusal, told

ASKED = InstanceTypes.ASKED


def kind(name: str, enis: int, each: int, *cards: int, **fields: object) -> Object:
    network: Object = {"MaximumNetworkInterfaces": enis, "Ipv4AddressesPerInterface": each}
    if cards:
        network["NetworkCards"] = [
            {"NetworkCardIndex": index, "MaximumNetworkInterfaces": most} for index, most in enumerate(cards)
        ]
    return {"InstanceType": name, "NetworkInfo": network, **fields}


def only(answer: Object) -> InstanceType:
    [found] = read(told({ASKED: {"InstanceTypes": [answer]}})).by_name.values()
    return found


def test_reads_the_limits_of_a_type() -> None:
    medium = kind(
        "t3.medium",
        3,
        6,
        3,
        Hypervisor="nitro",
        BareMetal=False,
        VCpuInfo={"DefaultVCpus": 2},
        MemoryInfo={"SizeInMiB": 4096},
    )
    assert only(medium) == InstanceType(
        name="t3.medium", enis=3, enis_total=3, ipv4_per_eni=6, hypervisor="nitro", vcpus=2, memory_mib=4096
    )


def test_counts_the_interfaces_of_the_first_card_only() -> None:
    got = only(kind("p4d.24xlarge", 60, 50, 15, 15, 15, 15, Hypervisor="nitro"))
    assert (got.enis, got.enis_total) == (15, 60)


def test_takes_the_total_where_no_card_is_listed() -> None:
    assert only(kind("m4.large", 2, 10, Hypervisor="xen")).enis == 2


def test_knows_where_prefixes_are_possible() -> None:
    assert only(kind("m5.large", 3, 10, Hypervisor="nitro")).prefixes_possible
    assert only(kind("m5.metal", 15, 50, BareMetal=True)).prefixes_possible
    assert not only(kind("m4.large", 2, 10, Hypervisor="xen")).prefixes_possible


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: ec2:DescribeInstanceTypes"),
        ({ASKED: {"InstanceTypes": [{"InstanceType": "m5.large"}]}}, "unreadable: "),
        ({ASKED: {"InstanceTypes": [kind("m5.large", 3, 10) | {"BareMetal": "no"}]}}, "unreadable: "),
    ],
)
def test_types_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
