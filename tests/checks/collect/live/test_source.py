"""The live source sends each path to whoever knows it, and a sweep ends on time whatever they do."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from checks.collect.gather import gather
from checks.collect.live.agents import Agents
from checks.collect.live.aws import AwsReader
from checks.collect.live.aws_api import AwsApi, TypeCache
from checks.collect.live.deadline import Deadline
from checks.collect.live.exec import run
from checks.collect.live.first_node import FirstNode
from checks.collect.live.kubernetes import ApiServer
from checks.collect.live.probes import Prober
from checks.collect.live.source import Live
from checks.collect.source import UnreadError
from checks.judge import judge
from checks.parts.agents import Meta
from checks.report import Verdict
from tests.checks.collect.live.stand_in import (
    Behaviour,
    Cluster,
    answer,
    drop,
    half,
    hang,
    refuse,
    serving,
    trickle,
)
from tests.checks.collect.live.test_kubernetes import Access

META = Meta(cluster="shop", taken_at=datetime(2026, 11, 22, 9, tzinfo=UTC), source="live")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with serving() as served:
        yield served


def nobody(_: str) -> object:
    raise UnreadError("not asked: no AWS region is known")


def live(cluster: Cluster, *, seconds: float = 5.0, inside: bool = False) -> Live:
    api = ApiServer(Access(cluster.base), Deadline.after(seconds), pause=lambda _: None)
    aws = AwsReader(AwsApi(nobody, api.deadline), TypeCache(), cluster="shop", an_instance=lambda: None)
    prober = Prober(api, from_node=None) if inside else None
    return Live(META, api=api, agents=Agents(api, "kube-system", run), aws=aws, prober=prober)


def unread(source: Live, path: str) -> str:
    with pytest.raises(UnreadError) as caught:
        list(source.pages(path))
    return caught.value.reason


def test_asks_whoever_knows(cluster: Cluster) -> None:
    cluster.objects["/version"] = {}
    source = live(cluster)
    assert list(source.pages("kubernetes/version")) == [b"{}"]
    assert unread(source, "aws/eks/describe-cluster") == "not asked: no AWS region is known"
    assert unread(source, "helm/values") == "not asked"
    assert unread(source, "probes/else") == "not asked"
    assert source.arguments("helm") == ()
    assert source.meta is META


def test_says_why_it_does_not_probe_from_outside(cluster: Cluster) -> None:
    reason = "not asked: the bot runs outside the cluster's network"
    assert unread(live(cluster), "probes/dns") == reason


def test_probes_from_inside(cluster: Cluster) -> None:
    for kind in ("validatingwebhookconfigurations", "mutatingwebhookconfigurations"):
        cluster.objects[f"/apis/admissionregistration.k8s.io/v1/{kind}"] = {"items": []}
    assert list(live(cluster, inside=True).pages("probes/tcp")) == [b'{"probes":[]}']


class Everything(dict[str, list[Behaviour]]):
    """One behaviour for every path."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__()
        self.behaviour = behaviour

    def get(self, key: str, default: object = None) -> list[Behaviour]:
        return [self.behaviour]


@pytest.mark.parametrize(
    "behaviour",
    [
        refuse(401, "Unauthorized"),
        refuse(403, "Forbidden"),
        refuse(404, "NotFound"),
        refuse(410, "Expired"),
        refuse(429, "TooManyRequests", Retry_After="30"),
        refuse(500, "InternalError"),
        answer(b"<html>no</html>"),
        answer([1, 2]),
        answer({"items": [1, "x", None]}),
        answer({"kind": "SecretList", "items": [{"kind": "Secret"}]}),
        half,
        drop,
        hang,
        trickle,
    ],
)
def test_a_report_is_made_on_time_whatever_the_api_server_does(
    cluster: Cluster, behaviour: Behaviour
) -> None:
    cluster.scripts = Everything(behaviour)
    began = time.monotonic()
    snapshot = gather(live(cluster, seconds=0.5, inside=True), deadline_s=0.8)
    report = judge(snapshot)
    assert time.monotonic() - began < 4
    assert report.verdict is Verdict.UNKNOWN
    assert {"nodes", "pods", "services"} <= snapshot.gaps.keys()
    for gap in snapshot.gaps.values():
        assert gap.reason.startswith(("not asked", "refused:", "timed out", "unreadable:", "not found:"))
        assert "the collector itself failed" not in gap.reason


@pytest.mark.parametrize(
    ("provider", "found"),
    [
        ("aws:///eu-west-1a/i-0123456789abcdef0", ("i-0123456789abcdef0", "eu-west-1")),
        ("kind://docker/kind/kind-control-plane", (None, None)),
        ("aws:///eu-west-1a/fargate-ip-10-0-0-1", (None, None)),
    ],
)
def test_tells_region_and_instance_by_a_node(
    cluster: Cluster, provider: str, found: tuple[str | None, str | None]
) -> None:
    node = {
        "metadata": {"labels": {"topology.kubernetes.io/region": "eu-west-1"}},
        "spec": {"providerID": provider},
    }
    cluster.objects["/api/v1/nodes"] = {"items": [{"spec": {}}, node]}
    first = FirstNode(ApiServer(Access(cluster.base), Deadline.after(5)))
    assert (first.instance(), first.region()) == found
    assert len(cluster.asked) == 1


def test_tells_nothing_of_nodes_that_may_not_be_read(cluster: Cluster) -> None:
    cluster.scripts["/api/v1/nodes"] = [refuse(403, "Forbidden")]
    assert FirstNode(ApiServer(Access(cluster.base), Deadline.after(5))).instance() is None
