import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import pytest

from bot.console import console
from bot.standin.stage import of_the_checkout, recordings
from checks.collect.source import SourceError

RECORDINGS = Path(__file__).parents[1] / "recordings"


def said(lines: Iterable[str], *names: str, cluster: str | None = None) -> str:
    out = StringIO()
    assert console([RECORDINGS / name for name in names], cluster, lines=lines, out=out) == 0
    return out.getvalue()


def test_answers_as_slack_would() -> None:
    shown = said(["status", "/cilium statsu", "nothing here", "", "quit", "help"], "healthy_eni")
    assert "Healthy" in shown
    assert "[1 Check again]" in shown
    assert "Did you mean /cilium status?" in shown
    assert "What you can ask me" not in shown, "nothing is answered after quit"


def test_shows_progress_and_then_the_answer_once() -> None:
    shown = said(["status"], "phase2_overlay")
    assert "… Checking perf-eval: 0 sources read" in shown
    assert shown.count("Cause 1 of") == 1


def test_clicks_the_buttons_it_numbered() -> None:
    shown = said(["click 1", "status", "click 7", "click 1"], "healthy_eni")
    assert "Buttons that can be clicked: 0" in shown
    assert re.search("Buttons that can be clicked: [1-6];", shown)
    assert shown.count("[1 Check again]") == 2


def test_tells_what_only_one_person_sees() -> None:
    assert "Only you can see this" in said(["help"], "healthy_eni")


def test_knows_one_command_only() -> None:
    assert "Only /cilium is installed here." in said(["/remind me"], "healthy_eni")


def test_begins_with_the_cluster_that_was_asked_for() -> None:
    shown = said(["status"], "phase1_native", "healthy_eni", "phase2_overlay", cluster="shop-prod")
    assert "Clusters: shop-prod, phase1-native, phase2-overlay" in shown
    assert "Healthy" in shown


def test_recordings_of_one_cluster_get_names_of_their_own() -> None:
    paths = [RECORDINGS / "phase1_native", RECORDINGS / "phase2_overlay", RECORDINGS / "healthy_eni"]
    clusters = recordings(paths)
    assert [cluster.name for cluster in clusters] == ["phase1-native", "phase2-overlay", "shop-prod"]
    assert clusters[0].sweep(None).cluster == "phase1-native", "its buttons lead back to it"


def test_an_unknown_cluster_is_named_with_those_there_are() -> None:
    with pytest.raises(SourceError, match=r"no cluster 'other'.*shop-prod"):
        console([RECORDINGS / "healthy_eni"], "other", lines=[], out=StringIO())


def test_says_what_to_do_where_the_demos_recordings_are_not() -> None:
    with pytest.raises(SourceError, match="--recording PATH"):
        of_the_checkout("no_such_recording")
