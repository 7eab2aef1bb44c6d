from hypothesis import given
from hypothesis import strategies as st

from checks.blocks import networks
from checks.model import Finding, Severity, Subject, Undecided
from checks.pod_cidrs.duplicate_pod_cidrs import duplicate_pod_cidrs as duplicate
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.hand import (
    META,
    cilium_node,
    cilium_nodes,
    config,
    explained,
    node,
    nodes,
    on_nothing,
    only,
)


def judge(*blocks: str, without_node: str = "") -> list[Finding | Undecided]:
    names = [f"n{i}" for i in range(len(blocks))]
    return duplicate(
        meta=META,
        cilium=config(),
        cilium_nodes=cilium_nodes(
            *(cilium_node(name, pod_cidrs=(block,)) for name, block in zip(names, blocks, strict=True))
        ),
        nodes=nodes(*(node(name) for name in names if name != without_node)),
    )


def test_finds_a_block_with_two_owners() -> None:
    finding = only(judge("10.244.0.0/24", "10.244.1.0/24", "10.244.0.0/24"))
    assert finding.severity is Severity.HIGH
    assert finding.inferred
    assert finding.subjects == (Subject("Node", "n0"), Subject("Node", "n2"))
    assert explained(finding, "nodes-unreachable") == set(finding.subjects)


def test_finds_a_block_inside_another() -> None:
    assert only(judge("10.244.0.0/23", "10.244.1.0/24")).subjects


def test_finds_a_block_inside_one_that_is_not_its_neighbour() -> None:
    found = only(judge("10.244.0.0/22", "10.244.0.0/24", "10.244.3.0/24"))
    assert {subject.name for subject in found.subjects} == {"n0", "n1", "n2"}


def test_ignores_neighbours() -> None:
    assert judge("10.244.0.0/24", "10.244.1.0/24") == []


def test_ignores_what_a_dead_node_still_lists() -> None:
    assert judge("10.244.0.0/24", "10.244.0.0/24", without_node="n1") == []


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(22, 26)), max_size=6))
def test_agrees_with_comparing_every_pair(made: list[tuple[int, int]]) -> None:
    texts = [f"10.244.{at}.0/{length}" for at, length in made]
    blocks = networks(texts)
    pairs = [(a, b) for i, a in enumerate(blocks) for b in blocks[i + 1 :] if a.overlaps(b)]
    assert bool(judge(*texts)) == bool(pairs)


def test_is_silent_on_healthy_clusters() -> None:
    for mode in ("cluster-pool", "kubernetes", "multi-pool"):
        cluster = Cluster(mode=mode)
        cluster.nodes(3)
        [found] = run([duplicate], cluster.snapshot())
        assert found.verdict is Verdict.CLEAR, mode


def test_shows_what_it_read_and_where() -> None:
    cluster = Cluster()
    first, second, *_ = cluster.nodes(3)
    cluster.block_of(second, str(first.block))
    [found] = run([duplicate], cluster.snapshot())
    evidence = found.findings[0].evidence
    assert [e.value for e in evidence] == [str(first.block)] * 2
    assert {e.asked for e in evidence} == {"kubernetes/apis/cilium.io/v2/ciliumnodes"}


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(duplicate).verdict is Verdict.NOT_CHECKED
