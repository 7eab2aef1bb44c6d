"""The cluster in one word and one sentence."""

import pytest

from checks.collect.gather import gather
from checks.judge import judge
from checks.report import Report, Verdict
from tests.builder import Cluster, MemorySource
from tests.scenarios.healthy import plain


def report(told: Cluster | MemorySource) -> Report:
    return judge(gather(told.source() if isinstance(told, Cluster) else told))


LEAST = [
    "kubernetes/api/v1/nodes",
    "kubernetes/api/v1/pods",
    "kubernetes/apis/apps/v1/daemonsets",
    "kubernetes/apis/apps/v1/deployments",
    "kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config",
    "kubernetes/apis/discovery.k8s.io/v1/endpointslices",
    "kubernetes/apis/cilium.io/v2/ciliumnodes",
]


@pytest.mark.parametrize("path", LEAST)
@pytest.mark.parametrize("how", ["refuse", "drop", "garble"])
def test_no_cluster_is_healthy_while_a_least_source_is_unread(path: str, how: str) -> None:
    source = plain().source()
    getattr(source, how)(path)
    told = report(source)
    assert told.verdict is Verdict.UNKNOWN
    assert "not checked" in told.headline
    assert told.not_checked


@pytest.mark.parametrize("name", ["daemonsets", "deployments"])
def test_cilium_not_found_counts_as_unread(name: str) -> None:
    source = plain().source()

    def without_cilium(answer: dict[str, list[dict[str, dict[str, str]]]]) -> None:
        answer["items"] = [i for i in answer["items"] if not i["metadata"]["name"].startswith("cilium")]

    source.edit(f"kubernetes/apis/apps/v1/{name}", without_cilium)
    told = report(source)
    assert told.verdict is Verdict.UNKNOWN
    assert "no D" in told.headline


def test_cilium_nodes_are_no_least_source_where_state_is_kept_on_the_node() -> None:
    source = plain("kubernetes").source().refuse("kubernetes/apis/cilium.io/v2/ciliumnodes")
    assert report(source).verdict is Verdict.HEALTHY


def test_a_critical_verdict_stays_whatever_could_not_be_read() -> None:
    c = plain()
    c.coredns(0)
    told = report(c.source().refuse("kubernetes/api/v1/nodes"))
    assert told.verdict is Verdict.CRITICAL


def test_an_unread_lesser_source_is_told_in_the_headline_of_a_healthy_cluster() -> None:
    told = report(plain("eni").source().refuse("aws/ec2/describe-subnets"))
    assert told.verdict is Verdict.HEALTHY
    assert f"{len(told.not_checked)} not checked" in told.headline
    [entry] = [n for n in told.not_checked if n.id == "subnet-free-ips-exhausted"]
    assert entry.why == "refused: ec2:DescribeSubnets (UnauthorizedOperation)"
    assert entry.grant is not None
    assert "ec2:DescribeSubnets" in entry.grant


def test_a_healthy_headline_has_the_figures() -> None:
    assert report(plain()).headline.startswith("Nothing hurts: 6 of 6 nodes ready, 6 reachable")


def test_the_headline_is_the_harm_and_its_first_cause() -> None:
    c = Cluster(mode="cluster-pool")
    c.nodes(6, type="t3.small", max_pods="eks")
    c.workload("shop/perf", 80)
    told = report(c)
    assert told.headline.startswith(f"{told.symptoms[0].title}: {told.causes[0].title}")


def test_the_headline_says_when_nothing_known_fits() -> None:
    c = plain()
    c.service("shop/api2", selector={"app": "api"})
    c.fails("shop/api")
    assert "no known cause fits" in report(c).headline


def test_the_same_state_gives_the_same_report() -> None:
    c = Cluster(mode="eni")
    c.nodes(3, max_pods=110)
    c.workload("shop/api", 120)
    first, second = report(c), report(c)
    assert first.causes == second.causes
    assert (first.headline, first.symptoms, first.facts) == (second.headline, second.symptoms, second.facts)
