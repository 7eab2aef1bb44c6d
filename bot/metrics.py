"""/metrics: what the bot did, how it is, and each cluster's last report as figures. A scrape sweeps nothing.

What is unknown is absent, never 0: so are all figures of a report that is no longer news.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from bot.app import Bot
from bot.tally import BOUNDS_S, FAILED, OK, Labels, Spread
from checks.report import Report

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NEWS = timedelta(minutes=30)  # six rounds: what is older says nothing about now
MAX_SUBNETS = 200
DIGESTS = ("sent", "missed", "failed")
Figures = Iterable[tuple[Labels, int | None]]


class Metrics:
    """The page of one bot; a collector of a registry of its own."""

    def __init__(self, bot: Bot, connected: Callable[[], bool]) -> None:
        """``connected``: whether every way that Slack comes in is open."""
        self._bot = bot
        self._connected = connected

    def page(self) -> bytes:
        """The page as Prometheus reads it."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """Everything that is known now; see prometheus_client.registry.Collector."""
        desk = self._bot.desk
        seen = [(name, seen) for name in desk.sweeps.names if (seen := desk.sweeps.last(name)) is not None]
        ages = {name: one.age_s or 0.0 for name, one in seen}
        yield from self._doing()
        yield from self._being()
        age = GaugeMetricFamily(
            "cilium_bot_report_age_seconds", "Age of the last report.", labels=("cluster",)
        )
        for name, seconds in ages.items():
            age.add_metric((name,), seconds)
        yield age
        yield from figures({name: one.report for name, one in seen if ages[name] <= NEWS.total_seconds()})

    def _doing(self) -> Iterator[Metric]:
        """What was counted since the process began; what never happened is 0, where it has a name."""
        counts, clusters = self._bot.tally.counts(), self._bot.desk.sweeps.names
        sweeps = {(name, outcome): 0 for name in clusters for outcome in (OK, FAILED)} | counts["sweeps"]
        yield _counter("sweeps", "Sweeps that ended.", ("cluster", "outcome"), sweeps)
        yield _seconds(self._bot.tally.spreads())
        told = "Sources that were asked and not read."
        yield _counter("source_unread", told, ("cluster", "part"), counts["unread"])
        digests = {(outcome,): 0 for outcome in DIGESTS} | counts["digests"]
        yield _counter("digests", "Digests; failed ones are tried again.", ("outcome",), digests)
        yield _counter("slack_errors", "What Slack did not take.", ("code",), counts["slack_errors"])

    def _being(self) -> Iterator[Metric]:
        """How the bot is now."""
        vitals = self._bot.desk.vitals()
        yield _gauge("queue_tasks", "Tasks that run or wait.", (), [((), self._bot.pool.busy)])
        yield _gauge("slack_connected", "Whether Slack comes in.", (), [((), int(self._connected()))])
        yield _gauge("store_up", "Whether the store answers.", (), [((), int(not vitals.store_fault))])


def figures(reports: Mapping[str, Report]) -> Iterator[Metric]:
    """The reports' own figures, by cluster."""
    each = reports.items()
    yield _gauge(
        "verdict",
        "1 for the verdict that holds.",
        ("cluster", "verdict"),
        [((name, report.verdict.value), 1) for name, report in each],
    )
    yield _gauge(
        "pods_waiting",
        "Pods that wait for the scheduler, or for an address.",
        ("cluster", "for"),
        [one for name, report in each for one in _pods(name, report)],
    )
    yield _gauge(
        "nodes",
        "Nodes.",
        ("cluster", "state"),
        [one for name, report in each for one in _nodes(name, report)],
    )
    yield _gauge(
        "addresses",
        "Addresses of all nodes.",
        ("cluster", "kind"),
        [one for name, report in each for one in _addresses(name, report)],
    )
    yield from _subnets(reports)
    yield _gauge(
        "problem",
        "1 for each problem that the last report tells.",
        ("cluster", "id", "kind", "severity", "confidence"),
        dict(one for name, report in each for one in _problems(name, report)).items(),
    )


def _pods(name: str, report: Report) -> Figures:
    pods = report.facts.pods
    return ((name, "scheduler"), pods.not_scheduled), ((name, "address"), pods.without_ip)


def _nodes(name: str, report: Report) -> Figures:
    nodes = report.facts.nodes
    return (
        ((name, "total"), nodes.total),
        ((name, "ready"), nodes.ready),
        ((name, "reachable"), nodes.reachable),
    )


def _addresses(name: str, report: Report) -> Figures:
    ipam = report.facts.ipam
    return (
        ((name, "used"), ipam.used),
        ((name, "attached"), ipam.attached),
        ((name, "capacity"), ipam.capacity),
    )


def _subnets(reports: Mapping[str, Report]) -> Iterator[Metric]:
    """Those that pods draw on, as far as that is known."""
    found = [
        ((name, subnet.id, subnet.zone or ""), subnet)
        for name, report in reports.items()
        for subnet in report.facts.subnets[:MAX_SUBNETS]
        if subnet.used_by_pods is not False
    ]
    labels = ("cluster", "subnet", "zone")
    told = "Free single addresses of a subnet that pods draw on."
    yield _gauge("subnet_free_addresses", told, labels, [(of, one.free_addresses) for of, one in found])
    told = "Free whole /28 blocks of a subnet that pods draw on."
    yield _gauge("subnet_free_prefixes", told, labels, [(of, one.free_prefixes) for of, one in found])


def _problems(name: str, report: Report) -> Iterator[tuple[Labels, int]]:
    """Causes and risks, and symptoms that no cause explains; of those the confidence is not graded."""
    for kind, causes in (("cause", report.causes), ("risk", report.risks)):
        for cause in causes:
            yield (name, cause.id, kind, cause.severity, cause.confidence), 1
    for symptom in report.symptoms:
        if not symptom.explained_by:
            yield (name, symptom.id, "symptom", symptom.severity, ""), 1


def _gauge(name: str, told: str, labels: Labels, known: Figures) -> Metric:
    gauge = GaugeMetricFamily(f"cilium_bot_{name}", told, labels=labels)
    for of, value in known:
        if value is not None:
            gauge.add_metric(of, value)
    return gauge


def _counter(name: str, told: str, labels: Labels, counts: Mapping[Labels, int]) -> Metric:
    counter = CounterMetricFamily(f"cilium_bot_{name}", told, labels=labels)
    for of, count in sorted(counts.items()):
        counter.add_metric(of, count)
    return counter


def _seconds(spreads: Mapping[str, Spread]) -> Metric:
    histogram = HistogramMetricFamily(
        "cilium_bot_sweep_seconds", "How long sweeps took that gave a report.", labels=("cluster",)
    )
    for name, spread in spreads.items():
        bounds = (*map(str, BOUNDS_S), "+Inf")
        up_to = [sum(spread.counts[: place + 1]) for place in range(len(bounds))]
        histogram.add_metric((name,), list(zip(bounds, up_to, strict=True)), spread.seconds)
    return histogram
