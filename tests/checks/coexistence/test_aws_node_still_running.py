from checks.coexistence.aws_node_still_running import AWS_CNI_ERROR, aws_node_still_running
from checks.model import Confidence, Finding, Undecided
from checks.parts.aws import EksAddons
from checks.parts.cilium import NodeConfig, NodeConfigs
from checks.parts.cilium_nodes import CiliumEndpoints
from checks.parts.kubernetes import Events
from checks.parts.pods import Pod, PodAddress, Pods
from checks.parts.vpc import Interface, Interfaces
from checks.parts.workloads import DaemonSets
from checks.run import Verdict
from tests.checks.hand import (
    META,
    ago,
    cilium_node,
    cilium_nodes,
    config,
    explained,
    on_nothing,
    only,
    pod,
    stuck,
    waiting,
    workload,
)


def aws_pod(node: str = "n1") -> Pod:
    return pod("aws-node-1", "kube-system", node=node, labels=(("k8s-app", "aws-node"),), phase="Running")


def judge(
    desired: int = 1,
    *,
    mode: str = "cluster-pool",
    at: str = "n1",
    read_pods: bool = True,
    read_endpoints: bool = True,
    lost: bool = False,
    told: bool = True,
    message: str = "",
    node_configs: NodeConfigs | None = None,
    settings: dict[str, str] | None = None,
) -> list[Finding | Undecided]:
    address = PodAddress("shop", "api-1", "n1", "10.40.7.7", ago(hours=1))
    return aws_node_still_running(
        META,
        config(mode, **(settings or {})),
        DaemonSets(items=(workload("aws-node", desired, desired),)),
        cilium_nodes(cilium_node("n1")),
        Pods(items=(aws_pod(at),), addresses=(address,) if lost else ()) if read_pods else None,
        CiliumEndpoints() if read_endpoints else None,
        None,
        node_configs,
        Interfaces(items=(Interface(id="eni-1", description="aws-K8S-i-0a"),)),
        EksAddons(status={"vpc-cni": "ACTIVE"}),
        None,
        waiting(*stuck(1, "n1", message)),
        Events() if told else None,
    )


def test_says_what_would_tell_whom_it_hurts() -> None:
    for found, part in ((judge(told=False), "events"), (judge(read_endpoints=False), "cilium_endpoints")):
        assert [item.part for item in found if isinstance(item, Undecided)] == [part]


def test_names_aws_node_on_a_node_of_ciliums() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.CERTAIN
    assert [s.name for s in finding.subjects] == ["aws-node", "n1"]
    assert not finding.inferred
    assert finding.leads_to == ("unmanaged-pods",)


def test_shows_the_daemonset_the_mode_and_what_it_left() -> None:
    shown = {(e.field, e.value) for e in only(judge(3, lost=True)).evidence}
    assert ("aws-node: status.desiredNumberScheduled", "3") in shown
    assert ("data.cni-chaining-mode", "absent") in shown
    assert ("pods of its nodes without CiliumEndpoint", "1") in shown
    assert ("addons[]", "vpc-cni ACTIVE") in shown


def test_explains_pods_that_bypass_cilium() -> None:
    finding = only(judge(lost=True))
    assert finding.inferred
    assert {s.name for s in explained(finding, "traffic-failing") or ()} == {"api-1"}


def test_explains_pods_whose_error_is_the_other_cnis() -> None:
    theirs = only(judge(message=f"plugin aws-cni: {AWS_CNI_ERROR}"))
    assert {s.name for s in explained(theirs, "pods-without-ip") or ()} == {"n1-stuck-0"}
    ours = only(judge(message="range is full"))
    assert explained(ours, "pods-without-ip") == frozenset()


def test_ignores_a_parked_aws_node() -> None:
    assert judge(0) == []


def test_ignores_chaining_and_delegation() -> None:
    assert judge(settings={"cni_chaining_mode": "aws-cni"}) == []
    assert judge(mode="delegated-plugin") == []


def test_ignores_aws_node_on_nodes_without_cilium() -> None:
    assert judge(at="windows-1") == []


def test_ignores_a_migration_node_by_node() -> None:
    moving = NodeConfigs(items=(NodeConfig(name="cilium-default"),))
    assert judge(settings={"custom_cni_conf": "true"}, node_configs=moving) == []


def test_is_only_likely_without_the_pods() -> None:
    finding = only(judge(read_pods=False))
    assert finding.confidence is Confidence.LIKELY
    assert "would decide" in finding.because


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(aws_node_still_running).verdict is Verdict.NOT_CHECKED
