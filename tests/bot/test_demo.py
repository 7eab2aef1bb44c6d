from io import StringIO

import pytest

from bot.demo import CLUSTERS, demo


@pytest.fixture(scope="module")
def shown() -> str:
    """What the demo prints where there is no terminal."""
    out = StringIO()
    assert demo(out) == 0
    return out.getvalue()


def test_shows_each_phase_with_its_causes_and_a_healthy_cluster(shown: str) -> None:
    parts = shown.split("> /cilium status ")[1:]
    assert len(parts) == len(CLUSTERS)
    for part in parts[:3]:
        assert "Cause 1 of" in part
        assert "[1 Check again]" in part
    assert "Healthy" in parts[3]
    assert "Cause" not in parts[3]


def test_says_in_a_sentence_what_each_cluster_is(shown: str) -> None:
    for number in (1, 2, 3):
        assert f"Phase {number}: " in shown
    assert "Healthy: ENI mode" in shown


def test_goes_through_slack_with_its_progress(shown: str) -> None:
    assert shown.count("0 sources read") == len(CLUSTERS)


def test_prints_plain_lines_that_can_be_copied(shown: str) -> None:
    assert "\x1b" not in shown, "no colours where there is no terminal"
    assert not [line for line in shown.splitlines() if line != line.rstrip()]
    assert [line for line in shown.splitlines() if line.startswith("kubectl") and len(line) > 100]
