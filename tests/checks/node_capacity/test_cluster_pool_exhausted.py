from hypothesis import given
from hypothesis import strategies as st

from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.node_capacity.cluster_pool_exhausted import cluster_pool_exhausted as exhausted
from checks.parts.cilium_nodes import CiliumNode
from checks.parts.derived import Waiting
from checks.run import Verdict
from tests.checks.hand import (
    META,
    ago,
    cilium_node,
    cilium_nodes,
    config,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    stuck,
    version,
    waiting,
)
from tests.checks.scheduling.waits import waits

FULL = "allocator full"


def judge(
    *more: CiliumNode,
    blocks: int = 8,
    pool: str = "10.244.0.0/21",
    mask: str = "24",
    without_node: frozenset[str] = frozenset(),
    waits_for: Waiting | None = None,
) -> list[Finding | Undecided]:
    held = [cilium_node(f"n{i}", pod_cidrs=(f"10.244.{i}.0/24",)) for i in range(blocks)]
    known = [item.name for item in (*held, *more) if item.name not in without_node]
    return exhausted(
        meta=META,
        cilium=config(cluster_pool_ipv4_cidr=pool, cluster_pool_ipv4_mask_size=mask),
        cilium_nodes=cilium_nodes(*held, *more),
        nodes=nodes(*(node(name) for name in known)),
        waiting=waits_for,
        version=version(),
    )


def bare(name: str = "new", error: str = FULL) -> CiliumNode:
    return cilium_node(name, operator_error=error)


def test_finds_a_node_for_which_no_block_is_left() -> None:
    finding = only(judge(bare()))
    assert (finding.kind, finding.severity) == (Kind.CAUSE, Severity.CRITICAL)
    assert finding.confidence is Confidence.CERTAIN
    assert explained(finding, "agents-not-ready") == {Subject("Node", "new")}


def test_is_likely_without_the_operators_word() -> None:
    assert only(judge(bare(error=""))).confidence is Confidence.LIKELY


def test_ignores_an_error_that_the_arithmetic_contradicts() -> None:
    assert judge(bare(), blocks=7) == []


def test_ignores_blocks_that_dead_nodes_hold() -> None:
    assert judge(bare(), without_node=frozenset({"n0"})) == []


def test_counts_every_range_of_the_pool() -> None:
    assert judge(bare(), pool="10.244.0.0/21 10.250.0.0/24") == []


def test_warns_when_the_last_block_is_taken() -> None:
    finding = only(judge())
    assert (finding.kind, finding.severity) == (Kind.RISK, Severity.MEDIUM)


def test_ignores_a_pool_with_room() -> None:
    assert judge(blocks=7) == []
    assert judge(blocks=0) == []


def test_explains_the_pods_that_wait_for_the_bare_node() -> None:
    tainted = waits(
        "0/9 nodes are available: 9 node(s) had untolerated taint {node.cilium.io/agent-not-ready: true}."
    )
    finding = only(judge(bare(), waits_for=waiting(*stuck(1, on="new"), unscheduled=tainted)))
    assert explained(finding, "pods-without-ip") == {Subject("Pod", "new-stuck-0", "shop")}
    assert explained(finding, "pods-not-scheduled") == {Subject("Pod", "api-0", "shop")}


def test_counts_a_young_ciliumnode_without_a_node_as_alive() -> None:
    young = cilium_node("young", pod_cidrs=("10.244.7.0/24",), created=ago(minutes=3))
    finding = only(judge(young, bare(), blocks=7, without_node=frozenset({"young"})))
    assert finding.kind is Kind.CAUSE


def test_appends_to_the_pool_that_is_there() -> None:
    command = only(judge(bare())).actions[1].command or ""
    assert "clusterPoolIPv4PodCIDRList={10.244.0.0/21,${NEW_RANGE:?}}" in command


@given(st.integers(20, 24), st.integers(22, 26), st.sets(st.integers(0, 63)))
def test_agrees_with_counting_blocks(pool_length: int, mask: int, held: set[int]) -> None:
    found = exhausted(
        meta=META,
        cilium=config(
            cluster_pool_ipv4_cidr=f"10.244.0.0/{pool_length}", cluster_pool_ipv4_mask_size=str(mask)
        ),
        cilium_nodes=cilium_nodes(
            *(cilium_node(f"n{i}", pod_cidrs=(_block(i, mask),)) for i in sorted(held)),
        ),
        nodes=nodes(*(node(f"n{i}") for i in held)),
        waiting=None,
        version=None,
    )
    total = 2 ** (mask - pool_length) if mask >= pool_length else 0
    inside = {i for i in held if i < total}
    assert bool(found) == (total > 0 and len(inside) == total)


def _block(number: int, mask: int) -> str:
    start = (10 << 24) + (244 << 16) + number * 2 ** (32 - mask)
    return ".".join(str(start >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{mask}"


def test_shows_what_it_read_and_where() -> None:
    finding = only(judge(bare()))
    assert [(e.asked.rsplit("/", 1)[-1], e.field, e.value, e.count) for e in finding.evidence] == [
        ("cilium-config", "cluster-pool-ipv4-cidr", "10.244.0.0/21", 1),
        ("cilium-config", "cluster-pool-ipv4-mask-size", "24", 1),
        ("ciliumnodes", "spec.ipam.podCIDRs", "assigned", 8),
        ("ciliumnodes", "status.ipam.operator-status.error", FULL, 1),
        ("ciliumnodes", "spec.ipam.podCIDRs", "absent", 1),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(exhausted).verdict is Verdict.NOT_CHECKED
