from dataclasses import replace
from typing import Any

from checks.model import Confidence, Finding, Subject, Undecided
from checks.parts.pods import Pods
from checks.parts.services import Endpoints
from checks.parts.webhooks import Webhook, Webhooks
from checks.run import Verdict
from checks.services.webhook_hostnetwork_port_clash import webhook_hostnetwork_port_clash as clash
from tests.checks.hand import behind, explained, on_nothing, only, pod, service, services

HOOK = service("cert-manager-webhook", "cert-manager")
IN_USE = "listen tcp :10250: bind: address already in use"


def judge(*ready: str, port: int = 10250, message: str = IN_USE, **more: Any) -> list[Finding | Undecided]:
    hook = Webhook(
        configuration="c", kind="ValidatingWebhookConfiguration", name="w", namespace="cert-manager",
        service="cert-manager-webhook",
    )  # fmt: skip
    values = {
        "labels": (("app", "cert-manager-webhook"),),
        "host_network": True,
        "node": "n1",
        "waiting_messages": (message,) if message else (),
    }
    found = behind(HOOK, *ready)
    ports = {key: replace(value, ports=(port,)) for key, value in found.by_service.items()}
    mine = pod("cert-manager-webhook-1", "cert-manager", **(values | more))
    return clash(Webhooks(items=(hook,)), services(HOOK), Endpoints(by_service=ports), Pods(items=(mine,)))


def test_names_the_webhook_that_wants_the_kubelets_port() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.CERTAIN
    service_subject = Subject("Service", "cert-manager-webhook", "cert-manager")
    assert explained(finding, "webhooks-failing") == frozenset({service_subject})
    assert "webhook.securePort=10260" in str(finding.actions[1].command)


def test_shows_what_the_pod_says_and_the_port() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("cert-manager-webhook-1: status", IN_USE) in shown
    assert ("cert-manager-webhook: ports", "10250") in shown


def test_believes_what_a_container_wrote_when_it_ended() -> None:
    assert only(judge(message="", last_words=(IN_USE,))).confidence is Confidence.CERTAIN


def test_is_only_likely_before_the_pod_says_why() -> None:
    assert only(judge(message="")).confidence is Confidence.LIKELY


def test_names_a_pod_that_finds_no_node_with_a_free_port() -> None:
    text = "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports."
    finding = only(judge(message="", node=None, unscheduled_message=text))
    assert finding.leads_to == ("scheduler-placement-constraints",)
    assert {s.name for s in explained(finding, "pods-not-scheduled") or ()} == {"cert-manager-webhook-1"}


def test_ignores_a_pod_of_the_pod_network_and_one_that_fails_otherwise() -> None:
    assert judge(host_network=False) == []
    assert judge(port=10260, message="ImagePullBackOff") == []


def test_ignores_a_service_with_a_ready_endpoint() -> None:
    assert judge("10.40.0.5") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(clash).verdict is Verdict.NOT_CHECKED
