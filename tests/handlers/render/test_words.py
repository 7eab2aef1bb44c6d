import pytest

from checks.report import NodeFacts
from handlers.render import words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0.0 s"),
        (2.41, "2.4 s"),
        (59, "59 s"),
        (120, "2 min"),
        (7_200, "2 h"),
        (172_800, "2 days"),
        (864_000, "10 days"),
    ],
)
def test_says_a_stretch_of_time_in_its_largest_unit(seconds: float, said: str) -> None:
    assert words.span(seconds) == said


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (1, "node", "1 node"),
        (4_980, "node", "4,980 nodes"),
        (2, "NetworkPolicy", "2 NetworkPolicies"),
        (0, "address", "0 addresses"),
        (3, "EndpointSlice", "3 EndpointSlices"),
    ],
)
def test_counts_in_words(count: int, noun: str, said: str) -> None:
    assert words.counted(count, noun) == said


@pytest.mark.parametrize(
    ("kind", "noun"), [("Pod", "pod"), ("CiliumNode", "CiliumNode"), ("ENI", "ENI"), ("", "(empty)")]
)
def test_writes_plain_kinds_as_people_say_them(kind: str, noun: str) -> None:
    assert words.kind_noun(kind) == noun


@pytest.mark.parametrize(
    ("names", "domain"),
    [
        (["a.x.internal", "b.x.internal"], ".x.internal"),
        (["a.x.internal", "b.y.internal"], ""),
        (["a.x.internal"], ""),
        (["a", "b"], ""),
        (["shop/api-1.2", "shop/web-1.2"], ""),
        ([".x", ".x"], ""),
    ],
)
def test_finds_the_domain_that_all_names_share(names: list[str], domain: str) -> None:
    assert words.shared_domain(names) == domain


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (NodeFacts(total=14, ready=13, reachable=1), "13 of 14 ready, reachable: 1 of 14"),
        (NodeFacts(total=14, ready=14, reachable=None), "14 of 14 ready, reachable: not known"),
        (NodeFacts(total=None, ready=None, reachable=None), "not known"),
    ],
)
def test_says_nodes_in_one_line(facts: NodeFacts, said: str) -> None:
    assert words.nodes_line(facts) == said


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://github.com/cilium/cilium/issues/123", "cilium/cilium#123"),
        ("https://docs.cilium.io/en/stable/x", "docs.cilium.io"),
    ],
)
def test_labels_a_reference_by_what_it_names(url: str, label: str) -> None:
    assert words.link_label(url) == label
