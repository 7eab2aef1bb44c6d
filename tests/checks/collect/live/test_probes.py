"""Probes go to the cluster's DNS and its webhooks, and are told in the recording's words."""

import json
from collections.abc import Iterator

import pytest

from checks.collect.live.deadline import Deadline
from checks.collect.live.dns import Outcome
from checks.collect.live.kubernetes import ApiServer
from checks.collect.live.probes import Prober
from checks.collect.source import UnreadError
from tests.checks.collect.live.stand_in import Cluster, refuse, serving
from tests.checks.collect.live.test_kubernetes import Access

DNS = "/api/v1/namespaces/kube-system/services/kube-dns"
PODS = "/api/v1/namespaces/kube-system/pods"
HOOKS = "/apis/admissionregistration.k8s.io/v1/"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with serving() as served:
        yield served


def prober(cluster: Cluster, outcome: str = "ok") -> Prober:
    def ask(*_: object) -> Outcome:
        return Outcome(outcome=outcome, seconds=0.25, detail="told")

    api = ApiServer(Access(cluster.base), Deadline.after(5), pause=lambda _: None)
    return Prober(api, from_node="n1", udp=ask, tcp=ask, connect=ask)


def pod(ip: str | None, phase: str = "Running", deleted: str | None = None) -> dict[str, object]:
    return {"metadata": {"deletionTimestamp": deleted}, "status": {"phase": phase, "podIP": ip}}


def test_asks_dns_by_its_service_and_each_running_pod(cluster: Cluster) -> None:
    cluster.objects[DNS] = {"spec": {"clusterIP": "10.100.0.10"}}
    gone = pod("10.0.0.9", deleted="2026-11-22T09:00:00Z")
    cluster.objects[PODS] = {"items": [pod("10.0.0.7"), pod("10.0.0.8", "Pending"), gone, pod(None)]}
    probes = json.loads(prober(cluster).dns())["probes"]
    asked = [(probe["server"], probe["protocol"]) for probe in probes]
    assert asked == [
        ("10.100.0.10", "udp"),
        ("10.100.0.10", "tcp"),
        ("10.0.0.7", "udp"),
        ("10.0.0.7", "tcp"),
    ]
    assert probes[0] == {
        "server": "10.100.0.10",
        "name": "kubernetes.default.svc.cluster.local.",
        "protocol": "udp",
        "from_node": "n1",
        "outcome": "ok",
        "seconds": 0.25,
        "detail": "told",
    }


def test_uses_only_the_words_of_the_format(cluster: Cluster) -> None:
    cluster.objects[DNS] = {"spec": {"clusterIP": "10.100.0.10"}}
    cluster.objects[PODS] = {"items": []}
    probes = json.loads(prober(cluster, "unreachable").dns())["probes"]
    assert {probe["outcome"] for probe in probes} == {"error"}


def test_says_that_there_is_no_dns_service(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": []}
    with pytest.raises(UnreadError, match="not found: no Service kube-dns"):
        prober(cluster).dns()


def test_says_that_it_may_not_see_the_dns_service(cluster: Cluster) -> None:
    cluster.scripts[DNS] = [refuse(403, "Forbidden")]
    with pytest.raises(UnreadError, match="refused: list services"):
        prober(cluster).dns()


def test_connects_to_each_webhook_service_once(cluster: Cluster) -> None:
    hook = {"clientConfig": {"service": {"namespace": "cert-manager", "name": "webhook"}}}
    other = {"clientConfig": {"service": {"namespace": "x", "name": "headless", "port": 8443}}}
    url = {"clientConfig": {"url": "https://elsewhere.example"}}
    cluster.objects[f"{HOOKS}validatingwebhookconfigurations"] = {"items": [{"webhooks": [hook, other]}]}
    cluster.objects[f"{HOOKS}mutatingwebhookconfigurations"] = {"items": [{"webhooks": [hook, url]}, {}]}
    cluster.objects["/api/v1/namespaces/cert-manager/services/webhook"] = {
        "spec": {"clusterIP": "10.100.1.1"}
    }
    cluster.objects["/api/v1/namespaces/x/services/headless"] = {"spec": {"clusterIP": "None"}}
    [probe] = json.loads(prober(cluster, "timeout").tcp())["probes"]
    assert (probe["address"], probe["port"], probe["outcome"]) == ("10.100.1.1", 443, "timeout")
    assert probe["for"] == {"kind": "Service", "namespace": "cert-manager", "name": "webhook"}


def test_answers_with_no_probe_where_there_is_no_webhook(cluster: Cluster) -> None:
    for kind in ("validatingwebhookconfigurations", "mutatingwebhookconfigurations"):
        cluster.objects[HOOKS + kind] = {"items": []}
    assert json.loads(prober(cluster).tcp()) == {"probes": []}
