import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.gather import gather
from checks.collect.recording import Recording
from checks.judge import judge
from handlers.threads.memory import Subject
from handlers.threads.named import Known, Named, known_of, named_in
from tests.handlers.render.samples import healthy, incident, node_name, pod_subjects
from tests.handlers.threads.alerts import (
    HOST,
    NODE,
    POD,
    Message,
    alertmanager,
    fields,
    grafana,
    pagerduty,
    rich,
    said,
)

CLUSTER = "payments-prod"
RECORDING = Path(__file__).parents[2] / "recordings" / "phase1_native"
KNOWN = known_of(incident(), None)
KNOWN = replace(
    KNOWN,
    pods={
        **KNOWN.pods,
        "db-0": frozenset(("shop", "bank")),
        "coredns-5d78c9869d-abcde": frozenset(("kube-system",)),
        "kube-state-metrics-6b8-x1": frozenset(("monitoring",)),
    },
)


def pod(name: str) -> Subject:
    return Subject(cluster=CLUSTER, pod=name)


def node(name: str = NODE) -> Subject:
    return Subject(cluster=CLUSTER, node=name)


WHOLE = Subject(cluster=CLUSTER)
TABLE: dict[str, tuple[Message, Subject]] = {
    "alertmanager pod": (alertmanager(namespace="shop", pod=POD, severity="warning"), pod(f"shop/{POD}")),
    "alertmanager node": (alertmanager(node=NODE, condition="Ready"), node()),
    "alertmanager instance": (alertmanager(instance=f"{HOST}:9100", job="node-exporter"), node()),
    "a pod of a workload that is known": (
        alertmanager(namespace="shop", pod="api-7c9f8d6b5-zzzzz"),
        pod("shop/api-7c9f8d6b5"),
    ),
    "a pod of an older ReplicaSet": (alertmanager(namespace="shop", pod="api-66d5c-zzzzz"), pod("shop/api")),
    "a pod of that name elsewhere": (alertmanager(namespace="other", pod="api-66d5c-zzzzz"), WHOLE),
    "a deployment": (grafana(namespace="shop", deployment="api"), pod("shop/api")),
    "grafana pod": (grafana(namespace="shop", pod=POD, cluster=CLUSTER), pod(f"shop/{POD}")),
    "grafana node": (grafana(node=HOST), node()),
    "exported labels are meant": (
        grafana(
            namespace="monitoring",
            pod="kube-state-metrics-6b8-x1",
            exported_namespace="shop",
            exported_pod=POD,
        ),
        pod(f"shop/{POD}"),
    ),
    "who reports is not who is sick": (
        grafana(namespace="monitoring", pod="kube-state-metrics-6b8-x1", node=NODE),
        node(),
    ),
    "unless nothing else is named": (
        grafana(namespace="monitoring", pod="kube-state-metrics-6b8-x1"),
        pod("monitoring/kube-state-metrics-6b8-x1"),
    ),
    "fields": (fields(Namespace="shop", Pod=POD), pod(f"shop/{POD}")),
    "a field alone": (fields(Node=NODE, Severity="critical"), node()),
    "pagerduty": (pagerduty(f"{POD} in shop is Pending"), pod(f"shop/{POD}")),
    "pagerduty node": (pagerduty(f"Node {HOST} is NotReady"), node()),
    "json": (
        said(json.dumps({"alertname": "X", "labels": {"pod": POD, "namespace": "shop"}})),
        pod(f"shop/{POD}"),
    ),
    "prose": (said(f"why does shop/{POD} not start?"), pod(f"shop/{POD}")),
    "a host in prose": (said(f"{HOST} looks ill."), node()),
    "a name in code": (rich("look at ", POD, " please"), pod(f"shop/{POD}")),
    "a name cut in two by its style": (rich("pod: ", POD), pod(f"shop/{POD}")),
    "two namespaces, one said": (alertmanager(namespace="bank", pod="db-0"), pod("bank/db-0")),
    "two namespaces, none said": (alertmanager(pod="db-0"), pod("db-0")),
    "a pod before a node": (alertmanager(pod=POD, node=NODE), pod(f"shop/{POD}")),
    "a plain word is no name": (said("the api of the shop is slow"), WHOLE),
    "names that nobody knows": (alertmanager(pod="ghost-1", namespace="attic"), WHOLE),
    "nothing": ({}, WHOLE),
    "an ARN": (said(f"arn:aws:eks:eu-west-1:111122223333:cluster/{CLUSTER} is sick"), WHOLE),
}


def read(message: Message, known: Sequence[Known] = (KNOWN,), *others: str, sure: bool = True) -> Named:
    return named_in(message, known, (CLUSTER, *others), sure=sure)


@pytest.mark.parametrize("name", TABLE)
def test_reads_what_an_alert_names(name: str) -> None:
    message, subject = TABLE[name]
    assert read(message).subject == subject


@pytest.mark.parametrize("name", [name for name, (_, subject) in TABLE.items() if subject != WHOLE])
def test_finds_the_cluster_by_what_only_one_knows(name: str) -> None:
    message, subject = TABLE[name]
    other = known_of(
        replace(healthy(), cluster="bank-prod", facts=replace(healthy().facts, nodes_detail=())), None
    )
    assert read(message, (other, KNOWN), "bank-prod", sure=False).subject == subject


def test_never_guesses_between_clusters() -> None:
    twin = replace(KNOWN, cluster="bank-prod")
    for message in (said("help"), alertmanager(namespace="shop", pod=POD)):
        assert read(message, (KNOWN, twin), "bank-prod", sure=False).subject.cluster == ""
        assert read(message, (KNOWN, twin), "bank-prod").subject.pod == ""
    assert read(said(f"{POD} in bank-prod"), (KNOWN, twin), "bank-prod", sure=False).subject == Subject(
        cluster="bank-prod", pod=f"shop/{POD}"
    )


def test_a_namespace_called_like_a_cluster_is_no_cluster() -> None:
    found = read(alertmanager(namespace="shop", severity="x"), (KNOWN,), "shop", sure=False)
    assert found.subject.cluster in ("", "shop")  # the title has the bare word, which may be either
    assert read(fields(Namespace="shop"), (KNOWN,), "shop", sure=False).subject.cluster == ""


def test_a_cluster_that_is_not_ours_is_told_and_never_taken_for_ours() -> None:
    found = read(grafana(cluster="staging", severity="critical"))
    assert (found.subject.cluster, found.strange) == ("", "staging")
    known = read(grafana(cluster="eu-prod", pod=POD))  # by another name, but its pod is ours
    assert (known.subject, known.strange) == (pod(f"shop/{POD}"), "eu-prod")


def test_counts_what_else_is_named() -> None:
    assert read(alertmanager(pod=POD, node=NODE)).more == 1


def test_knows_pods_that_run_from_what_the_sweep_had_read() -> None:
    snapshot = gather(Recording(RECORDING))
    report = judge(snapshot)
    known = known_of(report, snapshot)
    assert snapshot.pods is not None
    assert snapshot.nodes is not None
    running = snapshot.pods.addresses[0]
    message = alertmanager(namespace=running.namespace, pod=running.name)
    found = named_in(message, [known], [report.cluster], sure=True)
    assert found.subject == Subject(cluster=report.cluster, pod=f"{running.namespace}/{running.name}")
    first = snapshot.nodes.items[0]
    found = named_in(said(f"instance={first.addresses[0]}:9100"), [known], [report.cluster], sure=True)
    assert found.subject.node == first.name


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("text", "blocks", "attachments", "fields", "title", "value", "elements", "type", "x")
            ),
            inside,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(("text", "blocks", "attachments", "message")), json_values))
def test_never_raises_whatever_stands_in_a_message(message: Message) -> None:
    found = read(message, (KNOWN,), "other", sure=False)
    assert found.subject.cluster in ("", CLUSTER, "other")


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "pod: x-1-" * 30_000, "-" * 200_000, "pod=a " * 50_000, "<" * 100_000]
)
def test_reads_a_huge_message_in_no_time(text: str) -> None:
    pods = {
        f"team-{number % 40}-app-{number:06}": frozenset((f"team-{number % 40}",)) for number in range(20_000)
    }
    known = replace(KNOWN, pods=pods)
    nested: object = text
    for _ in range(200):
        nested = {"text": nested, "blocks": [nested] if isinstance(nested, str) else []}
    began = time.process_time()
    read({"text": text, "attachments": [{"text": text}] * 50, "blocks": [nested]}, (known,))
    assert time.process_time() - began < 2.0


def test_node_and_pod_samples_are_what_the_alerts_name() -> None:
    assert node_name(3) == NODE
    assert POD in {subject.name for subject in pod_subjects(5)}
