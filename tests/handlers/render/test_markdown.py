import re

import pytest
from hypothesis import HealthCheck, given, settings

from checks.report import Report
from handlers.render.markdown import render
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import SAMPLES, incident
from tests.handlers.render.strategies import reports

TICKS = re.compile("`+")
OWN_LINK = re.compile(r"<https://[^<>\s]*>")


def without_code(markdown: str) -> str:
    """The text outside fences and code spans, by CommonMark's rules."""
    kept: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        opened = re.match(r"(`{3,})(sh)?$", line)
        if fence:
            fence = "" if opened and len(opened[1]) >= len(fence) and not opened[2] else fence
        elif opened:
            fence = opened[1]
        else:
            kept.append(without_spans(line))
    return "\n".join(kept)


def without_spans(line: str) -> str:
    at, out = 0, ""
    while at < len(line):
        if line[at] == "\\":
            out += line[at : at + 2]
            at += 2
            continue
        run = TICKS.match(line, at)
        if run is None:
            out += line[at]
            at += 1
            continue
        end = re.compile(rf"(?<!`){run[0]}(?!`)").search(line, run.end())
        assert end is not None, "a code span that never ends"
        at = end.end()
    return out


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "hostile"])
def test_looks_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    assert render(SAMPLES[name]) == golden("md")


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(reports)
def test_nothing_becomes_html_a_mention_or_a_foreign_link(report: Report) -> None:
    text = OWN_LINK.sub("", without_code(render(report)))
    assert "<" not in text
    assert re.search(r"@\w", text) is None
    assert re.search(r"(?<!\\)\]\(", text) is None
    assert "https://" not in text


def test_opens_with_a_heading_of_verdict_and_headline() -> None:
    assert render(incident()).startswith("## ❌ Critical: 120 pods wait")


def test_puts_commands_into_fences_of_their_own() -> None:
    command = incident().causes[1].actions[1].command
    assert f"\n\n```sh\n{command}\n```\n\n" in render(incident())
