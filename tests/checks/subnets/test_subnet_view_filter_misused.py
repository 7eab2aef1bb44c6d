from typing import Any

import pytest

from checks.model import Finding, Undecided
from checks.parts.agents import OperatorLog
from checks.run import Verdict
from checks.subnets.subnet_view_filter_misused import subnet_view_filter_misused as blind
from tests.checks.hand import cilium_nodes, config, explained, node, nodes, on_nothing, only
from tests.checks.subnets.hand_subnets import BARE_NODE_WAITS, TAG, selecting, subnet, subnets

LINE = "Instance not found! Please delete corresponding ciliumnode"


def judge(tagged: Any = False, **settings: str) -> list[Finding | Undecided]:
    return blind(
        config("eni", **settings),
        nodes(node("n1")),
        cilium_nodes(selecting("n1")),
        subnets(subnet("subnet-a", tags=TAG if tagged else ()), subnet("subnet-b", tags=TAG)),
        None,
        *BARE_NODE_WAITS,
        OperatorLog(lines=(LINE,)),
    )


@pytest.mark.parametrize(
    "settings", [{"subnet_tags_filter": "pods=yes"}, {"subnet_ids_filter": "subnet-b subnet-c"}]
)
def test_names_a_filter_that_hides_the_nodes_own_subnet(settings: dict[str, str]) -> None:
    finding = only(judge(**settings))
    assert [s.name for s in finding.subjects] == ["n1"]
    assert {s.name for s in explained(finding, "nodes-not-ready") or ()} == {"n1"}


def test_shows_the_filter_and_the_hidden_subnet() -> None:
    shown = {(e.field, e.value) for e in only(judge(subnet_tags_filter="pods=yes")).evidence}
    assert ("data", "subnet-tags-filter: pods=yes") in shown
    assert ("subnets of the nodes that do not match", "subnet-a") in shown
    assert ("line", LINE) in shown


@pytest.mark.parametrize("separator", [" ", ",", ", "])
def test_ignores_a_filter_that_shows_it(separator: str) -> None:
    assert judge(tagged=True, subnet_tags_filter="pods=yes") == []
    assert judge(subnet_ids_filter=f"subnet-a{separator}subnet-b") == []


def test_ignores_clusters_without_a_filter() -> None:
    assert judge() == []
    assert judge(subnet_tags_filter=" ") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(blind).verdict is Verdict.NOT_CHECKED
