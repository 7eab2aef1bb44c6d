"""What a scrape of /metrics reads, after one sweep of a recorded cluster."""

from collections.abc import Sequence
from functools import cache

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from bot.metrics import Metrics
from checks.collect.gather import gather
from checks.collect.recording import Recording
from checks.judge import judge
from tests.bot.fakes import HandSweep, serving
from tests.conftest import RECORDINGS

CLUSTER = "phase3_eni_wrong_key"


@cache
def scraped() -> Sequence[Sample]:
    """The samples of the page. A part and a word of Slack are counted by hand: here nothing is refused."""
    report = judge(gather(Recording(RECORDINGS / CLUSTER)))
    with serving(("shop", HandSweep(report)), now=lambda: report.taken_at) as (bot, _):
        bot.desk.sweeps.join("shop").report()
        bot.tally.swept("shop", "ok", 1.0, ["agents"])
        bot.tally.refused("ratelimited")
        page = Metrics(bot, lambda: True).page().decode()
    return [sample for family in text_string_to_metric_families(page) for sample in family.samples]
