from checks.model import Finding, Undecided
from checks.parts.agents import ClusterHealth, PeerHealth
from checks.parts.vpc import GroupRule
from checks.run import Verdict
from checks.subnets.pod_eni_security_group_wrong import pod_eni_security_group_wrong as apart
from tests.checks.hand import cilium_node, cilium_nodes, eni, explained, node, nodes, on_nothing, only
from tests.checks.services.hand_groups import rule, security_groups


def judge(*to_b: GroupRule, fails: str = "n2") -> list[Finding | Undecided]:
    peers = tuple(PeerHealth(name=name, host=True, endpoint=name != fails) for name in ("n1", "n2"))
    return apart(
        nodes(node("n1"), node("n2")),
        cilium_nodes(
            cilium_node("n1", eni(0, lone=2, security_groups=("sg-a",))),
            cilium_node("n2", eni(0, lone=2, security_groups=("sg-b",))),
        ),
        security_groups(
            sg_a=(rule(None, groups=("sg-a", "sg-b")),), sg_b=(rule(None, groups=("sg-b",)), *to_b)
        ),
        ClusterHealth(by_observer={"n1": peers}),
    )


def test_names_the_group_that_does_not_admit_the_other() -> None:
    finding = only(judge())
    assert finding.title.startswith("sg-b on the pod interfaces of 1 node")
    assert {s.name for s in explained(finding, "nodes-unreachable") or ()} == {"n2"}


def test_shows_the_missing_rule_and_who_does_not_answer() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("sg-b: IpPermissions", "none for tcp 4240 from sg-a") in shown
    assert ("nodes that do not answer", "n2") in shown


def test_ignores_groups_that_admit_each_other() -> None:
    assert judge(rule(None, groups=("sg-a",))) == []
    assert judge(rule(4240, cidrs=("10.40.0.0/16",))) == []


def test_ignores_strict_groups_while_probes_answer() -> None:
    assert judge(fails="") == []


def test_ignores_a_node_that_fails_for_another_reason() -> None:
    assert judge(fails="n1") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(apart).verdict is Verdict.NOT_CHECKED
