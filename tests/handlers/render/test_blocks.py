import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.report import Report, Verdict
from handlers.render.blocks import blocks, error_blocks, plainer, progress_blocks, progress_line
from handlers.render.escape import literal
from handlers.render.limits import message_faults
from handlers.render.limits.numbers import MAX_TEXT_CHARS
from handlers.render.message import Block, Message
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import (
    NOON,
    SAMPLES,
    half_read,
    healthy,
    hostile,
    incident,
    loud_risk,
    max_pods,
    unexplained,
)
from tests.handlers.render.strategies import reports, texts

LATER = NOON + timedelta(seconds=40)


def strings(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string that Slack would show, with the key it stands under."""
    if isinstance(value, str):
        if key != "value":  # what a button gives back is shown to nobody
            yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner, f"{value.get('type')}.{name}" if name == "text" else str(name))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings(inner, key)


def shown(message: Message) -> str:
    return "".join(
        text for key, text in strings(list(message.blocks)) if key in ("text.text", "plain_text.text")
    )


def elements(message: Message) -> list[Block]:
    """What the blocks of a message hold, one level down."""
    return [element for block in message.blocks for element in cast("list[Block]", block.get("elements", []))]


def assert_safe(message: Message) -> None:
    assert message_faults(message.blocks, message.text) == ()
    assert message_faults(message.plain, message.text) == ()
    assert message_faults((), message.text) == ()
    assert "<" not in message.text
    for key, text in strings([*message.blocks, *message.plain]):
        assert "<!" not in text
        assert "<@" not in text
        assert "<#" not in text
        if key == "mrkdwn.text":
            assert text.count("<") == text.count("<https://") == text.count(">")
        hidden = [c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")]
        assert hidden == []


@pytest.mark.parametrize("name", SAMPLES)
def test_looks_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    message = blocks(SAMPLES[name], now=LATER)
    forms = {"text": message.text, "blocks": list(message.blocks), "plain": list(message.plain)}
    assert json.dumps(forms, indent=1, ensure_ascii=False) == golden("json")


@pytest.mark.parametrize("nodes", [1, 14, 500, 5_000])
def test_stays_within_slacks_limits_at_any_size(nodes: int) -> None:
    for report in (incident(nodes, nodes * 9), healthy(nodes)):
        assert_safe(blocks(report, now=LATER))


@pytest.mark.parametrize("nodes", [500, 5_000])
def test_tells_how_many_nodes_were_left_out(nodes: int) -> None:
    message = blocks(incident(nodes), now=LATER)
    assert f"and {nodes - 5:,} more nodes" in shown(message)
    assert f"{nodes:,} nodes" in message.text


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(reports)
def test_is_safe_whatever_the_report_says(report: Report) -> None:
    message = blocks(report, now=LATER, age_s=12.0)
    assert_safe(message)
    assert message.text.startswith(report.verdict.value.capitalize() + ": ")


@settings(max_examples=40)
@given(texts, texts, st.lists(texts, max_size=60))
def test_progress_and_errors_are_safe_too(title: str, cluster: str, lines: list[str]) -> None:
    assert_safe(progress_blocks(lines, cluster=cluster))
    assert_safe(progress_blocks([progress_line(line, True, 0.4) for line in lines], total=40))
    assert_safe(error_blocks(title, " ".join(lines), reference=title, cluster=cluster))


@pytest.mark.parametrize("name", SAMPLES)
def test_opens_with_the_verdicts_word_and_the_headline(name: str) -> None:
    report = SAMPLES[name]
    message = blocks(report, now=LATER)
    first = json.dumps(message.blocks[0], ensure_ascii=False)
    assert f'"text": " {report.verdict.value.capitalize()}: {literal(report.headline[:20])}' in first
    assert message.text.startswith(f"{report.verdict.value.capitalize()}: ")


def test_shows_the_first_command_before_any_list_of_names() -> None:
    everything = json.dumps(blocks(incident(), now=LATER).blocks)
    assert everything.index("kubectl get nodes") < everything.index("ip-10-0-0-5")


def test_shows_looks_before_changes() -> None:
    everything = shown(blocks(incident(), now=LATER))
    assert everything.index("the limit of every node") < everything.index("raise the kubelet")


def test_gives_a_command_unchanged() -> None:
    command = "kubectl get pods -A 2>&1 | grep -v '<none>' && echo \"$HOME\" \\\n  --all"
    action = replace(max_pods().actions[1], command=command)
    report = replace(incident(), causes=(replace(max_pods(), actions=(action,)),))
    message = blocks(report, now=LATER)
    pre = [e for e in elements(message) if e.get("type") == "rich_text_preformatted"]
    assert pre[0]["elements"] == [{"type": "text", "text": command}]
    escaped = command.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"```\n{escaped}\n```" in "".join(text for _, text in strings(list(message.plain)))


def test_never_shows_half_a_command() -> None:
    action = replace(max_pods().actions[1], command="kubectl delete pod " + "x" * 5_000)
    report = replace(incident(), causes=(replace(max_pods(), actions=(action,)),))
    everything = json.dumps(blocks(report, now=LATER).blocks)
    assert "kubectl delete" not in everything
    assert "too long to show" in everything


def test_says_aloud_what_no_cause_explains() -> None:
    message = blocks(unexplained(), now=LATER)
    assert "Unexplained" in shown(message)
    assert "Unexplained: 120 pods wait for the scheduler (critical)." in message.text


def test_puts_what_could_not_be_read_first_when_the_verdict_is_unknown() -> None:
    everything = shown(blocks(half_read(), now=LATER))
    assert everything.index("Not checked: 15 checks") < everything.index("Cluster")
    assert "Grant: list pods in the bot's ClusterRole." in everything


def test_says_not_known_and_never_zero_for_what_was_not_read() -> None:
    message = blocks(half_read(), now=LATER)
    assert "reachable: not known" in shown(message)
    assert "0 not scheduled" not in shown(message)
    assert "IPAM: not known" in message.text


def test_shows_a_risk_that_alone_degrades_the_cluster_with_its_command() -> None:
    message = blocks(loud_risk(), now=LATER)
    assert "kubectl -n kube-system get configmap cilium-config" in shown(message)
    assert "Risk (high, certain): pods and Services share" in message.text


def test_has_buttons_that_name_the_cluster_and_its_problems() -> None:
    found = [e for e in elements(blocks(incident(), now=LATER)) if e.get("type") == "button"]
    assert {str(e["action_id"]): str(e["value"]) for e in found} == {
        "check_again": "payments-prod",
        "evidence": "payments-prod",
        "problem_acknowledge": "payments-prod\nkubelet-max-pods-too-low\ndirect-routes-across-subnets",
        "problem_silence": "payments-prod\nkubelet-max-pods-too-low\ndirect-routes-across-subnets",
    }


@pytest.mark.parametrize("report", [incident(), healthy()])
def test_every_diagnosis_can_be_handed_over_and_be_called_wrong(report: Report) -> None:
    [menu] = [e for e in elements(blocks(report, now=LATER)) if e.get("type") == "overflow"]
    options = menu["options"]
    assert isinstance(options, list)
    values = [option["value"] for option in options]
    assert values == [f"handoff\n{report.cluster}", f"wrong\n{report.cluster}"]


def test_a_healthy_cluster_has_nothing_to_acknowledge() -> None:
    found = [e for e in elements(blocks(healthy(), now=LATER)) if e.get("type") == "button"]
    assert [e["action_id"] for e in found] == ["check_again"]


def test_leaves_what_proves_a_cause_to_the_evidence() -> None:
    told = shown(blocks(incident(), now=LATER))
    assert "Too many pods" in told  # why it is so is said
    assert "Evidence:" not in told
    assert "14 nodes, the least room first" not in told
    assert "raise the kubelet's limit" in told


@pytest.mark.parametrize("cluster", ["", " ", "x" * 2_001])
def test_leaves_out_a_button_that_slack_would_refuse(cluster: str) -> None:
    message = blocks(replace(incident(), cluster=cluster), now=LATER)
    assert_safe(message)
    assert [block for block in message.blocks if block["type"] == "actions"] == []


def test_tells_the_age_of_a_kept_answer_and_of_a_recording() -> None:
    assert "40 s ago" in blocks(incident(), now=LATER).text
    assert "12 s ago" in blocks(incident(), now=LATER, age_s=12.0).text
    recorded = replace(incident(), source="recording")
    assert "recording of 2026-11-22 12:00 UTC ·" in blocks(recorded, now=NOON + timedelta(days=300)).text


def test_severity_and_confidence_are_words() -> None:
    assert "critical, certain" in shown(blocks(incident(), now=LATER))
    pages = [blocks(replace(healthy(), verdict=verdict), now=LATER) for verdict in Verdict]
    signs = {dict(strings(page.plain[0]["text"]))["mrkdwn.text"][0] for page in pages}
    assert len(signs) == len(Verdict)


def test_falls_back_from_rich_blocks_to_sections_to_text() -> None:
    rich = blocks(incident(), now=LATER)
    sections = plainer(rich)
    assert sections is not None
    assert {block["type"] for block in rich.blocks} == {"rich_text", "context", "divider", "actions"}
    assert {block["type"] for block in sections.blocks} == {"section", "context", "actions"}
    text = plainer(sections)
    assert text == Message(rich.text)
    assert plainer(text) is None


def test_top_level_text_says_causes_and_what_was_not_checked() -> None:
    text = blocks(incident(), now=LATER).text
    assert "Cause 1 of 2 (critical, certain): 14 nodes run the 11 pods" in text
    assert "Cause 2 of 2 (high, likely): nodes in different subnets" in text
    assert "Not checked, 3 checks: refused: ec2:DescribeSubnets" in text
    assert len(blocks(hostile("&" * 2_000), now=LATER).text) <= MAX_TEXT_CHARS


def test_progress_shows_the_last_lines_and_counts_all() -> None:
    lines = [progress_line(f"part_{index}", index != 20, 0.44) for index in range(21)]
    message = progress_blocks(lines, cluster="payments-prod", total=40)
    assert message.text == "Checking payments-prod: 21 of 40 sources read"
    everything = shown(message)
    assert "part 20 – not read" in everything
    assert "part 19 ✓ 0.4 s" in everything
    assert "part 3 " not in everything
