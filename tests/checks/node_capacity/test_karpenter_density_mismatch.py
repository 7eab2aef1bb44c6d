from typing import Any

from checks.model import Confidence, Finding, Kind, Subject, Undecided
from checks.node_capacity.karpenter_density_mismatch import karpenter_density_mismatch as density
from checks.parts.karpenter import Ec2NodeClass, Ec2NodeClasses, NodeClaim, NodeClaims
from checks.run import Verdict, run
from checks.snapshot import Snapshot
from tests.checks.hand import META, ago, config, explained, node, nodes, on_nothing, only, waiting
from tests.checks.scheduling.waits import waits

FULL = "0/1 nodes are available: 1 Too many pods."


def judge(
    reckons: int | None = 58, takes: int = 17, pods: int = 2, **claim: Any
) -> list[Finding | Undecided]:
    fields = {"node": "n1", "max_pods": reckons, "initialized": True} | claim
    return density(
        nodes=nodes(node("n1", max_pods=takes)),
        node_claims=NodeClaims(items=(NodeClaim(name="default-x", created=ago(days=1), **fields),)),
        ec2_node_classes=Ec2NodeClasses(
            by_name={"default": Ec2NodeClass(name="default", max_pods=58, user_data_max_pods=17)}
        ),
        waiting=waiting(unscheduled=waits(FULL, pods)),
        cilium=config(),
    )


def test_finds_pods_that_wait_where_karpenter_sees_room() -> None:
    found = only(judge())
    assert (found.kind, found.confidence) == (Kind.CAUSE, Confidence.LIKELY)
    assert explained(found, "pods-not-scheduled") == {
        Subject("Pod", "api-0", "shop"),
        Subject("Pod", "api-1", "shop"),
    }


def test_is_a_risk_while_nobody_waits_for_it() -> None:
    assert only(judge(pods=0)).kind is Kind.RISK
    assert only(judge(reckons=8, takes=17)).kind is Kind.RISK


def test_ignores_equal_limits_and_unsettled_claims() -> None:
    assert judge(reckons=17) == []
    assert judge(reckons=None) == []
    assert judge(initialized=False) == []
    assert judge(deleting=True) == []
    assert judge(node="other") == []


def test_is_asked_only_where_karpenter_makes_nodes() -> None:
    plain = Snapshot(meta=META, nodes=nodes(node("n1")))
    assert run([density], plain)[0].verdict is Verdict.CLEAR
    made = Snapshot(meta=META, nodes=nodes(node("n1", labels={"karpenter.sh/nodepool": "default"})))
    assert run([density], made)[0].verdict is Verdict.NOT_CHECKED


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked.rsplit("/", 1)[-1], e.value) for e in only(judge()).evidence] == [
        ("nodeclaims", "58"),
        ("nodes", "17"),
        ("ec2nodeclasses", "58 and 17"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(density).verdict is Verdict.NOT_CHECKED
