"""Every scenario of the corpus: the right cause first, every true cause named, nobody accused wrongly."""

import pytest

from checks.collect.gather import gather
from checks.judge import judge
from checks.report import Report
from tests.scenarios import Scenario, corpus

CORPUS = corpus()
PROVABLE = [scenario for scenario in CORPUS if scenario.provable]


def report(scenario: Scenario) -> Report:
    return judge(gather(scenario.source()))


@pytest.mark.parametrize("scenario", PROVABLE, ids=[s.name for s in PROVABLE])
def test_says_what_an_expert_would_say(scenario: Scenario) -> None:
    told = report(scenario)
    named = [cause.id for cause in told.causes]
    behind = {name for cause in told.causes for name in cause.leads_to}
    assert (named[0] if named else None) == scenario.first
    assert scenario.causes <= set(named) | behind
    assert set(named) <= scenario.causes
    assert told.verdict in scenario.verdicts
    assert scenario.not_checked <= {entry.id for entry in told.not_checked}
