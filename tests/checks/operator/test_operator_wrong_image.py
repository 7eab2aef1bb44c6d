import pytest

from checks.model import Confidence, Finding, Undecided
from checks.operator.operator_wrong_image import operator_wrong_image as wrong_image
from checks.parts.agents import OperatorLog
from checks.parts.workloads import Deployments
from checks.run import Verdict
from tests.checks.hand import (
    META,
    account,
    accounts,
    cilium_node,
    cilium_nodes,
    config,
    eni,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    stuck,
    version,
    waiting,
    workload,
)

FATAL = 'level=fatal msg="eni allocator is not supported by this version of cilium-operator-generic"'


def judge(
    image: str = "quay.io/cilium/operator-generic:v1.16.5@sha256:abc",
    mode: str = "eni",
    ready: int = 0,
    log: str = "",
) -> list[Finding | Undecided]:
    return wrong_image(
        META,
        config(mode),
        Deployments(items=(workload("cilium-operator", desired=2, ready=ready, images=(image,)),)),
        version(),
        OperatorLog(lines=(log,) if log else ()),
        nodes(node("n1")),
        cilium_nodes(cilium_node("n1", eni(0))),
        accounts(account("n1", attached=0, used=0)),
        waiting(*stuck(2, "n1")),
    )


def test_names_the_generic_operator_in_eni_mode() -> None:
    finding = only(judge())
    assert "operator-generic" in finding.title
    assert finding.confidence is Confidence.CERTAIN
    assert explained(finding, "operator-not-ready") is None
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == {"n1-stuck-0", "n1-stuck-1"}
    assert "eni.enabled=true" in str(finding.actions[1].command)


def test_names_the_aws_operator_in_cluster_pool_mode() -> None:
    finding = only(judge("quay.io/cilium/operator-aws:v1.16.5", "cluster-pool"))
    assert "eni.enabled=false" in str(finding.actions[1].command)


def test_shows_image_mode_and_what_the_operator_said() -> None:
    shown = {(e.field, e.value) for e in only(judge(log=FATAL)).evidence}
    assert (
        "cilium-operator: containers[].image",
        "quay.io/cilium/operator-generic:v1.16.5@sha256:abc",
    ) in shown
    assert ("data.ipam", "eni") in shown
    assert ("line", FATAL) in shown


@pytest.mark.parametrize(
    ("image", "mode"),
    [
        ("quay.io/cilium/operator-aws:v1.16.5", "eni"),
        ("registry.local:5000/mirror/cilium-operator-aws:v1.16.5", "eni"),
        ("quay.io/cilium/operator-generic:v1.16.5", "cluster-pool"),
        ("quay.io/cilium/operator:v1.16.5", "eni"),
        ("mirror/operator-generic/operator-aws:v1", "eni"),
    ],
)
def test_ignores_an_image_that_has_the_allocator(image: str, mode: str) -> None:
    assert judge(image, mode) == []


def test_finds_the_flavour_behind_a_registry_with_a_port() -> None:
    assert only(judge("registry.local:5000/mirror/cilium-operator-generic:v1.16.5"))


def test_is_only_likely_while_the_replicas_are_ready() -> None:
    assert only(judge(ready=2)).confidence is Confidence.LIKELY


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(wrong_image).verdict is Verdict.NOT_CHECKED
