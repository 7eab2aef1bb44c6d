import pytest

from checks.collect.node_claims import PATHS, read
from checks.collect.source import UnreadError
from checks.parts.karpenter import NodeClaims
from tests.checks.collect.told import api_list, entry, refusal, told

STABLE, BETA = PATHS


def test_reads_what_karpenter_reckons_with() -> None:
    raw = entry(
        "main-x7",
        status={
            "nodeName": "n1",
            "allocatable": {"cpu": "1930m", "pods": "110"},
            "conditions": [{"type": "Launched", "status": "True"}, {"type": "Initialized", "status": "True"}],
        },
    )
    named = {"name": "main-x7", "labels": {"karpenter.sh/nodepool": "main"}}
    gone = entry("main-a1", status={"conditions": [{"type": "Initialized", "status": "Unknown"}]})
    going = {"name": "main-a1", "deletionTimestamp": "2026-11-22T08:59:00Z"}
    rows = ({**raw, "metadata": named}, {**gone, "metadata": going})
    got = read(told({STABLE: api_list("NodeClaim", *rows)}))
    claim = got.by_node["n1"]
    assert (claim.name, claim.pool, claim.max_pods, claim.initialized) == ("main-x7", "main", 110, True)
    first = got.items[0]
    assert (first.deleting, first.initialized, first.max_pods, first.node) == (True, False, None, None)


def test_a_cluster_without_karpenter_has_no_claims() -> None:
    assert read(told({STABLE: refusal(STABLE, "NotFound")})) == NodeClaims()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({STABLE: refusal(STABLE)}, "refused: list karpenter.sh/nodeclaims"),
        (
            {STABLE: api_list("NodeClaim", entry("a", status={"allocatable": {"pods": "many"}}))},
            "unreadable: ",
        ),
    ],
)
def test_claims_that_were_not_read_are_never_none(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
