from checks.model import Finding, Severity, Subject, Undecided
from checks.parts.derived import UnscheduledPod, Waiting
from checks.parts.pods import Pod, PodGroup, Pods
from checks.parts.services import Services
from checks.parts.workloads import Deployments
from checks.run import Verdict
from checks.services.coredns_without_endpoints import coredns_without_endpoints as no_dns
from tests.checks.hand import (
    META,
    ago,
    behind,
    explained,
    on_nothing,
    only,
    pod,
    service,
    services,
    waiting,
    workload,
)

DNS = service("kube-dns", selector=(("k8s-app", "kube-dns"),))
LABELS = (("k8s-app", "kube-dns"), ("pod-template-hash", "9"))
LOST = pod("coredns-1", "kube-system", labels=LABELS)
CRASHING = pod(
    "coredns-1", "kube-system", labels=LABELS, node="n1", ip="10.0.0.9", phase="Running",
    waiting_reasons=("CrashLoopBackOff",),
)  # fmt: skip


def judge(
    *pods: Pod,
    ready: tuple[str, ...] = (),
    wait: Waiting | None = None,
    known: Services | None = None,
    replicas: int = 2,
    young: bool = False,
) -> list[Finding | Undecided]:
    since = ago(seconds=30) if young else ago(hours=1)
    group = PodGroup(
        namespace="kube-system", labels=LABELS, host_network=False, total=len(pods), ready=0,
        not_ready_since=since, sample=(),
    )  # fmt: skip
    return no_dns(
        META,
        known or services(DNS),
        behind(DNS, *ready),
        Pods(items=pods, groups=(group,) if pods else ()),
        wait or waiting(),
        Deployments(items=(workload("coredns", replicas, 0, pod_labels=LABELS),)),
    )


def test_names_dns_pods_without_a_node_and_follows_from_the_scheduler() -> None:
    wait = waiting(unscheduled=(UnscheduledPod(pod=LOST, message="0/3 nodes are available"),))
    finding = only(judge(LOST, wait=wait))
    assert finding.severity is Severity.CRITICAL
    assert finding.title == "kube-dns has no ready endpoint: 1 DNS pod without a node"
    assert explained(finding, "dns-failing") is None
    [claim] = finding.follows_from
    assert claim.symptom == "pods-not-scheduled"
    assert claim.subjects == frozenset({Subject("Pod", "coredns-1", "kube-system")})


def test_shows_the_endpoints_and_what_the_pod_says() -> None:
    shown = {(e.asked.rsplit("/", 1)[-1], e.field, e.value) for e in only(judge(CRASHING)).evidence}
    assert ("endpointslices", "kube-dns: endpoints[].conditions.ready", "0") in shown
    assert ("pods", "coredns-1: status", "CrashLoopBackOff") in shown


def test_names_a_deployment_that_is_scaled_to_nothing() -> None:
    assert "scaled to 0" in only(judge(replicas=0)).title


def test_follows_from_nothing_while_no_pod_is_there() -> None:
    assert only(judge()).follows_from == ()


def test_ignores_a_service_with_a_ready_endpoint() -> None:
    assert judge(CRASHING, ready=("10.0.0.9",)) == []


def test_ignores_pods_that_are_just_starting() -> None:
    assert judge(CRASHING, young=True) == []


def test_ignores_a_cluster_without_that_service() -> None:
    assert judge(known=services(service("other"))) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(no_dns).verdict is Verdict.NOT_CHECKED
