from datetime import datetime
from typing import Any

from checks.model import Confidence, Finding, Undecided
from checks.operator.operator_stale_allocation_view import operator_stale_allocation_view as stale
from checks.parts.agents import OperatorLog, OperatorMetrics
from checks.parts.cilium_nodes import CiliumNode
from checks.parts.kubernetes import Lease, Leases
from checks.parts.vpc import Subnet, Subnets
from checks.parts.workloads import Deployments
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
    explained,
    node,
    nodes,
    on_nothing,
    only,
    sample,
    stuck,
    undecided,
    waiting,
    workload,
)
from tests.checks.operator.hand_operator import log, page

FRESH, LAPSED = ago(seconds=3), ago(hours=1)
NEEDED = sample("cilium_operator_ipam_needed_ips", 8, target_node="n1")


def judge(
    mode: str = "cluster-pool",
    *,
    pool: str = "10.0.0.0/16",
    error: str = "allocator full",
    renewed: datetime = FRESH,
    free: int = 200,
    said: OperatorLog | None = None,
    counters: OperatorMetrics | None = None,
    young: bool = False,
    dead: bool = False,
    leases: bool = True,
    subnets: bool = True,
    **data: str,
) -> list[Finding | Undecided]:
    served: dict[str, Any] = {"pod_cidrs": ("10.0.0.0/24",)} if mode == "cluster-pool" else {}
    full: CiliumNode = cilium_node("n2", *(() if served else (eni(0, lone=9),)), **served)
    held = [cilium_node("n1", operator_error=error), full, *([cilium_node("gone")] if dead else [])]
    lease = Lease(
        namespace="kube-system", name="cilium-operator-resource-lock", renewed=renewed, duration_s=15
    )
    subnet = Subnet(id="subnet-a", vpc_id="vpc-1", zone="eu-west-1a", cidr="10.40.0.0/20", free=free)
    return stale(
        META,
        config(mode, cluster_pool_ipv4_cidr=pool, **data),
        nodes(node("n1", created=ago(minutes=1 if young else 60)), node("n2")),
        cilium_nodes(*held),
        Deployments(items=(workload("cilium-operator", 2, 2),)),
        Leases(items=(lease,)) if leases else None,
        accounts(account("n1", attached=0, used=0), mode=mode),
        waiting(*stuck(2, "n1")),
        Subnets(by_id={"subnet-a": subnet}) if subnets else None,
        said or log(),
        counters,
        None,
    )


def test_names_an_operator_that_gives_no_block_although_the_pool_has_them() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.CERTAIN
    assert "255 blocks" in finding.title
    assert {s.name for s in explained(finding, "nodes-not-ready") or ()} == {"n1"}


def test_shows_the_error_and_the_fresh_lease() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("status.ipam.operator-status.error", "allocator full") in shown
    assert ("spec.renewTime", FRESH.isoformat()) in shown


def test_is_only_likely_without_an_error_that_the_numbers_contradict() -> None:
    assert only(judge(error="")).confidence is Confidence.LIKELY


def test_ignores_a_pool_that_is_really_full() -> None:
    assert judge(pool="10.0.0.0/24") == []


def test_ignores_a_lapsed_lease_a_young_node_and_dead_nodes() -> None:
    assert judge(renewed=LAPSED) == []
    assert judge(young=True) == []
    assert judge(dead=True) == []


def test_names_an_eni_operator_that_stands_still_beside_free_subnets() -> None:
    counters = page(NEEDED, earlier=(NEEDED,))
    assert only(judge("eni", counters=counters, error="")).confidence is Confidence.CERTAIN
    assert only(judge("eni", error="")).confidence is Confidence.LIKELY


def test_is_only_likely_where_whole_blocks_may_be_what_is_missing() -> None:
    counters = page(NEEDED, earlier=(NEEDED,))
    found = judge("eni", counters=counters, error="", aws_enable_prefix_delegation="true")
    assert only(found).confidence is Confidence.LIKELY


def test_asks_for_what_would_tell_only_where_a_node_got_nothing() -> None:
    assert undecided(judge(leases=False)) == "leases"
    assert undecided(judge("eni", subnets=False)) == "subnets"
    assert judge(leases=False, young=True) == []


def test_ignores_an_eni_operator_that_something_refuses() -> None:
    assert judge("eni", said=log("UnauthorizedOperation")) == []
    assert judge("eni", free=3) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(stale).verdict is Verdict.NOT_CHECKED
