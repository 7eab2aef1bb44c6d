from checks.agents.karpenter_undeclared_startup_taint import karpenter_undeclared_startup_taint as undeclared
from checks.model import Finding, Kind, Undecided
from checks.parts.karpenter import NodeClaim, NodeClaims, NodePool, NodePools
from checks.parts.nodes import Taint
from checks.run import Verdict
from tests.checks.hand import META, ago, config, on_nothing, only

KEY = "node.cilium.io/agent-not-ready"


def judge(
    leaving: int = 3, staying: int = 3, *, key: str = "", minutes: float = 5
) -> list[Finding | Undecided]:
    taints = (Taint(key=key, effect="NoExecute"),) if key else ()
    claims = tuple(
        NodeClaim(name=f"c{i}", created=ago(minutes=minutes), pool="default", deleting=i < leaving)
        for i in range(leaving + staying)
    )
    pools = NodePools(items=(NodePool(name="default", startup_taints=taints),))
    return undeclared(META, config(), pools, NodeClaims(items=claims))


def test_warns_of_a_pool_that_throws_its_new_nodes_away() -> None:
    finding = only(judge())
    assert finding.kind is Kind.RISK
    assert [s.name for s in finding.subjects] == ["default"]


def test_shows_the_missing_taint_and_the_claims() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("spec.template.spec.startupTaints", f"none with {KEY}") in shown
    assert ("default: recent claims being removed", "3 of 6") in shown


def test_ignores_a_pool_that_declares_the_taint() -> None:
    assert judge(key=KEY) == []
    assert only(judge(key="other"))


def test_ignores_a_pool_that_keeps_its_nodes_or_made_few_of_late() -> None:
    assert judge(2, 3) == []
    assert judge(2, 1) == []
    assert judge(minutes=90) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(undeclared).verdict is Verdict.NOT_CHECKED
