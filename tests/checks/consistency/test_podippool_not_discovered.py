from datetime import datetime

from checks.collect.gather import gather
from checks.consistency.podippool_not_discovered import LINE, NOT_THERE
from checks.consistency.podippool_not_discovered import podippool_not_discovered as undiscovered
from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.parts.agents import OperatorLog
from checks.parts.cilium_nodes import PodIpPool, PodIpPools
from checks.parts.kubernetes import Namespace, Namespaces
from checks.parts.pods import Pod, Pods
from checks.run import Verdict, run
from checks.snapshot import Snapshot
from tests.builder import items
from tests.builder.clock import Object
from tests.checks.hand import META, ago, config, explained, on_nothing, only, pod, stuck, version, waiting
from tests.scenarios.ranges import a_pool_made_after_the_operator_started

HOUR_AGO = ago(hours=1)


def operator(name: str, *, ready: bool = True, **age: float) -> Pod:
    labels = (("io.cilium/app", "operator"),)
    return pod(name, "kube-system", labels=labels, started=ago(**age), ready=ready)


def without_start_times() -> Snapshot:
    source = a_pool_made_after_the_operator_started()

    def forget(answer: Object) -> None:
        for item in items(answer):
            item["status"].pop("startTime", None)

    return gather(source.edit("kubernetes/api/v1/pods", forget))


def judge(
    *lines: str,
    made: datetime = HOUR_AGO,
    asked: str | None = "batch",
    message: str = NOT_THERE,
    space: str | None = None,
    log: bool = True,
    beside: tuple[Pod, ...] = (),
) -> list[Finding | Undecided]:
    return undiscovered(
        meta=META,
        cilium=config("multi-pool"),
        pods=Pods(items=(operator("op", days=1), *beside)),
        pod_ip_pools=PodIpPools(items=(PodIpPool(name="batch", created=made),)),
        waiting=waiting(*stuck(2, message=message, ip_pool=asked)),
        namespaces=Namespaces(items=(Namespace(name="shop", ip_pool=space),)),
        operator_log=OperatorLog(lines=lines) if log else None,
    )


def test_finds_pods_of_a_pool_that_is_younger_than_the_operator() -> None:
    found = only(judge(LINE))
    assert (found.kind, found.severity, found.confidence) == (
        Kind.CAUSE,
        Severity.MEDIUM,
        Confidence.CERTAIN,
    )
    assert found.subjects == (Subject("CiliumPodIPPool", "batch"),)
    assert len(explained(found, "pods-without-ip") or ()) == 2


def test_is_likely_without_the_operators_word() -> None:
    assert only(judge()).confidence is Confidence.LIKELY
    assert only(judge(log=False)).confidence is Confidence.LIKELY


def test_reads_the_pool_from_the_namespace_too() -> None:
    assert judge(asked=None, space="batch")
    assert judge(asked=None) == []


def test_ignores_pools_that_were_there_before() -> None:
    assert judge(LINE, made=ago(days=9)) == []


def test_takes_when_an_operator_was_created_where_its_start_is_not_told() -> None:
    [result] = run([undiscovered], without_start_times())
    assert only(list(result.findings))


def test_an_operator_that_is_not_ready_has_not_seen_the_pool() -> None:
    assert judge(LINE, beside=(operator("new", ready=False, minutes=5),))


def test_ignores_a_pool_that_is_older_than_the_newest_operator() -> None:
    assert judge(LINE, beside=(operator("new", minutes=5),)) == []


def test_ignores_pods_that_wait_for_something_else() -> None:
    assert judge(LINE, message="all CIDR ranges are exhausted") == []


def test_does_not_apply_before_1_20() -> None:
    [found] = run([undiscovered], Snapshot(meta=META, cilium=config("multi-pool"), version=version("1.19.0")))
    assert found.verdict is Verdict.NOT_APPLICABLE


def test_shows_what_it_read_and_where() -> None:
    assert [e.asked for e in only(judge(LINE)).evidence] == [PodIpPools.ASKED, "cilium/operator/log.txt"]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(undiscovered).verdict is Verdict.NOT_CHECKED
