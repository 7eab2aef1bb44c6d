from typing import Any

import pytest

from checks.collect.gather import gather
from checks.enis.eni_leak_available import eni_leak_available as leak
from checks.model import Confidence, Finding, Kind, Undecided
from checks.parts.aws import EksCluster, Instance, Instances
from checks.parts.vpc import Interface, Interfaces, Subnet, Subnets
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.enis.hand_enis import interfaces, one_node
from tests.checks.hand import (
    META,
    account,
    accounts,
    config,
    eni,
    explained,
    on_nothing,
    only,
    stuck,
    version,
    waiting,
)

GONE = "i-0123456789abcdef0"
RUNNING = Instances(by_id={"i-n1": Instance(id="i-n1")})


def detached(number: int = 1, *, owner: str = GONE, **more: Any) -> Interface:
    made: dict[str, Any] = {
        "id": f"eni-{number}",
        "status": "available",
        "subnet_id": "subnet-a",
        "ips": (f"10.40.0.{number}", f"10.40.1.{number}"),
        "description": f"Cilium-CNI ({owner})",
    }
    return Interface(**(made | more))


def judge(*items: Interface, instances: Instances = RUNNING, **parts: Any) -> list[Finding | Undecided]:
    given: dict[str, Any] = {
        "cilium": config("eni"),
        "eks": EksCluster(name="shop"),
        "nodes": None,
        "cilium_nodes": None,
        "subnets": Subnets(),
        "accounts": None,
        "waiting": None,
        "version": version(),
    }
    return leak(meta=META, interfaces=interfaces(*items), instances=instances, **(given | parts))


def starved(free: int, pods: int) -> dict[str, Any]:
    nodes, mine = one_node(eni(0, lone=9))
    return {
        "nodes": nodes,
        "cilium_nodes": mine,
        "subnets": Subnets(
            by_id={"subnet-a": Subnet(id="subnet-a", vpc_id="vpc-1", zone="eu-west-1a", free=free)}
        ),
        "accounts": accounts(account(attached=9, capacity=27)),
        "waiting": waiting(*stuck(pods)),
    }


def test_warns_of_interfaces_of_instances_that_are_gone() -> None:
    found = only(judge(detached(1), detached(2)))
    assert (found.kind, found.confidence) == (Kind.RISK, Confidence.LIKELY)
    assert "4 addresses" in found.title


@pytest.mark.parametrize(
    "more",
    [
        {"description": f"aws-K8S-{GONE}"},
        {"description": "", "tags": (("node.k8s.amazonaws.com/instance_id", GONE),)},
        {"tags": (("io.cilium/cilium-managed", "true"), ("io.cilium/cluster-name", "shop"))},
    ],
)
def test_knows_whose_they_were(more: dict[str, Any]) -> None:
    assert only(judge(detached(**more)))


def test_finds_the_shortage_that_they_make() -> None:
    found = only(judge(detached(1), detached(2), **starved(free=0, pods=3)))
    assert found.kind is Kind.CAUSE
    assert len(explained(found, "pods-without-ip") or ()) == 3


def test_leaves_a_shortage_that_they_could_not_end_to_the_subnet() -> None:
    assert only(judge(detached(), **starved(free=0, pods=3))).kind is Kind.RISK
    assert only(judge(detached(1), detached(2), **starved(free=50, pods=3))).kind is Kind.RISK


def test_ignores_an_interface_on_its_way_to_a_living_instance() -> None:
    assert judge(detached(owner="i-n1"), detached(owner="i-0aaaaaaaaaaaaaaaa"), instances=_alive()) == []


def _alive() -> Instances:
    return Instances(by_id={"i-0aaaaaaaaaaaaaaaa": Instance(id="i-0aaaaaaaaaaaaaaaa", state="pending")})


def test_asks_for_the_subnets_before_it_says_that_nobody_waits_for_them() -> None:
    gap, finding = judge(detached(), subnets=None)
    assert isinstance(gap, Undecided)
    assert isinstance(finding, Finding)
    assert (gap.part, finding.kind) == ("subnets", Kind.RISK)


def test_does_not_apply_to_an_overlay_whose_pods_take_no_address_of_a_subnet() -> None:
    cluster = Cluster(mode="cluster-pool")
    cluster.nodes(1)
    found = gather(cluster.source().refuse("aws/"))
    assert [item.verdict for item in run([leak], found)] == [Verdict.NOT_APPLICABLE]


@pytest.mark.parametrize(
    ("settings", "cilium", "wanted"),
    [
        ({"eni_gc_interval": "0s"}, "1.16.5", "--set eni.gcInterval=5m"),
        ({}, "1.16.5", "simulate-principal-policy"),
        ({}, "1.12.9", "None"),
    ],
)
def test_advises_what_lets_the_operator_clear_up_and_never_renames(
    settings: dict[str, str], cilium: str, wanted: str
) -> None:
    found = only(judge(detached(), cilium=config("eni", **settings), version=version(cilium)))
    assert wanted in str(found.actions[-1].command)
    assert not any("cluster.name=" in str(action.command) for action in found.actions)


def test_counts_instances_that_are_shutting_down_as_gone() -> None:
    ending = Instances(by_id={GONE: Instance(id=GONE, state="terminated")})
    assert only(judge(detached(), instances=ending))


@pytest.mark.parametrize(
    "item",
    [
        detached(status="in-use"),
        detached(description="AWS Lambda VPC ENI"),
        detached(requester_managed=True),
        detached(tags=(("io.cilium/cluster-name", "another"),)),
    ],
)
def test_ignores_interfaces_of_others_and_those_in_use(item: Interface) -> None:
    assert judge(item) == []


def test_is_silent_on_healthy_clusters() -> None:
    for mode in ("chained", "eni"):
        cluster = Cluster(mode=mode)
        cluster.nodes(3)
        cluster.foreign_interface("eu-west-1a", "AWS Lambda VPC ENI", status="available")
        [found] = run([leak], cluster.snapshot())
        assert found.verdict is Verdict.CLEAR, mode


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked, e.value) for e in only(judge(detached())).evidence] == [
        (Interfaces.ASKED, "available"),
        (Interfaces.ASKED, f"Cilium-CNI ({GONE})"),
        (Instances.ASKED, "no"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(leak).verdict is Verdict.NOT_CHECKED
