"""What a thread shows: comparisons, evidence, hand-overs, the note beside a recording."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.report import Report
from handlers.problems.holds import Standing
from handlers.problems.model import Hold, Problem, Weight
from handlers.render.answer import Material, answer_blocks, prefaced
from handlers.render.blocks import blocks
from handlers.render.compared import Since, changed_page, compared_blocks
from handlers.render.evidence import evidence_page
from handlers.render.handoff import Story, handoff_block, handoff_markdown, handoff_page
from handlers.render.message import Message
from handlers.render.wrong import making, recorded
from handlers.threads.memory import Look, Thread
from handlers.threads.outline import outline
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import (
    HOSTILE,
    NOON,
    SAMPLES,
    healthy,
    hostile,
    incident,
    loud_risk,
    unexplained,
)
from tests.handlers.render.strategies import reports, texts
from tests.handlers.render.test_blocks import assert_safe as strict

EARLIER = NOON - timedelta(minutes=8)
LOOK = "the last look"


def assert_safe(message: Message) -> None:
    """Safe, but for whoever has a problem: they are meant to be called."""
    calm = json.loads(json.dumps([message.text, *message.plain]).replace("<@U0ASKED>", "@somebody"))
    strict(replace(message, text=calm[0], plain=calm[1:]))


def before(report: Report) -> Report:
    """What is kept of a report: its outline, and earlier."""
    return outline(replace(report, taken_at=EARLIER))


def looks(told: str = "Critical: pods wait", asked: str = "status") -> Thread:
    one = Look(at=NOON, user="U0ASKED", asked=asked, cluster="payments-prod", taken_at=NOON, told=told)
    two = replace(one, at=NOON + timedelta(minutes=4), asked="node ip-10-0-0-8", told="Node: takes no more")
    return Thread(looks=(one, two), more=3)


def held(reason: str = "raising the limit") -> dict[str, Standing]:
    weight = Weight(hurts=True, severity="critical", subjects=14)
    problem = Problem(
        id="kubelet-max-pods-too-low",
        title="x",
        since=EARLIER,
        seen=NOON,
        first=weight,
        now=weight,
        worst=weight,
        rose=EARLIER,
    )
    ack = Hold(by="U0ASKED", owner="U0ASKED", at=NOON, reason=reason, until=NOON + timedelta(hours=4))
    one = Standing(cluster="payments-prod", problem=problem, ack=ack, silence=None, messages=())
    other = replace(problem, id="direct-routes-across-subnets")
    return {problem.id: one, other.id: replace(one, problem=other, ack=None)}


STORY = Story(thread=looks(), standings=held())


def framed(lay: object, report: Report) -> Message:
    return answer_blocks(lay, report, "again", now=NOON)  # type: ignore[arg-type] # any page


def evidence(report: Report, *named: str) -> Message:
    return framed(evidence_page(Material(report=report, named=named)), report)


def compared(report: Report, then: Report | None, fault: str = "") -> Message:
    return compared_blocks(report, Since(LOOK, then, fault), now=NOON)


MESSAGES: Mapping[str, Callable[[], Message]] = {
    "compared_better": partial(compared, loud_risk(), before(incident())),
    "compared_same": partial(compared, incident(), before(incident())),
    "compared_first": partial(compared, incident(), None, "there is no earlier look in this thread"),
    "changed": lambda: framed(changed_page(incident(), Since("an hour ago", before(healthy()))), incident()),
    "evidence": partial(evidence, incident()),
    "evidence_one": partial(evidence, incident(), "direct-routes-across-subnets"),
    "evidence_strange": partial(evidence, incident(), "max-pods"),
    "handoff": lambda: framed(handoff_page(incident(), STORY), incident()),
    "handoff_copy": lambda: framed(handoff_block(incident(), STORY), incident()),
    "recording": lambda: recorded("x.tar.gz", "48 kilobytes", 2, "It is the subnet", incident(), "1.2.3"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_looks_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    message = MESSAGES[name]()
    assert_safe(message)
    shown = {"text": message.text, "blocks": message.blocks}
    assert json.dumps(shown, indent=1, ensure_ascii=False) == golden("json")


def test_a_handoff_for_a_ticket_is_as_it_was_last_read_by_eye(golden: Golden) -> None:
    assert handoff_markdown(incident(), STORY) == golden("md")


def test_compares_by_the_outline_as_by_the_whole_report() -> None:
    whole = replace(incident(), taken_at=EARLIER)
    assert compared(loud_risk(), outline(whole)).text == compared(loud_risk(), whole).text


@pytest.mark.parametrize(
    ("then", "told"),
    [
        (None, "there is no earlier report"),
        (replace(before(incident()), cluster="other"), "the earlier report is of another cluster"),
        (outline(incident()), "it is the very same report"),
        (before(SAMPLES["half_read"]), "the earlier report could not read what its verdict needs"),
    ],
)
def test_claims_no_change_without_a_valid_baseline(then: Report | None, told: str) -> None:
    message = compared(incident(), then)
    assert f"othing to compare with: {told}." in message.text
    assert message.text.startswith(f"Critical: {incident().headline}")
    assert "as before" not in message.text
    page = framed(changed_page(incident(), Since(LOOK, then)), incident())
    assert page.text.startswith("Changed: not known since the last look")


def test_never_calls_gone_what_is_no_longer_checked() -> None:
    message = compared(SAMPLES["half_read"], before(incident()))
    assert "3 no longer checked" in message.text
    assert "gone" not in message.text


def test_evidence_finds_a_cause_by_place_a_risk_a_symptom_and_a_gap() -> None:
    assert evidence(incident(), "1").text.startswith("Evidence: 14 nodes run the 11 pods")
    assert evidence(incident(), "POD-CIDR-OVERLAPS-SERVICE-CIDR").text.startswith(
        "Evidence: pods and Services"
    )
    assert "Explained by" in evidence(incident(), "pods-not-scheduled").text
    gap = incident().not_checked[0]
    assert evidence(incident(), gap.id).text.startswith(f"Evidence: {gap.id} was not checked")
    assert evidence(incident(), "99").text.startswith("Evidence: that report found nothing called “99”")


def test_evidence_of_nothing_says_so_and_what_is_unexplained_is_told() -> None:
    quiet = replace(healthy(), risks=())
    assert "No cause, no risk and nothing unexplained was found." in evidence(quiet).text
    assert "Nothing that was read accounts for this." in evidence(unexplained()).text


def test_a_handoff_says_what_the_store_could_not_tell() -> None:
    text = handoff_markdown(incident(), Story(thread=Thread(lost=True), standings=None))
    assert "could not be read from the store" in text
    assert handoff_markdown(healthy(), Story(thread=None, standings={})).startswith("## ✅ Healthy")


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(reports, reports, texts)
def test_is_safe_whatever_the_reports_and_people_say(now: Report, then: Report, said: str) -> None:
    story = Story(thread=looks(said, said), standings=held(said))
    assert_safe(compared(now, before(then)))
    assert_safe(framed(changed_page(now, Since(LOOK, before(then))), now))
    assert_safe(evidence(now))
    assert_safe(evidence(now, said))
    assert_safe(framed(handoff_page(now, story), now))
    assert_safe(framed(handoff_block(now, story), now))
    assert_safe(recorded("x.tar.gz", "1 kilobyte", 0, said, now, "1"))
    assert_safe(prefaced(blocks(now, now=NOON), said))


@given(st.sampled_from((HOSTILE, "`" * 5_000, "&" * 5_000, "\n" * 5_000)))
def test_is_safe_with_hostile_names(text: str) -> None:
    report = hostile(text)
    story = Story(thread=looks(text, text), standings=held(text))
    for message in (
        evidence(report),
        framed(handoff_page(report, story), report),
        framed(handoff_block(report, story), report),
        making(text),
        recorded("x.tar.gz", "1 kilobyte", 0, text, report, "1"),
    ):
        assert_safe(message)
        assert "<!channel>" not in message.text
