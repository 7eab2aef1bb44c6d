from checks.coexistence.aws_cni_iptables_leftovers import aws_cni_iptables_leftovers as leftovers
from checks.model import Confidence, Finding, Kind, Undecided
from checks.parts.vpc import Interface, Interfaces
from checks.parts.workloads import DaemonSets
from checks.run import Verdict
from tests.checks.hand import config, node, nodes, on_nothing, only, workload


def judge(
    description: str = "aws-K8S-i-n1", on: str = "i-n1", aws_node: int = 0, chaining: str = "none"
) -> list[Finding | Undecided]:
    return leftovers(
        config("cluster-pool", cni_chaining_mode=chaining),
        DaemonSets(items=(workload("aws-node", aws_node, aws_node),)),
        nodes(node("n1")),
        Interfaces(items=(Interface(id="eni-1", instance_id=on, description=description),)),
    )


def test_warns_of_nodes_on_which_aws_node_left_interfaces() -> None:
    finding = only(judge())
    assert (finding.kind, finding.confidence) == (Kind.RISK, Confidence.POSSIBLE)
    assert "AWS-SNAT-CHAIN" in finding.because
    [evidence] = finding.evidence
    assert (evidence.asked, evidence.value) == (Interfaces.ASKED, "aws-K8S-…")


def test_ignores_interfaces_of_others_and_of_other_instances() -> None:
    assert judge("Cilium-CNI (i-n1)") == []
    assert judge(on="i-else") == []


def test_leaves_a_running_aws_node_to_its_own_check() -> None:
    assert judge(aws_node=3) == []
    assert judge(chaining="aws-cni") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(leftovers).verdict is Verdict.NOT_CHECKED
