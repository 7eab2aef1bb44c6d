from checks.model import Finding, Severity, Subject, Undecided
from checks.parts.derived import UnscheduledPod, Waiting
from checks.parts.webhooks import ApiService, ApiServices, Webhook, Webhooks
from checks.run import Verdict
from checks.services.webhook_backend_without_ip import webhook_backend_without_ip as without_ip
from tests.checks.hand import (
    META,
    behind,
    explained,
    on_nothing,
    only,
    pod,
    service,
    services,
    stuck,
    waiting,
)

HOOK = service("hook", "sec")
MINE = (("app", "hook"), ("pod-template-hash", "1"))
STARVED = waiting(*stuck(1, "n1", "no IPs currently available", namespace="sec", labels=MINE))


def judge(
    wait: Waiting = STARVED, *ready: str, fails_closed: bool = True, apis: tuple[ApiService, ...] = ()
) -> list[Finding | Undecided]:
    hook = Webhook(
        configuration="c", kind="MutatingWebhookConfiguration", name="w", namespace="sec", service="hook",
        fails_closed=fails_closed,
    )  # fmt: skip
    hooks = Webhooks(items=() if apis else (hook,))
    return without_ip(META, hooks, services(HOOK), behind(HOOK, *ready), wait, ApiServices(items=apis))


def test_names_the_webhook_whose_pod_has_no_address_and_what_it_follows_from() -> None:
    finding = only(judge())
    assert finding.severity is Severity.CRITICAL
    assert explained(finding, "webhooks-failing") == frozenset({Subject("Service", "hook", "sec")})
    [claim] = finding.follows_from
    assert claim.symptom == "pods-without-ip"
    assert claim.subjects == frozenset({Subject("Pod", "n1-stuck-0", "sec")})


def test_follows_from_the_scheduler_where_the_pod_has_no_node() -> None:
    unscheduled = UnscheduledPod(pod=pod("hook-1", "sec", labels=MINE), message="0/3 nodes are available")
    [claim] = only(judge(waiting(unscheduled=(unscheduled,)))).follows_from
    assert claim.symptom == "pods-not-scheduled"


def test_shows_the_empty_endpoints_and_the_pods_own_error() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("sec/hook: ready endpoints", "0") in shown
    assert ("message of its pods", "no IPs currently available") in shown


def test_names_an_aggregated_api() -> None:
    api = ApiService(name="v1.x", namespace="sec", service="hook", available=False)
    assert only(judge(apis=(api,)))


def test_ignores_a_service_with_a_ready_endpoint() -> None:
    assert judge(STARVED, "10.0.0.4") == []


def test_ignores_a_service_without_pods_that_wait() -> None:
    assert judge(waiting()) == []
    assert judge(waiting(*stuck(1, "n1", namespace="sec", labels=(("app", "other"),)))) == []
    assert judge(waiting(*stuck(1, "n1", namespace="shop", labels=MINE))) == []


def test_is_less_severe_when_nothing_fails_closed() -> None:
    assert only(judge(fails_closed=False)).severity is Severity.HIGH


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(without_ip).verdict is Verdict.NOT_CHECKED


def test_quotes_names_in_commands() -> None:
    hostile = service("hook", "sec; rm -rf /")
    hook = Webhook(
        configuration="c",
        kind="MutatingWebhookConfiguration",
        name="w",
        namespace="sec; rm -rf /",
        service="hook",
    )
    wait = waiting(*stuck(1, "n1", namespace="sec; rm -rf /", labels=MINE))
    found = without_ip(META, Webhooks(items=(hook,)), services(hostile), behind(hostile), wait, None)
    assert all("'sec; rm -rf /'" in str(action.command) for action in only(found).actions[:2])
