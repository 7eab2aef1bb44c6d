from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot.clusters import Cluster, recorded
from bot.metrics import Metrics
from bot.store import MemoryStore
from bot.tally import BOUNDS_S, Tally, tallied
from checks.collect.source import SourceError
from checks.snapshot import Gap
from handlers.store import StoreError
from handlers.web import Refused, respond
from handlers.work import SweepFailed
from tests.bot.fakes import HandSweep, serving
from tests.handlers.render.samples import HOSTILE, incident

RECORDINGS = Path(__file__).parents[1] / "recordings"
Sample = tuple[str, frozenset[tuple[str, str]]]


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def read(page: bytes) -> dict[Sample, float]:
    """What Prometheus's own parser makes of it."""
    families: list[Metric] = list(text_string_to_metric_families(page.decode()))
    found: dict[Sample, float] = {}
    for family in families:
        assert family.documentation
        for sample in family.samples:
            of = (sample.name, frozenset(sample.labels.items()))
            assert of not in found
            found[of] = sample.value
    return found


def of(name: str, **labels: str) -> Sample:
    labels = {key.rstrip("_"): value for key, value in labels.items()}
    return f"cilium_bot_{name}", frozenset(labels.items())


def names(found: dict[Sample, float]) -> set[str]:
    return {name.removeprefix("cilium_bot_") for name, _ in found}


def test_tells_a_report_s_own_figures() -> None:
    clock = Clock()
    with serving(("shop", HandSweep(replace(incident(), cluster="shop"))), now=clock) as (bot, _):
        bot.sweeps.join("shop").report()
        clock.now += timedelta(seconds=90)
        found = read(Metrics(bot, lambda: True).page())
    assert found[of("report_age_seconds", cluster="shop")] == 90
    assert found[of("verdict", cluster="shop", verdict="critical")] == 1
    assert found[of("pods_waiting", cluster="shop", for_="scheduler")] == 120
    assert found[of("nodes", cluster="shop", state="total")] == 14
    assert found[of("nodes", cluster="shop", state="reachable")] == 1
    assert found[of("addresses", cluster="shop", kind="capacity")] == 254 * 14
    subnet = "subnet-0a1b2c3d4e5f60001"
    assert found[of("subnet_free_addresses", cluster="shop", subnet=subnet, zone="eu-west-1b")] == 121
    assert found[of("subnet_free_prefixes", cluster="shop", subnet=subnet, zone="eu-west-1b")] == 7
    limit = {"id": "kubelet-max-pods-too-low", "severity": "critical", "confidence": "certain"}
    assert found[of("problem", cluster="shop", kind="cause", **limit)] == 1
    assert sum(name == "cilium_bot_verdict" for name, _ in found) == 1


def test_tells_what_the_bot_did_and_how_it_is() -> None:
    sweep = HandSweep()
    with serving(("shop", sweep)) as (bot, slack):
        bot.sweeps.join("shop").report()
        sweep.error = SourceError("no cluster at that address")
        with pytest.raises(SweepFailed):
            bot.sweeps.join("shop").report()
        slack.refuse("conversations.open", "user_not_found")
        slack.refuse("respond", "expired_url")
        assert bot.desk.chat.dm("U0ASKED") == ""
        with pytest.raises(Refused):
            respond(bot.desk.chat.urls, f"{slack.url}/respond/1", {})
        bot.tally.digest("sent")
        found = read(Metrics(bot, lambda: False).page())
    assert found[of("sweeps_total", cluster="shop", outcome="ok")] == 1
    assert found[of("sweeps_total", cluster="shop", outcome="failed")] == 1
    assert found[of("sweep_seconds_count", cluster="shop")] == 1
    assert found[of("sweep_seconds_bucket", cluster="shop", le="+Inf")] == 1
    assert found[of("queue_tasks")] == 0
    assert found[of("slack_connected")] == 0
    assert found[of("store_up")] == 1
    assert found[of("slack_errors_total", code="user_not_found")] == 1
    assert found[of("slack_errors_total", code="HTTP 404")] == 1
    assert found[of("digests_total", outcome="sent")] == 1
    assert found[of("digests_total", outcome="missed")] == 0


def test_what_is_unknown_is_absent() -> None:
    report = incident()
    unknown = replace(
        report.facts,
        nodes=replace(report.facts.nodes, reachable=None),
        pods=replace(report.facts.pods, not_scheduled=None),
        ipam=replace(report.facts.ipam, used=None),
        subnets=tuple(replace(one, free_prefixes=None) for one in report.facts.subnets),
    )
    with serving(("shop", HandSweep(replace(report, facts=unknown))), ("other", HandSweep())) as (bot, _):
        bot.sweeps.join("shop").report()
        found = read(Metrics(bot, lambda: True).page())
    assert of("nodes", cluster="shop", state="reachable") not in found
    assert of("pods_waiting", cluster="shop", for_="scheduler") not in found
    assert of("addresses", cluster="shop", kind="used") not in found
    assert of("report_age_seconds", cluster="other") not in found
    assert "subnet_free_prefixes" not in names(found)
    assert found[of("nodes", cluster="shop", state="total")] == 14


def test_a_report_that_is_no_longer_news_leaves_only_its_age() -> None:
    clock = Clock()
    with serving(("shop", HandSweep()), now=clock) as (bot, _):
        bot.sweeps.join("shop").report()
        clock.now += timedelta(minutes=31)
        found = read(Metrics(bot, lambda: True).page())
    assert found[of("report_age_seconds", cluster="shop")] == 31 * 60
    assert not names(found) & {"verdict", "nodes", "pods_waiting", "addresses", "problem"}


def test_a_scrape_sweeps_nothing_and_survives_a_store_that_is_away() -> None:
    class Away(MemoryStore):
        """Does not answer."""

        def get(self, key: str) -> bytes | None:
            raise StoreError("Redis: no answer in time")

        def put(self, key: str, value: bytes, keep: timedelta | None) -> None:
            raise StoreError("Redis: no answer in time")

    sweep = HandSweep()
    with serving(("shop", sweep), store=Away()) as (bot, _):
        found = read(Metrics(bot, lambda: True).page())
    assert sweep.started == 0
    assert found[of("store_up")] == 0
    assert "report_age_seconds" not in names(found)


def test_hostile_names_are_escaped_and_doubles_told_once() -> None:
    report = incident()
    [first, *_] = report.facts.subnets
    evil = replace(first, id=f'{HOSTILE}"\n\\', zone=None)
    cause = replace(report.causes[0], id='a"\nb')
    report = replace(
        report, facts=replace(report.facts, subnets=(evil,)), causes=(cause, cause), risks=(), cluster="shop"
    )
    with serving(("shop", HandSweep(report))) as (bot, _):
        bot.sweeps.join("shop").report()
        found = read(Metrics(bot, lambda: True).page())
    assert found[of("subnet_free_addresses", cluster="shop", subnet=evil.id, zone="")] == 120
    assert sum(name == "cilium_bot_problem" and ("id", cause.id) in labels for name, labels in found) == 1


def test_counts_the_sources_that_were_asked_and_not_read() -> None:
    tally = Tally()
    gaps = {
        "subnets": Gap(reason="refused: AccessDenied", asked="aws/x"),
        "dns_probes": Gap(reason="not asked", asked="probes/dns"),
    }
    looked = recorded(RECORDINGS / "healthy_eni")
    looked.sweep(None)
    snapshot = looked.snapshot()
    assert snapshot is not None
    partial = replace(snapshot, gaps=gaps)
    cluster = tallied(Cluster("shop", HandSweep(), lambda: partial), tally)
    cluster.sweep(None)
    cluster.sweep(None)
    assert tally.counts()["unread"] == {("shop", "subnets"): 2}  # the other was not asked


def test_a_sweep_s_time_goes_into_its_bucket() -> None:
    ticks: Iterator[float] = iter((0.0, 3.0, 10.0, 110.0))
    tally = Tally()
    cluster = tallied(Cluster("shop", HandSweep()), tally, lambda: next(ticks))
    cluster.sweep(None)
    cluster.sweep(None)
    [spread] = tally.spreads().values()
    assert spread.counts[BOUNDS_S.index(5.0)] == 1
    assert spread.counts[-1] == 1
    assert spread.seconds == 103


def test_words_of_slack_s_that_are_not_known_are_one() -> None:
    tally = Tally()
    for number in range(1_000):
        tally.refused(f"word_{number}")
    assert tally.counts()["slack_errors"] == {("other",): 1_000}
