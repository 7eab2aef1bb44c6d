"""The corpus with one part refused at a time: causes are named or not checked, and nobody is accused."""

import dataclasses
import re
from collections.abc import Iterator
from functools import cache

import pytest

from checks.collect.gather import gather
from checks.derive import derive
from checks.judge import report_of
from checks.load import load_checks
from checks.model import Confidence
from checks.report import Cause, Report, Verdict
from checks.run import Result, run
from checks.snapshot import Gap, Snapshot
from tests.scenarios import Scenario, corpus

DERIVED = ("accounts", "waiting")
DERIVED_FROM = (
    *("nodes", "pods", "cilium", "version", "cilium_nodes", "instance_types", "agent_status"),
    *("agent_metrics", "events", "deployments", "leases"),
)
NOT_READ = ("meta", "gaps", "seconds", *DERIVED)
EVERY_CHECK_READS = ("cilium", "version")  # its mode and its version say whether a check applies
CHECKS = load_checks()
NO_OTHER_WORD = {("healthy_volume_that_a_pod_waits_for", "events")}
"""Nothing but an event tells a pod that waits for a volume from one that waits for an address."""

LARGE = ("healthy_two_hundred_nodes_of_an_overlay", "healthy_hundred_nodes")
"""A small cluster shows the same, sooner."""


def sample() -> tuple[Scenario, ...]:
    """A scenario of each first cause, and every fourth of the healthy ones: together they take too long."""
    healthy = [item for item in corpus() if item.group == "healthy" and item.name not in LARGE]
    odd = {name for name, _ in NO_OTHER_WORD}
    first = {item.first: item for item in reversed(corpus()) if item.group != "healthy"}
    return (*first.values(), *(h for n, h in enumerate(healthy) if n % 4 == 0 or h.name in odd))


SAMPLE = sample()


@dataclasses.dataclass(frozen=True)
class Told:
    """What was said of one snapshot."""

    snapshot: Snapshot
    results: tuple[Result, ...]
    report: Report

    @property
    def causes(self) -> dict[str, Cause]:
        """The causes by id."""
        return {cause.id: cause for cause in self.report.causes}

    @property
    def named(self) -> frozenset[str]:
        """The causes and what follows from them."""
        return frozenset(self.causes).union(*(cause.leads_to for cause in self.report.causes))

    @property
    def open(self) -> frozenset[str]:
        """What is told as not checked."""
        return frozenset(item.id for item in self.report.not_checked)

    @property
    def symptoms(self) -> frozenset[str]:
        """What is said to hurt."""
        return frozenset(symptom.id for symptom in self.report.symptoms)


@cache
def told(scenario: Scenario) -> Told:
    snapshot = gather(scenario.source())
    results = run(CHECKS, snapshot)
    return Told(snapshot, results, report_of(results, snapshot))


def refused(whole: Told) -> Iterator[tuple[str, Told]]:
    """Each part by name, and what is said without it. Only checks that read it are put again."""
    for field in dataclasses.fields(Snapshot):
        if field.name in NOT_READ or getattr(whole.snapshot, field.name) is None:
            continue
        yield field.name, without(whole, field.name)


def without(whole: Told, part: str) -> Told:
    gap = Gap(reason="refused: forbidden", asked=part, grant=f"read {part}")
    gaps = {**whole.snapshot.gaps, part: gap}
    less: Snapshot = dataclasses.replace(whole.snapshot, **{part: None}, gaps=gaps)  # type: ignore[arg-type]
    changed = {part}
    if part in DERIVED_FROM:
        less = derive(dataclasses.replace(less, accounts=None, waiting=None))
        changed |= set(DERIVED)
    everything = part in EVERY_CHECK_READS
    results = tuple(
        run([old.check], less)[0] if everything or changed & {*old.check.needs, *old.check.helps} else old
        for old in whole.results
    )
    return Told(less, results, report_of(results, less))


def lost(scenario: Scenario, whole: Told, less: Told) -> list[str]:
    """True causes neither named nor open, while what they explain is seen, or taken as clear."""
    found = []
    for name in (scenario.causes & whole.named) - less.named:
        above = {cause.id for cause in whole.report.causes if name == cause.id or name in cause.leads_to}
        hurt = {symptom for cause in above for symptom in whole.causes[cause].explains}
        unseen = (hurt - less.symptoms) & less.open
        if not ({name} | above) & less.open and not unseen:
            found.append(name)
    return found


def surer(whole: Told, less: Told) -> list[str]:
    """Causes that are surer than before, or certain and new."""
    found = []
    for name, cause in less.causes.items():
        before = whole.causes.get(name)
        now = Confidence[cause.confidence.upper()]
        if before is not None and now > Confidence[before.confidence.upper()]:
            found.append(name)
        if name not in whole.named and now is Confidence.CERTAIN:
            found.append(name)
    return found


@pytest.mark.parametrize("scenario", SAMPLE, ids=[item.name for item in SAMPLE])
def test_whatever_is_refused_a_cause_is_named_or_told_as_not_checked(scenario: Scenario) -> None:
    whole = told(scenario)
    for part, less in refused(whole):
        assert lost(scenario, whole, less) == [], part
        assert surer(whole, less) == [], part
        if whole.report.verdict is not Verdict.HEALTHY:
            assert less.report.verdict is not Verdict.HEALTHY or "not checked" in less.report.headline, part
        elif (scenario.name, part) not in NO_OTHER_WORD:
            assert less.report.verdict in (Verdict.HEALTHY, Verdict.UNKNOWN), part


SINCE = {
    "MTU": (1, 10),
    "autoDirectNodeRoutes": (1, 10),
    "bpf.hostLegacyRouting": (1, 10),
    "directRoutingSkipUnreachable": (1, 16),
    "egressMasqueradeInterfaces": (1, 10),
    "enableIPv4Masquerade": (1, 10),
    "eni.awsEnablePrefixDelegation": (1, 12),
    "eni.awsReleaseExcessIPs": (1, 10),
    "eni.enabled": (1, 10),
    "eni.gcInterval": (1, 13),
    "eni.nodeSpec": (1, 19),
    "eni.subnetIDsFilter": (1, 10),
    "eni.subnetTagsFilter": (1, 10),
    "ipam.mode": (1, 10),
    "ipam.nodeSpec": (1, 19),
    "ipam.operator.clusterPoolIPv4PodCIDRList": (1, 11),
    "ipam.operator.externalAPILimitBurstSize": (1, 13),
    "ipam.operator.externalAPILimitQPS": (1, 13),
    "ipv4NativeRoutingCIDR": (1, 11),
    "k8sServiceHost": (1, 10),
    "k8sServicePort": (1, 10),
    "kubeProxyReplacement": (1, 10),
    "localRedirectPolicies.enabled": (1, 18),
    "localRedirectPolicy": (1, 10),
    "operator.dnsPolicy": (1, 10),
    "operator.replicas": (1, 10),
    "operator.tolerations": (1, 10),
    "routingMode": (1, 14),
    "serviceAccounts.operator.annotations": (1, 10),
    "tolerations": (1, 10),
    "tunnelProtocol": (1, 14),
}
"""Minor versions whose chart has a value first, as far back as the charts were looked at (cilium/charts)."""

UNTIL = {"eni.updateEC2AdapterLimitViaAPI": (1, 17), "tunnel": (1, 14)}
"""Those that a later chart has no more."""

SET = re.compile(r"--set(?:-json|-string)? ['\"]?([\w.]+)=(\S*)")


@pytest.mark.parametrize("scenario", SAMPLE, ids=[item.name for item in SAMPLE])
def test_advises_only_values_that_the_running_chart_has(scenario: Scenario) -> None:
    found = told(scenario)
    if found.snapshot.version is None:
        return
    minor = found.snapshot.version.minor
    for cause in (*found.report.causes, *found.report.risks):
        for step in " && ".join(a.command for a in cause.actions if a.command).split(" && "):
            for name, value in SET.findall(step) if "cilium/cilium" in step else ():
                stem = ".".join(name.split(".")[:2]) if ".nodeSpec" in name else name
                assert stem in SINCE or stem in UNTIL, name
                if value != "null":  # whatever there is none of may be taken away
                    assert SINCE.get(stem, minor) <= minor <= UNTIL.get(stem, minor), (cause.id, name)
