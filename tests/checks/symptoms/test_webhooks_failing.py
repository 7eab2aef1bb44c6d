import pytest

from checks.model import Severity
from checks.parts.kubernetes import Events
from checks.parts.services import Endpoints
from checks.parts.webhooks import Webhooks
from checks.run import Verdict
from checks.symptoms.webhooks_failing import webhooks_failing
from tests.checks.symptoms.seen import cluster, names, result, seen

HOOK = "cert-manager/cert-manager-webhook"


def test_tells_of_a_call_that_an_event_reports() -> None:
    c = cluster("eni")
    c.webhook(HOOK, fails="context deadline exceeded")
    found = seen(webhooks_failing, c)
    assert names(found) == ["cert-manager-webhook"]
    assert found is not None
    assert found.severity is Severity.HIGH
    assert found.evidence[0].asked == Events.ASKED


def test_tells_of_an_aggregated_api_that_is_unavailable() -> None:
    c = cluster("eni")
    c.aggregated_api("v1beta1.metrics.k8s.io", "kube-system/metrics-server", available=False)
    assert names(seen(webhooks_failing, c)) == ["metrics-server"]


def test_tells_of_a_webhook_without_ready_endpoint() -> None:
    c = cluster("eni")
    c.webhook(HOOK, ready=False)
    found = seen(webhooks_failing, c)
    assert names(found) == ["cert-manager-webhook"]
    assert found is not None
    assert Endpoints.ASKED in [e.asked for e in found.evidence]


@pytest.mark.parametrize(("policy", "told"), [("Ignore", False), ("Fail", True)])
def test_a_webhook_scaled_to_nothing_hurts_only_where_it_fails_closed(policy: str, told: bool) -> None:
    c = cluster("eni")
    c.webhook(HOOK, replicas=0, policy=policy)
    assert (seen(webhooks_failing, c) is not None) is told


def test_a_webhook_that_may_fail_and_should_run_is_told() -> None:
    c = cluster("eni")
    c.webhook(HOOK, ready=False, policy="Ignore")
    assert names(seen(webhooks_failing, c)) == ["cert-manager-webhook"]


def test_tells_of_a_webhook_in_the_overlay_of_a_managed_control_plane() -> None:
    c = cluster("cluster-pool")
    c.webhook(HOOK)
    assert names(seen(webhooks_failing, c)) == ["cert-manager-webhook"]


@pytest.mark.parametrize("mode", ["eni", "cluster-pool"])
def test_is_silent_when_webhooks_are_where_the_control_plane_reaches_them(mode: str) -> None:
    c = cluster(mode)
    c.webhook(HOOK, host_network=mode == "cluster-pool")
    assert seen(webhooks_failing, c) is None


def test_an_available_api_in_the_overlay_proves_that_the_control_plane_reaches_it() -> None:
    c = cluster("cluster-pool")
    c.webhook(HOOK)
    c.aggregated_api("v1beta1.metrics.k8s.io", "cert-manager/cert-manager-webhook", available=True)
    assert seen(webhooks_failing, c) is None


def test_is_not_checked_without_endpoints_or_webhooks() -> None:
    for path in (Endpoints.ASKED, "kubernetes/apis/admissionregistration.k8s.io/"):
        assert result(webhooks_failing, cluster().source().refuse(path)).verdict is Verdict.NOT_CHECKED


def test_one_list_of_webhooks_is_better_than_none() -> None:
    c = cluster("eni")
    c.webhook(HOOK, ready=False)
    source = c.source().refuse(Webhooks.ASKED_MUTATING)
    assert result(webhooks_failing, source).findings


def test_events_that_could_not_be_read_may_have_told_of_a_failure() -> None:
    source = cluster("eni").source().refuse(Events.ASKED)
    assert result(webhooks_failing, source).verdict is Verdict.NOT_CHECKED
