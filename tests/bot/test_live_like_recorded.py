"""A live sweep and a recording are the same thing: the same cluster gives the same diagnosis both ways."""

from pathlib import Path

import pytest

from checks.collect.gather import gather
from checks.collect.recording import Recording
from checks.judge import judge
from checks.report import Report
from tests.bot.replay import alive, replayed
from tests.checks.collect.live.stand_in import serving

RECORDINGS = Path(__file__).parent.parent / "recordings"
NAMES = [
    "healthy_eni_prefixes",
    "healthy_multi_pool",
    "phase1_native",
    "phase2_overlay",
]  # no Helm values decide


def ids(report: Report) -> tuple[object, ...]:
    return (
        report.verdict,
        [symptom.id for symptom in report.symptoms],
        [(cause.id, cause.confidence) for cause in report.causes],
        [risk.id for risk in report.risks],
        report.facts,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_live_cluster_is_diagnosed_like_its_recording(name: str) -> None:
    folder = RECORDINGS / name
    recorded = judge(gather(Recording(folder)))
    with serving(replayed(folder)) as cluster:
        source = alive(folder, cluster.base, taken_at=Recording(folder).meta.taken_at)
        live = judge(gather(source))
        source.close()
    assert ids(live) == ids(recorded)
