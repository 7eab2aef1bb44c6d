import pytest

from checks.collect.agent_metrics import read
from checks.collect.source import UnreadError
from tests.checks.collect.told import refusal, told

NOW_A = b'cilium_ip_addresses{family="ipv4"} 11\ncilium_drop_count_total{reason="Policy denied"} 50\n'
BEFORE_A = b'cilium_drop_count_total{reason="Policy denied"} 20\n'


def test_reads_each_agents_page_and_the_one_before() -> None:
    source = told(
        {
            "cilium/a/metrics.prom": NOW_A,
            "cilium/a/metrics.earlier.prom": BEFORE_A,
            "cilium/b/metrics.prom": NOW_A,
            "cilium/operator/metrics.prom": NOW_A,
        },
        metrics_seconds_apart=300,
    )
    got = read(source)
    assert sorted(got.by_node) == ["a", "b"]
    assert got.by_node["a"].total("cilium_ip_addresses", family="ipv4") == 11
    assert got.by_node["a"].growth("cilium_drop_count_total") == 30
    assert got.by_node["a"].apart_s == 300
    assert (got.by_node["b"].earlier, got.by_node["b"].growth("cilium_drop_count_total")) == (None, None)
    assert got.errors == {}


def test_tells_the_agents_that_did_not_answer() -> None:
    refused = refusal("cilium/b/metrics.prom")
    source = told({"cilium/a/metrics.prom": NOW_A, "cilium/b/metrics.prom": refused, "cilium/c/health": {}})
    got = read(source)
    assert sorted(got.by_node) == ["a"]
    assert sorted(got.errors) == ["b"]
    assert got.errors["b"].startswith("refused: ")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({"cilium/a/status": {}}, "not asked"),
        ({"cilium/a/metrics.prom": refusal("cilium/a/metrics.prom"), "cilium/b/status": {}}, "refused: "),
        ({"cilium/a/metrics.prom": b"<html>"}, "unreadable: "),
    ],
)
def test_not_one_page_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))


def test_an_earlier_page_that_is_cut_off_is_not_there() -> None:
    source = told(
        {"cilium/a/metrics.prom": NOW_A, "cilium/a/metrics.earlier.prom": b"cilium_drop_count_total{rea"}
    )
    assert read(source).by_node["a"].earlier is None
