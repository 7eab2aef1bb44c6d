"""Every scenario of the corpus: the right cause first, every true cause named, nobody accused wrongly."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.pages.checks_page import checks_page
from tests.pages.diagnosis_page import diagnosis_page
from tests.scenarios import Scenario, corpus
from tests.scenarios.score import Outcome, outcomes

DOCS = Path(__file__).parent.parent / "docs"
CORPUS = corpus()


@pytest.fixture(scope="module")
def judged() -> Callable[[Scenario], Outcome]:
    """Each scenario's outcome, worked out once."""
    return cache(lambda scenario: outcomes([scenario])[0])


@pytest.mark.parametrize("scenario", CORPUS, ids=[s.name for s in CORPUS])
def test_says_what_an_expert_would_say(scenario: Scenario, judged: Callable[[Scenario], Outcome]) -> None:
    outcome = judged(scenario)
    if scenario.provable:
        assert outcome.first_is_right, [c.id for c in outcome.report.causes]
        assert scenario.causes <= outcome.told
    assert outcome.named <= scenario.causes
    assert outcome.report.verdict in scenario.verdicts
    assert scenario.not_checked <= {entry.id for entry in outcome.report.not_checked}
    assert scenario.risks <= {risk.id for risk in outcome.report.risks} or not scenario.provable
    assert scenario.notes <= {note.id for note in outcome.report.notes}


def test_the_generated_pages_are_up_to_date(judged: Callable[[Scenario], Outcome]) -> None:
    found = [judged(scenario) for scenario in CORPUS]
    seconds = re.compile(r"at most [\d.]+ s")
    kept = (DOCS / "diagnosis.md").read_text(encoding="utf-8")
    assert seconds.sub("", diagnosis_page(found)) == seconds.sub("", kept)
    assert checks_page(found) == (DOCS / "checks.md").read_text(encoding="utf-8")
