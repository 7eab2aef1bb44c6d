from checks.agents.agent_api_rate_limited import LIMITER
from checks.agents.agent_api_rate_limited import agent_api_rate_limited as limited
from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import AgentMetrics
from checks.parts.kubernetes import Events
from checks.run import Verdict
from tests.checks.hand import (
    META,
    account,
    accounts,
    config,
    explained,
    metrics,
    on_nothing,
    only,
    sample,
    stuck,
    waiting,
)

TEXT = "unable to create endpoint: [PUT /endpoint/{id}][429] putEndpointIdTooManyRequests"


def judge(message: str = TEXT, grown: float | None = 30, used: int = 10) -> list[Finding | Undecided]:
    page = metrics(
        sample(LIMITER, 50 + (grown or 0), outcome="fail"),
        earlier=None if grown is None else (sample(LIMITER, 50, outcome="fail"),),
    )
    return limited(
        META,
        waiting(*stuck(2, "n1", message)),
        config(),
        accounts(account("n1", used=used)),
        AgentMetrics(by_node={"n1": page}),
        Events(),
    )


def test_names_the_agent_that_puts_pods_off() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.CERTAIN
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == {"n1-stuck-0", "n1-stuck-1"}


def test_shows_the_answer_and_the_counter() -> None:
    shown = {(e.asked, e.value, e.count) for e in only(judge()).evidence}
    assert {("kubernetes/api/v1/events", TEXT, 2), ("cilium/n1/metrics.prom", "30", 1)} <= shown


def test_is_only_likely_without_growth_or_without_free_addresses() -> None:
    assert only(judge(grown=None)).confidence is Confidence.LIKELY
    assert only(judge(used=27)).confidence is Confidence.LIKELY


def test_ignores_a_lack_of_addresses() -> None:
    assert judge("no IPs currently available on the node") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(limited).verdict is Verdict.NOT_CHECKED


def test_is_not_checked_where_pods_wait_and_no_event_was_read() -> None:
    [told] = limited(META, waiting(*stuck(2, "n1", "")), config(), None, None, None)
    assert isinstance(told, Undecided)
    assert told.part == "events"
