"""Figures of subnets: what is not known is null."""

import pytest

from checks.collect.gather import gather
from checks.facts import facts_of
from checks.report import SubnetFacts
from tests.builder import Cluster, MemorySource

RESERVATIONS = "aws/ec2/get-subnet-cidr-reservations/"


def cluster(mode: str = "eni") -> Cluster:
    made = Cluster(mode=mode)
    made.nodes(3, type="m5.large", max_pods=29)
    made.workload("shop/api", 6)
    return made


def subnets(source: MemorySource) -> dict[str, SubnetFacts]:
    return {subnet.id: subnet for subnet in facts_of(gather(source)).subnets}


def test_free_blocks_are_unknown_where_the_reservations_were_refused() -> None:
    whole = subnets(cluster().source())
    assert all(subnet.free_prefixes for subnet in whole.values())
    one = sorted(whole)[0]
    told = subnets(cluster().source().refuse(f"{RESERVATIONS}{one}"))
    assert [told[name].free_prefixes is None for name in sorted(told)] == [
        name == one for name in sorted(told)
    ]
    for subnet in subnets(cluster().source().refuse(RESERVATIONS)).values():
        assert subnet.free_prefixes is None


def test_no_free_block_is_none_whatever_is_reserved() -> None:
    made = cluster()
    made.fragment_subnet("eu-west-1a")
    told = subnets(made.source().refuse(RESERVATIONS))
    assert 0 in {subnet.free_prefixes for subnet in told.values()}


@pytest.mark.parametrize(
    ("mode", "chained", "used"),
    [("eni", False, True), ("cluster-pool", False, False), ("cluster-pool", True, False)],
)
def test_pods_take_addresses_of_subnets_only_where_they_have_them_from_there(
    mode: str, chained: bool, used: bool
) -> None:
    made = cluster(mode)
    if chained:
        made.config["cni-chaining-mode"] = "aws-cni"
    assert {subnet.used_by_pods for subnet in subnets(made.source()).values()} >= {used}


def test_the_pods_themselves_tell_where_another_plug_in_finds_their_addresses() -> None:
    made = cluster("eni")
    made.config["cni-chaining-mode"] = "aws-cni"
    source = made.source()
    assert True in {subnet.used_by_pods for subnet in subnets(source).values()}
    unread = subnets(source.refuse("kubernetes/api/v1/pods"))
    assert {subnet.used_by_pods for subnet in unread.values()} == {None}
