import pytest

from checks.enis.efa_route_table_collision import efa_route_table_collision as collision
from checks.model import Confidence, Finding, Subject, Undecided
from checks.parts.agents import ClusterHealth, PeerHealth
from checks.parts.aws import InstanceType, InstanceTypes
from checks.parts.cilium_nodes import AttachedEni, CiliumNodes, EniSpec
from checks.parts.vpc import Interface, Interfaces
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.enis.hand_enis import for_pods, interface, interfaces
from tests.checks.hand import M5_LARGE, META, cilium_node, explained, on_nothing, only, version

CARDS = [interface("n1", 1, card=1), interface("n1", 1, card=2)]
ENIS = (for_pods(CARDS[0], 1), for_pods(CARDS[1], 1))
N1 = Subject("Node", "n1")


def judge(
    *enis: AttachedEni,
    host: bool = True,
    spec: EniSpec | None = None,
    cilium: str = "1.17.9",
    held: list[Interface] = CARDS,
) -> list[Finding | Undecided]:
    peers = (
        PeerHealth(name="n1", host=host, endpoint=False),
        PeerHealth(name="n2", host=True, endpoint=True),
    )
    return collision(
        meta=META,
        cilium_nodes=CiliumNodes(items=(cilium_node("n1", *(enis or ENIS), spec=spec, instance_id="i-n1"),)),
        interfaces=interfaces(*held),
        health=ClusterHealth(by_observer={"n2": peers}),
        version=version(cilium),
        instance_types=None,
    )


def test_suspects_pod_interfaces_that_share_an_index() -> None:
    found = only(judge())
    assert found.confidence is Confidence.POSSIBLE
    assert "route table 11" in found.because
    assert explained(found, "nodes-unreachable") == {N1}


def test_suspects_an_index_of_a_pod_interface_on_another_card() -> None:
    own = for_pods(interface("n1", 1), 1)
    assert "eni-n1-2-1" in only(judge(own)).because


def test_asks_for_the_cards_of_types_that_have_several() -> None:
    cards = InstanceType(name="m5.large", enis=3, enis_total=6, ipv4_per_eni=10)
    for kind, asked in ((cards, ["interfaces"]), (M5_LARGE, [])):
        found = collision(
            meta=META,
            cilium_nodes=CiliumNodes(items=(cilium_node("n1"),)),
            interfaces=None,
            health=ClusterHealth(by_observer={"n2": (PeerHealth(name="n1", host=True, endpoint=False),)}),
            version=None,
            instance_types=InstanceTypes(by_name={"m5.large": kind}),
        )
        assert [item.part for item in found if isinstance(item, Undecided)] == asked


def test_is_dropped_without_harm() -> None:
    assert only(judge()).drop_if_harmless


def test_ignores_different_indexes() -> None:
    other = [interface("n1", 2, card=1)]
    assert judge(for_pods(CARDS[0], 1), for_pods(other[0], 2), held=other) == []


def test_ignores_interfaces_without_addresses_or_kept_from_pods() -> None:
    own = for_pods(interface("n1", 1), 1)
    bare = [interface("n1", 1, card=1, ips=(), type="efa-only")]
    assert judge(own, held=bare) == []
    assert judge(for_pods(interface("n1", 1), 1, lone=0)) == []
    assert judge(spec=EniSpec(first_interface_index=2)) == []
    assert judge(*_tagged(), spec=EniSpec(exclude_tags=(("efa", "true"),))) == []


def _tagged() -> list[AttachedEni]:
    return [for_pods(interface("n1", 1), 1), *(for_pods(c, 1, tags=(("efa", "true"),)) for c in CARDS)]


def test_blames_nobody_where_the_host_fails_too() -> None:
    assert explained(only(judge(host=False)), "nodes-unreachable") == frozenset()


@pytest.mark.parametrize(("cilium", "word"), [("1.19.2", "helm upgrade"), ("1.17.9", "cni.configMap")])
def test_advises_what_this_release_knows(cilium: str, word: str) -> None:
    assert word in (only(judge(cilium=cilium)).actions[1].command or "")


def test_is_silent_on_healthy_clusters() -> None:
    cluster = Cluster(mode="eni")
    cluster.nodes(2)
    cluster.workload("shop/api", 40)
    [found] = run([collision], cluster.snapshot())
    assert found.verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked, e.field, e.value) for e in only(judge()).evidence] == [
        (Interfaces.ASKED, f"n1: {item.id}: index, network card", f"1, {item.card_index}") for item in CARDS
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(collision).verdict is Verdict.NOT_CHECKED
