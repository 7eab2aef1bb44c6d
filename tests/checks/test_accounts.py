"""Capacity, attached, allocated and used of a node in each IPAM mode and version."""

from typing import Any

import pytest

from checks.accounts import prefixes_effective
from checks.collect.gather import gather
from checks.parts.cilium_nodes import AttachedEni, CiliumNode, EniSpec
from checks.parts.derived import NodeAccount
from tests.builder import Cluster, MemorySource, items
from tests.builder.joining import unserved
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


def test_a_node_that_was_given_no_address_uses_none_and_owes_its_agent_two() -> None:
    made = cluster("eni")
    [new] = made.nodes(1, type="m5.large", max_pods=29)
    unserved(made, [new])
    accounts = made.snapshot().accounts
    assert accounts is not None
    account = accounts.by_node[new.name]
    assert (account.attached, account.used, account.capacity, account.free_for_pods) == (0, 0, 27, 25)


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


def test_an_agent_that_writes_pools_is_recent_whatever_the_daemonset_asks_for() -> None:
    c = cluster("eni", "1.20.0", prefix_delegation=True)
    c.workload("shop/api", 9)
    source = c.source().drop("cilium/")
    recent = first(source)
    rolled_back = first(source.edit("kubernetes/apis/apps/v1/daemonsets", ask_for_1_19))
    assert (rolled_back.allocated, rolled_back.used) == (recent.allocated, recent.used)
    assert rolled_back.used_asked.endswith("ciliumnodes")


def ask_for_1_19(daemonsets: dict[str, list[Any]]) -> None:
    [agent] = [item for item in daemonsets["items"] if item["metadata"]["name"] == "cilium"]
    agent["spec"]["template"]["spec"]["containers"][0]["image"] = "quay.io/cilium/cilium:v1.19.5"


def test_a_node_without_a_cilium_node_was_given_no_block() -> None:
    source = (
        cluster("cluster-pool")
        .source()
        .edit("kubernetes/apis/cilium.io/v2/ciliumnodes", lambda answer: items(answer).pop(0))
    )
    account = first(source)
    assert (account.capacity, account.attached, account.allocated) == (0, 0, 0)


def test_a_node_that_gave_up_on_prefixes_keeps_those_it_has_and_grows_by_one() -> None:
    def gave_up(answer: dict[str, list[Any]]) -> None:
        node = answer["items"][0]
        enis = node["status"]["eni"]["enis"]
        plain = {"id": "eni-plain", "number": 1, "ip": "10.40.9.9", "addresses": ["10.40.9.10"]}
        node["status"]["eni"]["enis"] = {**enis, "eni-plain": plain}

    source = cluster("eni", "1.19.2", prefix_delegation=True).source()
    whole = first(source)
    assert whole.capacity == 432
    told = first(source.edit("kubernetes/apis/cilium.io/v2/ciliumnodes", gave_up))
    assert whole.attached is not None
    assert told.capacity == 27 + whole.attached // 16 * 15


def test_a_primary_address_in_use_is_no_plain_address() -> None:
    node = CiliumNode(
        name="n",
        created=ago(days=1),
        enis=(AttachedEni(id="eni-1", ip="10.40.3.1", addresses=("10.40.3.1",), lone=("10.40.3.1",)),),
        eni=EniSpec(use_primary_address=True),
    )
    assert prefixes_effective(node, M5_LARGE, config("eni", aws_enable_prefix_delegation="true")) is True
