from checks.agents.taint_removed_too_early import taint_removed_too_early as early
from checks.model import Confidence, Finding, Undecided
from checks.parts.kubernetes import Event, Events
from checks.parts.pods import Pods
from checks.run import Verdict
from tests.checks.hand import META, NOON, ago, explained, on_nothing, only, pod, stuck, waiting

TEXT = "unable to connect to Cilium agent: dial unix /var/run/cilium/cilium.sock: connect: no such file"


def judge(
    message: str = TEXT, *, agent_ready: bool = True, ready_s: float = 1200, seen_s: float = 1210
) -> list[Finding | Undecided]:
    agent = pod(
        "cilium-1", "kube-system", node="n1", labels=(("k8s-app", "cilium"),), ready=agent_ready,
        ready_since=ago(seconds=ready_s),
    )  # fmt: skip
    event = Event(
        kind="Pod", namespace="shop", name="n1-stuck-0", reason="FailedCreatePodSandBox", message=message,
        last_seen=NOON, first_seen=ago(seconds=seen_s),
    )  # fmt: skip
    return early(META, waiting(*stuck(1, "n1", message)), Pods(items=(agent,)), Events(items=(event,)))


def test_names_a_pod_that_stayed_behind() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.LIKELY
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == {"n1-stuck-0"}


def test_shows_the_error_and_since_when_the_agent_is_ready() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert {("message", TEXT), ("agent on n1: ready since", ago(seconds=1200).isoformat())} <= shown


def test_ignores_a_node_whose_agent_is_not_ready_or_just_became_so() -> None:
    assert judge(agent_ready=False) == []
    assert judge(ready_s=60, seen_s=70) == []


def test_ignores_an_agent_that_went_away_later() -> None:
    assert judge(ready_s=7200, seen_s=300) == []


def test_ignores_a_lack_of_addresses() -> None:
    assert judge("range is full") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(early).verdict is Verdict.NOT_CHECKED
