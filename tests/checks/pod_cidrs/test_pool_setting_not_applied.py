from dataclasses import replace
from datetime import datetime

from checks.model import Confidence, Finding, Kind, Undecided
from checks.parts.cilium import HelmValues
from checks.pod_cidrs.pool_setting_not_applied import pool_setting_not_applied as not_applied
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.hand import (
    META,
    ago,
    cilium_node,
    cilium_nodes,
    config,
    node,
    nodes,
    on_nothing,
    only,
    version,
)


def judge(
    *blocks: str,
    pool: str = "100.64.0.0/10",
    changed: datetime | None = None,
    values: dict[str, str] | None = None,
    running: str = "1.16.5",
) -> list[Finding | Undecided]:
    members = [cilium_node(f"n{i}", pod_cidrs=(block,)) for i, block in enumerate(blocks)]
    return not_applied(
        meta=META,
        cilium=replace(config(cluster_pool_ipv4_cidr=pool), changed=changed),
        cilium_nodes=cilium_nodes(*members),
        nodes=nodes(*(node(m.name) for m in members)),
        version=version(running),
        helm_values=HelmValues(items=values) if values else None,
    )


def test_warns_of_nodes_that_keep_blocks_of_the_old_range() -> None:
    finding = only(judge("10.0.0.0/24", "10.0.1.0/24"))
    assert (finding.kind, finding.confidence) == (Kind.RISK, Confidence.LIKELY)


def test_is_certain_where_every_node_is_older_than_the_change() -> None:
    assert only(judge("10.0.0.0/24", changed=ago(hours=2))).confidence is Confidence.CERTAIN
    assert only(judge("10.0.0.0/24", changed=ago(days=9))).confidence is Confidence.LIKELY


def test_ignores_a_pool_that_newer_nodes_use() -> None:
    assert judge("10.0.0.0/24", "100.64.0.0/24") == []


def test_warns_of_a_value_in_a_place_that_no_chart_reads() -> None:
    finding = only(
        judge(
            "10.0.0.0/24", pool="10.0.0.0/8", values={"ipam.clusterPoolIPv4PodCIDRList": '["100.64.0.0/10"]'}
        )
    )
    assert "does not read" in finding.title


def test_knows_when_the_old_place_was_still_read() -> None:
    values = {"ipam.operator.clusterPoolIPv4PodCIDR": '"100.64.0.0/10"'}
    assert judge("10.0.0.0/24", pool="10.0.0.0/8", values=values, running="1.13.9") == []
    assert judge("10.0.0.0/24", pool="10.0.0.0/8", values=values)


def test_ignores_a_misplaced_value_that_says_what_is_configured() -> None:
    assert (
        judge("10.0.0.0/24", pool="10.0.0.0/8", values={"ipam.clusterPoolIPv4PodCIDR": '"10.0.0.0/8"'}) == []
    )


def test_is_silent_on_a_healthy_cluster() -> None:
    cluster = Cluster()
    cluster.nodes(3)
    [found] = run([not_applied], cluster.snapshot())
    assert found.verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    cluster = Cluster()
    cluster.nodes(3)
    cluster.config["cluster-pool-ipv4-cidr"] = "100.64.0.0/10"
    [found] = run([not_applied], cluster.snapshot())
    assert [(e.asked.rsplit("/", 1)[-1], e.value, e.count) for e in found.findings[0].evidence] == [
        ("cilium-config", "100.64.0.0/10", 1),
        ("ciliumnodes", "10.244.0.0/24", 3),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(not_applied).verdict is Verdict.NOT_CHECKED
