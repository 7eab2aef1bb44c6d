import pytest

from checks.consistency.multipool_cidr_not_released import multipool_cidr_not_released as kept
from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.parts.cilium_nodes import PodIpPool, PodIpPools, PoolAllocation
from checks.parts.pods import PodAddress, Pods
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.hand import (
    ago,
    cilium_node,
    cilium_nodes,
    config,
    explained,
    on_nothing,
    only,
    stuck,
    waiting,
)


def judge(
    *addresses: tuple[str, str],
    waits: int = 1,
    pool: str = "batch",
    cidr: str = "10.61.0.0/26",
    mask: int = 27,
) -> list[Finding | Undecided]:
    return kept(
        cilium=config("multi-pool"),
        cilium_nodes=cilium_nodes(
            *(
                cilium_node(
                    f"n{i}", allocated=(PoolAllocation(pool="batch", cidrs=(f"10.61.0.{32 * i}/27",)),)
                )
                for i in range(2)
            )
        ),
        pod_ip_pools=PodIpPools(
            items=(PodIpPool(name="batch", created=ago(days=9), cidrs=(cidr,), mask=mask),)
        ),
        pods=Pods(addresses=tuple(PodAddress("shop", ip, n, ip, ago(days=1)) for n, ip in addresses)),
        waiting=waiting(*stuck(waits, on="n9", ip_pool=pool)),
        namespaces=None,
    )


def test_finds_a_node_that_keeps_a_block_of_a_full_pool_without_a_pod() -> None:
    found = only(judge(("n0", "10.61.0.5")))
    assert found.subjects == (Subject("Node", "n1"),)
    assert (found.kind, found.severity, found.confidence) == (
        Kind.CAUSE,
        Severity.MEDIUM,
        Confidence.LIKELY,
    )
    assert explained(found, "pods-without-ip") == {Subject("Pod", "n9-stuck-0", "shop")}


def test_counts_addresses_where_blocks_are_of_an_older_mask() -> None:
    assert only(judge(("n0", "10.61.0.5"), cidr="10.61.0.0/26", mask=28))
    assert judge(("n0", "10.61.0.5"), cidr="10.61.0.0/25", mask=28) == []


def of_the_default_pool(
    requested: int | None, *pods: str, own: tuple[str, ...] = ("10.244.0.1",)
) -> list[Finding | Undecided]:
    """One node with both blocks of the pool, 30 addresses in each."""
    blocks = PoolAllocation(pool="default", cidrs=("10.244.0.0/27", "10.244.0.32/27"))
    asked = {} if requested is None else {"default": requested}
    pool = PodIpPool(name="default", created=ago(days=9), cidrs=("10.244.0.0/26",), mask=27)
    return kept(
        cilium=config("multi-pool"),
        cilium_nodes=cilium_nodes(cilium_node("n0", allocated=(blocks,), requested=asked, own_addresses=own)),
        pod_ip_pools=PodIpPools(items=(pool,)),
        pods=Pods(addresses=tuple(PodAddress("shop", ip, "n0", ip, ago(days=1)) for ip in pods)),
        waiting=waiting(*stuck(1, on="n9", ip_pool="default")),
        namespaces=None,
    )


@pytest.mark.parametrize(("requested", "spare"), [(16, True), (30, True), (31, False), (None, False)])
def test_finds_blocks_of_the_default_pool_beyond_what_the_agent_asks_for(
    requested: int | None, spare: bool
) -> None:
    assert bool(of_the_default_pool(requested)) is spare


def test_a_block_of_the_default_pool_with_a_pod_or_the_agent_in_it_is_not_spare() -> None:
    def spare(*pods: str, own: str = "10.244.0.1") -> str:
        return only(of_the_default_pool(16, *pods, own=(own, "2001:db8::1"))).evidence[1].value

    assert spare("10.244.0.5") == "10.244.0.32/27"
    assert spare(own="10.244.0.33") == "10.244.0.0/27"
    assert of_the_default_pool(16, "10.244.0.40") == []


def test_ignores_a_pool_whose_blocks_are_all_used() -> None:
    assert judge(("n0", "10.61.0.5"), ("n1", "10.61.0.40")) == []


def test_an_address_counts_on_the_node_that_holds_its_block_alone() -> None:
    found = only(judge(("n0", "10.61.0.5"), ("n0", "10.61.0.40"), ("n1", "2001:db8::40")))
    assert found.subjects == (Subject("Node", "n1"),)


def test_ignores_a_pool_with_blocks_left() -> None:
    assert judge(cidr="10.61.0.0/24") == []


def test_ignores_pools_that_nobody_waits_for() -> None:
    assert judge(waits=0) == []
    assert judge(pool="other") == []


def test_is_silent_on_a_healthy_cluster() -> None:
    cluster = Cluster(mode="multi-pool")
    cluster.nodes(3)
    [found] = run([kept], cluster.snapshot())
    assert found.verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked.rsplit("/", 1)[-1], e.value) for e in only(judge(("n0", "10.61.0.5"))).evidence] == [
        ("ciliumpodippools", "2"),
        ("ciliumnodes", "10.61.0.32/27"),
        ("pods", "0"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(kept).verdict is Verdict.NOT_CHECKED
