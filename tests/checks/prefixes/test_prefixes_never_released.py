from checks.model import Confidence, Finding, Kind, Undecided
from checks.prefixes.prefixes_never_released import prefixes_never_released as kept
from checks.run import Verdict
from tests.checks.hand import (
    META,
    account,
    accounts,
    ago,
    cilium_node,
    cilium_nodes,
    config,
    eni,
    node,
    nodes,
    on_nothing,
    only,
    version,
    waiting,
)

BLOCKS = tuple(f"10.40.1.{16 * i}/28" for i in range(10))


def judge(
    used: int = 20, days: float = 30, running: str = "1.16.5", release: str = "true", plain: bool = False
) -> list[Finding | Undecided]:
    settings = {"aws_enable_prefix_delegation": "true", "aws_release_excess_ips": release}
    return kept(
        META,
        config("eni", **settings),
        nodes(node("n1", created=ago(days=days))),
        cilium_nodes(cilium_node("n1", eni(0, lone=160) if plain else eni(0, prefixes=BLOCKS))),
        accounts(account("n1", attached=160, used=used)),
        version(running),
        waiting(),
    )


def test_names_a_long_lived_node_with_idle_prefixes() -> None:
    finding = only(judge())
    assert finding.kind is Kind.RISK
    assert "120 addresses" in finding.title
    assert ("n1: attached and used", "160, 20") in {(e.field, e.value) for e in finding.evidence}


def test_is_only_possible_where_releases_differ() -> None:
    assert only(judge(running="1.18.3")).confidence is Confidence.POSSIBLE


def test_ignores_nodes_that_use_what_they_hold_or_are_young() -> None:
    assert judge(used=60) == []
    assert judge(days=2) == []


def test_ignores_single_addresses_and_clusters_that_release_nothing() -> None:
    assert judge(plain=True) == []
    assert judge(release="false") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(kept).verdict is Verdict.NOT_CHECKED
