"""Capacity, attached, allocated and used of a node in each IPAM mode and version."""

from typing import Any

import pytest

from checks.accounts import prefixes_effective
from checks.collect.gather import gather
from checks.parts.cilium import AttachedEni, CiliumNode, EniSpec
from checks.parts.derived import NodeAccount
from tests.builder import Cluster, MemorySource
from tests.checks.hand import M4_LARGE, M5_LARGE, ago, config, eni


def first(told: Cluster | MemorySource) -> NodeAccount:
    source = told.source() if isinstance(told, Cluster) else told
    accounts = gather(source).accounts
    assert accounts is not None
    return accounts.items[0]


def cluster(mode: str, version: str = "1.16.5", kind: str = "m5.large", **options: object) -> Cluster:
    made = Cluster(mode=mode, cilium=version, **options)  # type: ignore[arg-type] # the builder's own options
    made.nodes(3, type=kind, max_pods=29)
    return made


@pytest.mark.parametrize(
    ("kind", "plain", "prefixed"),
    [
        ("t3.small", 9, 144),
        ("t3.medium", 15, 240),
        ("m5.large", 27, 432),
        ("t3.large", 33, 528),
        ("m5.xlarge", 56, 896),
        ("m5.4xlarge", 232, 3712),
    ],
)
@pytest.mark.parametrize("version", ["1.16.5", "1.19.2", "1.20.0"])
def test_eni_capacity_is_what_the_type_could_ever_hold(
    kind: str, plain: int, prefixed: int, version: str
) -> None:
    assert first(cluster("eni", version, kind)).capacity == plain
    assert first(cluster("eni", version, kind, prefix_delegation=True)).capacity == prefixed


@pytest.mark.parametrize("mode", ["cluster-pool", "kubernetes"])
def test_a_block_is_all_that_a_node_ever_holds(mode: str) -> None:
    account = first(cluster(mode))
    assert (account.capacity, account.attached, account.allocated) == (254, 254, 254)


def test_an_unread_type_leaves_the_capacity_unknown_and_not_what_is_attached() -> None:
    account = first(cluster("eni").source().refuse("aws/ec2/describe-instance-types"))
    assert account.capacity is None
    assert account.attached
    assert account.free_for_pods is None


def test_an_unread_configuration_leaves_everything_unknown() -> None:
    account = first(
        cluster("eni").source().refuse("kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config")
    )
    assert (account.capacity, account.attached, account.used) == (None, None, None)


def test_usage_comes_from_the_agent_then_its_metric_then_the_node_then_the_pods() -> None:
    c = cluster("eni")
    c.workload("shop/api", 9)
    asked = []
    source = c.source()
    for path in ("", "cilium/", "kubernetes/apis/cilium.io/v2/ciliumnodes"):
        if path:
            source.drop(path)
        account = first(source)
        asked.append((account.used, account.used_asked.split("/")[-1]))
    assert asked[0][0] == asked[1][0]
    assert [name for _, name in asked] == ["status", "ciliumnodes", "pods"]


def test_from_1_20_on_an_empty_used_map_is_not_zero_used() -> None:
    c = cluster("eni", "1.20.0")
    c.workload("shop/api", 9)
    told = first(c)
    derived = first(c.source().drop("cilium/"))
    assert derived.used == told.used
    assert derived.used_asked.endswith("ciliumnodes")


def test_a_chained_cni_leaves_ciliums_figures_unknown() -> None:
    c = cluster("cluster-pool")
    c.config["cni-chaining-mode"] = "aws-cni"
    account = first(c)
    assert (account.capacity, account.used) == (None, None)


def test_prefixes_are_in_effect_only_where_nothing_stands_against_them() -> None:
    def node(*enis: AttachedEni, **spec: Any) -> CiliumNode:
        return CiliumNode(name="n", created=ago(days=1), enis=enis, eni=EniSpec(**spec))

    on, off = config("eni", aws_enable_prefix_delegation="true"), config("eni")
    held = eni(prefixes=("10.40.3.32/28",))
    assert prefixes_effective(node(held), None, off) is True
    assert prefixes_effective(node(eni()), M5_LARGE, on) is True
    assert prefixes_effective(node(eni(lone=3)), M5_LARGE, on) is False
    assert prefixes_effective(node(eni(lone=3), first_interface_index=1), M5_LARGE, on) is True
    assert prefixes_effective(node(eni()), M4_LARGE, on) is False
    assert prefixes_effective(node(eni(), disable_prefix_delegation=True), M5_LARGE, on) is False
    assert prefixes_effective(node(eni()), M5_LARGE, off) is False
    assert prefixes_effective(node(eni()), None, on) is None
    assert prefixes_effective(node(eni()), M5_LARGE, None) is None
