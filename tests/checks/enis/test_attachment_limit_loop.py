from typing import Any

from checks.enis.attachment_limit_loop import CALL, CODE
from checks.enis.attachment_limit_loop import attachment_limit_loop as loop
from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import OperatorLog, OperatorMetrics
from checks.parts.aws import InstanceTypes
from checks.parts.aws_account import ApiCall, ApiCalls
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.vpc import Interface, Interfaces
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.enis.hand_enis import TYPES, for_pods, interface, interfaces, one_node
from tests.checks.hand import (
    META,
    account,
    accounts,
    ago,
    explained,
    metrics,
    on_nothing,
    only,
    sample,
    stuck,
    waiting,
)

OWN = [interface("n1", 0), interface("n1", 1)]
OTHER = interface("n1", 2, description="csi-volume")


def judge(*items: Interface, own: int = 2, first: int = 0, **parts: Any) -> list[Finding | Undecided]:
    held = items or (*OWN, OTHER)
    nodes, mine = one_node(*(for_pods(item, n) for n, item in enumerate(held[:own])), first=first)
    given: dict[str, Any] = {
        "accounts": accounts(account(attached=18, capacity=27)),
        "waiting": waiting(*stuck(2)),
        "operator_log": None,
        "operator_metrics": None,
        "cloudtrail": None,
    }
    return loop(
        meta=META,
        nodes=nodes,
        cilium_nodes=mine,
        interfaces=interfaces(*held),
        instance_types=TYPES,
        **(given | parts),
    )


def refused(minutes: float = 3) -> ApiCalls:
    call = ApiCall(name=CALL, time=ago(minutes=minutes), error_code=f"Client.{CODE}")
    return ApiCalls(by_name={CALL: (call,)})


def test_finds_a_node_whose_slots_others_take() -> None:
    found = only(judge())
    assert found.confidence is Confidence.LIKELY
    assert "eni-n1-0-2" in found.because
    assert len(explained(found, "pods-without-ip") or ()) == 2


def test_is_certain_where_ec2_refuses_now() -> None:
    name = "cilium_operator_ec2_api_duration_seconds_count"
    grown = {"operation": CALL, "responseCode": CODE}
    page = metrics(sample(name, 9, **grown), earlier=(sample(name, 4, **grown),))
    assert only(judge(operator_metrics=OperatorMetrics(page=page))).confidence is Confidence.CERTAIN
    assert only(judge(cloudtrail=refused())).confidence is Confidence.CERTAIN


def test_takes_a_growing_http_status_for_the_refusal_that_the_log_quotes() -> None:
    name = "cilium_operator_ec2_api_duration_seconds_count"
    grown = {"operation": CALL, "responseCode": "400 Bad Request"}
    told = OperatorMetrics(page=metrics(sample(name, 9, **grown), earlier=(sample(name, 4, **grown),)))
    log = OperatorLog(lines=(CODE,))
    assert only(judge(operator_metrics=told, operator_log=log)).confidence is Confidence.CERTAIN
    assert only(judge(operator_metrics=told)).confidence is Confidence.LIKELY


def test_takes_old_refusals_for_nothing() -> None:
    assert only(judge(cloudtrail=refused(minutes=300))).confidence is Confidence.LIKELY
    flat = metrics(sample("cilium_operator_ec2_api_duration_seconds_count", 9, responseCode=CODE))
    assert only(judge(operator_metrics=OperatorMetrics(page=flat))).confidence is Confidence.LIKELY


def test_is_dropped_where_nobody_waits_and_nothing_is_refused() -> None:
    assert only(judge(waiting=None)).drop_if_harmless
    assert not only(judge(waiting=None, cloudtrail=refused())).drop_if_harmless


def test_ignores_a_node_with_a_free_slot() -> None:
    assert judge(OWN[0], interface("n1", 1), own=1, cloudtrail=refused()) == []


def test_ignores_a_node_that_is_full_of_its_own() -> None:
    assert judge(*OWN, interface("n1", 2), own=3) == []


def test_ignores_an_interface_that_the_operator_has_just_attached() -> None:
    assert judge(*OWN, interface("n1", 2, description="Cilium-CNI (i-n1)")) == []


def test_ignores_interfaces_that_are_kept_for_the_node() -> None:
    assert judge(*OWN, interface("n1", 2), own=3, first=2) == []


def test_leaves_trunks_to_their_own_check() -> None:
    assert judge(*OWN, interface("n1", 2, type="trunk")) == []


def test_ignores_interfaces_on_other_cards() -> None:
    assert judge(*OWN, interface("n1", 1, card=1)) == []


def test_is_silent_on_healthy_clusters() -> None:
    cluster = Cluster(mode="eni")
    cluster.nodes(3)
    cluster.workload("shop/api", 60)
    [found] = run([loop], cluster.snapshot())
    assert found.verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    log = OperatorLog(lines=(f"level=warning msg=… error={CODE}",))
    assert [(e.asked, e.value) for e in only(judge(operator_log=log)).evidence] == [
        (Interfaces.ASKED, "3"),
        (InstanceTypes.ASKED, "3"),
        (CiliumNodes.ASKED, "2"),
        (Interfaces.ASKED, "csi-volume"),
        (OperatorLog.ASKED, f"level=warning msg=… error={CODE}"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(loop).verdict is Verdict.NOT_CHECKED
