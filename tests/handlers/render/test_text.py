import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from rich.cells import cell_len

from checks.report import Report
from handlers.render.detail import FULL
from handlers.render.escape import clean_lines
from handlers.render.text import render
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import SAMPLES, half_read, incident, max_pods
from tests.handlers.render.strategies import reports


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "hostile"])
def test_looks_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    assert render(SAMPLES[name]) == golden("txt")


@pytest.mark.parametrize("name", ["incident", "healthy"])
def test_opens_with_the_verdict_and_the_headline(name: str) -> None:
    report = SAMPLES[name]
    first = render(report, width=400).split("\n", 1)[0]
    assert first == f"{report.verdict.value.upper()}: {report.headline}"


def test_gives_a_command_as_one_line_at_its_margin() -> None:
    for width in (40, 80):
        lines = render(incident(), width=width).split("\n")
        for cause in incident().causes:
            for action in cause.actions:
                for line in (action.command or "").split("\n"):
                    assert line in lines


@pytest.mark.parametrize("colour", [False, True])
def test_keeps_the_tabs_of_a_command(colour: bool) -> None:
    command = "cut -d'\t' -f2 <<'END'\n\ta\tb\nEND"
    action = replace(max_pods().actions[1], command=command)
    report = replace(incident(), causes=(replace(max_pods(), actions=(action,)),))
    assert command in render(report, colour=colour)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(reports)
def test_fits_the_width_and_holds_no_escape_sequence(report: Report) -> None:
    commands = {
        line.rstrip()
        for cause in (*report.causes, *report.risks)
        for action in cause.actions
        for line in clean_lines(action.command or "", FULL.command).split("\n")
    }
    for line in render(report, width=80).split("\n"):
        assert [c for c in line if c != "\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs")] == []
        assert cell_len(line) <= 80 or line in commands


def test_has_colour_only_when_asked() -> None:
    assert "\x1b[" not in render(incident())
    assert "\x1b[" in render(incident(), colour=True)


def test_wraps_long_names_and_loses_none() -> None:
    narrow = render(incident(), width=30).replace("\n", "").replace(" ", "")
    assert "ip-10-0-0-18.eu-west-1.compute.internal" in narrow


def test_counts_what_it_left_out() -> None:
    shown = render(incident(500)).replace("\n", " ")
    assert shown.count("and 480 more nodes") == 3  # two causes and the table


def test_says_not_known_for_what_was_not_read() -> None:
    assert "Pods: not known" in render(half_read())
