import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.report import Report, ReportSubject, Verdict
from handlers.history.forecast import Outlook
from handlers.render.changes import Change, compare
from handlers.render.digest import Part
from handlers.render.digest import digest as digest_of
from handlers.render.message import Message
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import (
    NOON,
    SAMPLES,
    healthy,
    hostile,
    incident,
    loud_risk,
    max_pods,
    refused,
)
from tests.handlers.render.strategies import reports
from tests.handlers.render.test_blocks import assert_safe

YESTERDAY = NOON - timedelta(days=1)


def before(report: Report) -> Report:
    return replace(report, taken_at=YESTERDAY)


def digest(report: Report, previous: Report | None, *, now: datetime | None = None) -> Message:
    """The digest of one cluster."""
    return digest_of((Part(cluster=report.cluster, report=report, previous=previous),), now=now)


def changes(now: Report, then: Report) -> dict[str, Change]:
    return {one.shown.id: one.change for one in compare(now, before(then))}


PAIRS = {
    "broke": (incident(), loud_risk()),
    "mended": (healthy(), incident()),
    "same": (healthy(), healthy()),
    "same_incident": (incident(), incident()),
    "unread": (SAMPLES["half_read"], incident()),
}


@pytest.mark.parametrize("name", PAIRS)
def test_looks_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    now, then = PAIRS[name]
    message = digest(now, before(then), now=NOON)
    assert json.dumps(
        {"text": message.text, "blocks": message.blocks}, indent=1, ensure_ascii=False
    ) == golden("json")


def runs_out(name: str, low: float | None, high: float | None, why: str = "40 fewer a day") -> Outlook:
    subject = ReportSubject(kind="Subnet", name=name)
    return Outlook(
        subject=subject, unit="addresses", free_now=120, days_low=low, days_high=high, why=why, known=True
    )


SHOP = Part(
    cluster="shop",
    report=replace(incident(), cluster="shop"),
    previous=replace(before(loud_risk()), cluster="shop"),
    outlooks=(runs_out("subnet-0a1b2c3d4e5f60000", 2.4, 4.1), runs_out("subnet-0a1b2c3d4e5f60001", 9, None)),
)
UNREAD = Part(cluster="edge", fault="The sweep did not end in time. Ask again in a minute.")


def well(name: str, *outlooks: Outlook, new: bool = False) -> Part:
    report = replace(healthy(), cluster=name)
    return Part(cluster=name, report=report, previous=None if new else before(report), outlooks=outlooks)


SEVERAL = {
    "clusters": (
        (well("bank", runs_out("subnet-b", 0.2, 0.9)), SHOP, well("new", new=True), UNREAD, well("pay")),
        (),
    ),
    "all_well": (tuple(well(f"shop-{number}") for number in range(30)), ()),
    "late": (
        (SHOP,),
        (
            "This was due at Mon 23 Nov 09:00 (Europe/Berlin) and comes 2 h late: I was not running.",
            "The digest of Fri 20 Nov 09:00 (Europe/Berlin) was missed: I was not running.",
        ),
    ),
    "unread_alone": ((UNREAD,), ()),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_clusters_and_notes_look_as_they_were_last_read(name: str, golden: Golden) -> None:
    parts, notes = SEVERAL[name]
    message = digest_of(parts, notes=notes, now=NOON)
    assert_safe(message)
    assert json.dumps(
        {"text": message.text, "blocks": message.blocks}, indent=1, ensure_ascii=False
    ) == golden("json")


def test_tells_what_runs_out_of_all_clusters_the_soonest_first() -> None:
    text = digest_of(SEVERAL["clusters"][0]).text
    days = [line for line in text.split("\n") if "addresses free, " in line]
    assert [line.split(":")[0] for line in days] == ["• less than 1 day", "• 2 to 5 days", "• 9 or more days"]
    assert "subnet-b of bank" in days[0]


@pytest.mark.parametrize(
    ("outlooks", "said"),
    [
        ((runs_out("a", None, None, "not shrinking"),), "Days left: Nothing is seen to run out."),
        (
            (replace(runs_out("a", None, None, "too little history"), known=False),),
            "Days left: No forecast yet. Of 1 figure nothing can be said: too little history.",
        ),
        ((), ""),
    ],
)
def test_says_when_no_end_is_seen_and_when_none_can_be(outlooks: tuple[Outlook, ...], said: str) -> None:
    text = digest_of((well("shop", *outlooks),)).text
    assert said in text
    assert bool(said) == ("Days left" in text)


def test_one_cluster_without_a_baseline_does_not_hide_what_changed_in_others() -> None:
    text = digest_of((well("new", new=True), SHOP)).text
    assert text.startswith("Critical: 1 critical of 2 clusters; 2 new, 1 better since 2026-11-21 12:00 UTC")
    assert "Nothing to compare with: new (this is the first digest of it)" in text


def test_opens_with_what_changed() -> None:
    first = digest(incident(), before(loud_risk())).text.split("\n")[0]
    assert first == "Critical: was degraded; 2 new, 1 better since 2026-11-21 12:00 UTC"


def test_says_in_one_line_that_nothing_changed() -> None:
    first = digest(healthy(), before(healthy())).text.split("\n")[0]
    assert first == "Healthy: nothing changed since 2026-11-21 12:00 UTC"


@pytest.mark.parametrize(
    ("previous", "why"),
    [
        (None, "this is the first digest of it"),
        (replace(before(incident()), cluster="other"), "the earlier report is of another cluster"),
        (replace(before(incident()), region="us-east-1"), "the earlier report is of another cluster"),
        (incident(), "the earlier report is not earlier"),
        (before(SAMPLES["half_read"]), "the earlier report could not read what its verdict needs"),
        (replace(incident(), taken_at=NOON + timedelta(hours=1)), "the earlier report is not earlier"),
    ],
)
def test_claims_no_change_without_a_valid_baseline(previous: Report | None, why: str) -> None:
    text = digest(incident(), previous).text
    assert f"Nothing to compare with: {why}." in text
    assert text.startswith(f"Critical: {incident().headline}")
    assert "New:" not in text
    assert "gone" not in text


def test_says_that_a_recording_is_the_same_one() -> None:
    recorded = replace(incident(), source="recording")
    assert "of the same recording" in digest(recorded, recorded).text


def test_tells_new_from_gone() -> None:
    assert changes(incident(), healthy())["kubelet-max-pods-too-low"] is Change.NEW
    assert changes(healthy(), incident())["kubelet-max-pods-too-low"] is Change.GONE


def test_never_calls_gone_what_was_not_checked() -> None:
    unread = replace(healthy(), not_checked=(replace(refused(1)[0], id="kubelet-max-pods-too-low"),))
    assert changes(unread, incident())["kubelet-max-pods-too-low"] is Change.UNSEEN
    assert changes(incident(), unread)["kubelet-max-pods-too-low"] is Change.SEEN


def test_calls_nothing_gone_when_the_verdict_is_unknown() -> None:
    found = changes(SAMPLES["half_read"], incident())
    assert set(found.values()) == {Change.UNSEEN}


def test_does_not_call_gone_what_is_folded_under_another_cause() -> None:
    assert "services-failing" in max_pods().leads_to
    then = replace(incident(), causes=(replace(max_pods(), id="services-failing"),))
    assert "services-failing" not in changes(replace(incident(), causes=(max_pods(),)), then)


def test_a_risk_that_begins_to_hurt_is_worse() -> None:
    latent = replace(healthy(), risks=(replace(max_pods(), severity="medium"),))
    hurting = replace(incident(), causes=(max_pods(),))
    assert changes(hurting, latent)["kubelet-max-pods-too-low"] is Change.WORSE
    assert changes(latent, hurting)["kubelet-max-pods-too-low"] is Change.BETTER


@pytest.mark.parametrize(
    ("then", "now", "change"), [(3, 5, Change.WORSE), (5, 3, Change.BETTER), (4, 4, Change.SAME)]
)
def test_compares_how_many_it_hits(then: int, now: int, change: Change) -> None:
    one = replace(incident(), causes=(replace(max_pods(), subjects_total=now),))
    other = replace(incident(), causes=(replace(max_pods(), subjects_total=then),))
    assert changes(one, other)["kubelet-max-pods-too-low"] is change


def test_tells_what_stands_as_before() -> None:
    text = digest(incident(), before(incident())).text
    assert "nothing changed" in text
    assert "kubelet-max-pods-too-low" in text


def test_gives_figures_only_where_both_are_known() -> None:
    text = digest(incident(), before(healthy())).text
    assert "pods not scheduled: 0 before, 120 now (+120)" in text
    assert "nodes reachable: 14 before, 1 now (-13)" in text
    assert " before" not in digest(SAMPLES["half_read"], before(healthy())).text.split("Cluster:")[0].replace(
        "gone", ""
    )


@pytest.mark.parametrize("nodes", [1, 500, 5_000])
def test_stays_within_slacks_limits_at_any_size(nodes: int) -> None:
    assert_safe(digest(incident(nodes), before(healthy(nodes)), now=NOON))
    assert_safe(digest(hostile(), before(hostile("other")), now=NOON))


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(reports, reports, st.booleans())
def test_is_safe_whatever_the_reports_say(now: Report, then: Report, same: bool) -> None:
    previous = before(replace(then, cluster=now.cluster, region=now.region) if same else then)
    message = digest(now, previous, now=NOON)
    assert_safe(message)
    assert message.text.split(":")[0] == Verdict(now.verdict).value.capitalize()
