"""The pages of single words, over the sample reports."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any  # fields of any type, for replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.load import load_checks
from checks.model import Subject
from checks.report import (
    InstanceTypeFacts,
    NotChecked,
    PendingGroup,
    Report,
    ReportEvidence,
    ReportSubject,
    Symptom,
    Verdict,
)
from checks.snapshot import Gap
from checks.steps import State, Step
from checks.way import NotFound, Way
from handlers.render.answer import Lay, Material, PageOf, again_value, answer_blocks, answer_page
from handlers.render.clusters import Looked, clusters_message
from handlers.render.config import ABOUT_SETTINGS, config_page
from handlers.render.doctor import Checkup, Keeping, Slack, doctor_page
from handlers.render.instance_limits import limits_page
from handlers.render.message import Message
from handlers.render.node import node_page
from handlers.render.nodes import nodes_page
from handlers.render.pending import pending_page
from handlers.render.subnets import IDS, subnets_page
from handlers.render.text import render_page
from handlers.render.topic import DNS, HEALTH, WEBHOOKS, topic_page
from handlers.render.way import way_page
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import HOSTILE, NOON, SAMPLES, half_read, healthy, hostile, incident
from tests.handlers.render.strategies import reports
from tests.handlers.render.test_blocks import assert_safe

SMALL = InstanceTypeFacts(name="t3.small", enis=3, ipv4_per_eni=4, hypervisor="nitro", vcpus=2, prefixes=True)
XEN = InstanceTypeFacts(name="m4.large", enis=2, ipv4_per_eni=10, hypervisor="xen", vcpus=2, prefixes=False)
WORDS: dict[str, tuple[PageOf, tuple[str, ...]]] = {
    "pending": (pending_page, ()),
    "nodes": (nodes_page, ()),
    "node": (node_page, ("ip-10-0-0-5",)),
    "subnets": (subnets_page, ()),
    "limits": (limits_page, ("t3.small", "m4.large", "x9.huge")),
    "dns": (topic_page(DNS), ()),
    "webhooks": (topic_page(WEBHOOKS), ()),
    "health": (topic_page(HEALTH), ()),
    "config": (config_page, ()),
}


def group(workload: str = "api", waits_for: str = "scheduler", pods: int = 120, **more: Any) -> PendingGroup:
    return replace(
        PendingGroup(
            namespace="shop",
            workload=workload,
            waits_for=waits_for,
            pods=pods,
            since=NOON - timedelta(minutes=20),
            limits=("kubelet-max-pods-too-low",) if waits_for == "scheduler" else (),
            message="0/14 nodes are available: 14 Too many pods.",
            numbers="each asks for 100m CPU and 128 MiB, 14 of 14 nodes are at their pod limit",
            example=f"{workload}-7c9f8d6b5-00001",
        ),
        **more,
    )


def known(report: Report) -> Report:
    """The report with the types that its nodes are of."""
    return replace(report, facts=replace(report.facts, instance_types=(SMALL, XEN)))


def dns_fails() -> Report:
    failing = Symptom(
        id="dns-failing",
        severity="critical",
        inferred=False,
        title="6 of 6 DNS probes fail",
        subjects=(ReportSubject(kind="Service", namespace="kube-system", name="kube-dns"),),
        subjects_total=1,
        evidence=(ReportEvidence(asked="probes/dns", field="10.100.0.10 udp", value="timeout", count=1),),
        explained_by=(),
    )
    return replace(incident(), symptoms=(failing,), causes=())


def tight() -> Report:
    base = incident()
    first, *others = base.facts.subnets
    subnets = (*others, replace(first, free_addresses=0, free_prefixes=0))
    eni = replace(base.facts.ipam, mode="eni", prefix_delegation=True)
    return replace(base, facts=replace(base.facts, subnets=subnets, ipam=eni))


REPORTS: dict[str, Report] = {
    "incident": known(replace(incident(), pending=(group(), group("etl", "image", 2, numbers="")))),
    "healthy": known(healthy()),
    "half_read": half_read(),
    "dns_fails": dns_fails(),
    "tight": known(tight()),
}


def lay(word: str, report: Report, *named: str) -> Lay:
    page, usual = WORDS[word]
    return page(Material(report=report, named=named or usual))


def text(word: str, report: Report, *named: str) -> str:
    return render_page(answer_page(lay(word, report, *named), report))


def message(word: str, report: Report, *named: str) -> Message:
    again = again_value(report.cluster, word, named)
    return answer_blocks(lay(word, report, *named), report, again, now=NOON, age_s=12.0)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("word", WORDS)
def test_reads_in_a_terminal_as_it_was_last_read_by_eye(word: str, name: str, golden: Golden) -> None:
    assert text(word, REPORTS[name]) == golden("txt")


@pytest.mark.parametrize("word", WORDS)
def test_looks_in_slack_as_it_was_last_read_by_eye(word: str, golden: Golden) -> None:
    shown = message(word, REPORTS["incident"])
    whole = {"text": shown.text, "blocks": shown.blocks}
    assert json.dumps(whole, ensure_ascii=False, indent=2) == golden("json")


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("word", WORDS)
def test_keeps_slacks_limits_and_mentions_nobody(word: str, name: str) -> None:
    assert_safe(message(word, SAMPLES[name]))
    assert_safe(message(word, SAMPLES[name], HOSTILE, HOSTILE * 3))


def test_keeps_slacks_limits_at_five_thousand_nodes_and_waiting_groups() -> None:
    many = tuple(group(f"{HOSTILE}{index}", "address", 30, message=HOSTILE * 9) for index in range(3_000))
    huge = known(replace(incident(5_000, 9_000), pending=many))
    for word in WORDS:
        assert_safe(message(word, huge))


@settings(max_examples=25, deadline=None)
@given(reports, st.sampled_from(sorted(WORDS)), st.lists(st.text(max_size=50), max_size=4))
def test_never_raises_whatever_the_report_and_the_names_are(
    report: Report, word: str, named: list[str]
) -> None:
    assert_safe(message(word, report, *named))
    text(word, report, *named)


def test_pending_puts_the_limit_and_both_sides_of_its_sum_first() -> None:
    told = message("pending", REPORTS["incident"]).text
    assert told.startswith("Pending: 122 pods wait (120 for the scheduler, 2 for an image), in 2 groups")
    assert "Limit: 14 nodes run the 11 pods their kubelet allows" in told
    assert "Numbers: each asks for 100m CPU" in told


def test_pending_cuts_at_twenty_groups_and_tells_how_many_are_left() -> None:
    many = replace(incident(), pending=tuple(group(f"w{index}", pods=2) for index in range(25)))
    said = text("pending", many)
    assert said.count("Limit:") == 20
    assert "and 5 more groups with 10 pods" in said


def test_pending_that_was_not_read_is_not_none() -> None:
    assert "not checked: the pods were not read" in text("pending", half_read())
    assert "none of 154 pods waits" in text("pending", healthy())
    gap = NotChecked(id="pods-without-ip", why="timed out", grant=None)
    assert "not all that could tell was read" in text("pending", replace(healthy(), not_checked=(gap,)))


def test_nodes_names_those_without_room_first_and_tells_the_rest() -> None:
    said = text("nodes", known(incident(500)))
    assert said.startswith("NODES: 500 nodes: 428 at their pod limit, 0 without a free address")
    assert "and 480 more nodes" in said


def node(**more: Any) -> Report:
    one = replace(incident().facts.nodes_detail[0], **more)
    return replace(healthy(), facts=replace(healthy().facts, nodes_detail=(one,)))


@pytest.mark.parametrize(
    ("pods", "most", "free", "said"),
    [
        (11, 11, 200, "takes no more pods: its pod limit is used up"),
        (5, 11, 0, "takes no more pods: its addresses are used up"),
        (11, 11, 0, "takes no more pods: both its limits are used up"),
        (5, 11, 200, "takes 6 more pods; the pod limit will bind first"),
        (5, 110, 3, "takes 3 more pods; the addresses will bind first"),
        (5, 11, None, "not all of its figures could be read"),
        (None, 11, 3, "not all of its figures could be read"),
    ],
)
def test_node_says_which_limit_binds_first(
    pods: int | None, most: int | None, free: int | None, said: str
) -> None:
    report = node(pods=pods, max_pods=most, free_for_pods=free)
    assert said in text("node", report).replace("\n", " ")


def test_node_is_found_by_its_first_part_and_asks_when_several_fit() -> None:
    assert "ip-10-0-0-5.eu-west-1.compute.internal takes" in text("node", incident(), "ip-10-0-0-5")
    assert "14 nodes fit “ip-10-0”: which one?" in text("node", incident(), "ip-10-0")
    assert "no node called “ip-10-0-0-55x” was read" in text("node", incident(), "ip-10-0-0-55x")
    assert "not checked" in text("node", half_read(), "ip-10-0-0-5")


def test_subnets_never_adds_zones_up() -> None:
    said = text("subnets", tight())
    assert "the tightest in eu-west-1a has 0 free addresses" in said.replace("\n", " ")
    total = sum(one.free_addresses or 0 for one in tight().facts.subnets)
    assert str(total) not in said


@pytest.mark.parametrize("word", ["dns", "webhooks", "health"])
def test_a_topic_works_only_when_its_symptom_was_looked_for(word: str) -> None:
    symptom = {"dns": "dns-failing", "webhooks": "webhooks-failing", "health": "nodes-unreachable"}[word]
    assert "not checked" not in text(word, healthy())
    gap = NotChecked(id=symptom, why="not asked: probes", grant=None)
    unread = replace(healthy(), not_checked=(gap,))
    assert f"{word.upper()}: not checked" in text(word, unread)


def test_health_without_any_agents_health_is_not_checked() -> None:
    nodes = replace(healthy().facts.nodes, reachable=None)
    said = text("health", replace(healthy(), facts=replace(healthy().facts, nodes=nodes)))
    assert said.startswith("HEALTH: not checked")


def test_a_topic_says_aloud_that_nothing_accounts_for_a_symptom() -> None:
    said = text("dns", dns_fails())
    assert said.startswith("DNS: 6 of 6 DNS probes fail")
    assert "Nothing that was read accounts for it." in said


def test_topics_name_checks_that_there_are() -> None:
    ids = {check.id for check in load_checks()}
    for topic in (DNS, WEBHOOKS, HEALTH):
        assert set(topic.symptoms) | topic.causes <= ids
    assert ids >= IDS
    assert ids >= ABOUT_SETTINGS


def test_config_keeps_to_findings_that_a_setting_proves() -> None:
    said = text("config", incident())
    assert "direct-routes-across-subnets" in said
    assert "CONFIG: 2 causes" in said
    assert "not checked: cilium-config was not read" in text("config", half_read())


def test_limits_shows_the_working_and_says_which_type_was_not_read() -> None:
    said = text("limits", known(healthy()), "t3.small", "m4.large", "x9.huge", "<!channel>").replace(
        "\n", " "
    )
    assert "3 ENIs × (4 − 1 primary) = 9" in said
    assert "9 slots × 16 = 144 addresses in 9 prefixes" in said
    assert "none: EC2 gives them to Nitro instances only" in said
    assert "Not read: x9.huge" in said
    assert "--instance-types x9.huge \\" in said, "what is no type's name goes into no command"


def test_limits_of_no_type_are_those_of_the_cluster() -> None:
    page, _ = WORDS["limits"]
    said = render_page(answer_page(page(Material(report=known(healthy()))), healthy()))
    assert "t3.small" in said
    assert "m4.large" in said


def way(*states: State) -> Way:
    steps = tuple(Step(f"step {index}", state, NOON, HOSTILE) for index, state in enumerate(states))
    causes = tuple((HOSTILE, HOSTILE, HOSTILE * 30) for _ in range(9))
    return Way(subject=Subject("Pod", HOSTILE, HOSTILE), taken_at=NOON, steps=steps, causes=causes)


@pytest.mark.parametrize(
    "found",
    [
        way(State.DONE, State.STOPS, State.AHEAD),
        way(State.DONE, State.UNKNOWN),
        NotFound(HOSTILE, (HOSTILE, HOSTILE)),
        NotFound("nothing"),
    ],
)
def test_a_way_keeps_slacks_limits(found: Way | NotFound) -> None:
    assert_safe(answer_blocks(way_page(found), incident(), "x", now=NOON))
    render_page(answer_page(way_page(found), incident()))


def test_a_way_names_its_stop_in_the_first_line() -> None:
    steps = (
        Step("scheduled", State.DONE, NOON - timedelta(minutes=5)),
        Step("address", State.STOPS, NOON - timedelta(minutes=5), "no IPs"),
    )
    found = Way(subject=Subject("Pod", "api-1", "shop"), taken_at=NOON, steps=steps)
    said = render_page(answer_page(way_page(found), incident()))
    assert said.startswith("WHY: pod shop/api-1 stops at “address”")
    assert "- address (stops here for 5 min): no IPs" in said
    assert "- scheduled (done 5 min ago)" in said
    assert "No known cause explains it." in said


GAPS = (
    (
        "subnets",
        Gap(reason="refused: AccessDenied", asked="aws/ec2/describe-subnets", grant="ec2:DescribeSubnets"),
    ),
    ("dns_probes", Gap(reason="not asked", asked="probes/dns")),
)
WORKS = Checkup(
    report=healthy(),
    gaps=(),
    slack=Slack(bot="cilium", team="shop", missing=()),
    keeping=Keeping(version="0.1.0", shared=True),
)


@pytest.mark.parametrize(
    ("checkup", "said"),
    [
        (WORKS, "DOCTOR: whatever was asked answered"),
        (replace(WORKS, gaps=GAPS), "Grant: ec2:DescribeSubnets"),
        (replace(WORKS, gaps=GAPS[1:]), "CILIUM_BOT_PROBES=yes"),
        (replace(WORKS, report=None, fault="kubeconfig names no cluster"), "the cluster cannot be read"),
        (replace(WORKS, slack=Slack(fault="invalid_auth")), "SLACK_BOT_TOKEN"),
        (
            replace(WORKS, slack=Slack(missing=(("im:history", "direct messages"),))),
            "Missing scope: im:history",
        ),
        (replace(WORKS, slack=Slack()), "Slack does not tell my scopes"),
        (replace(WORKS, keeping=Keeping(version="1", shared=True, fault="refused")), "look at REDIS_URL"),
        (replace(WORKS, keeping=Keeping(version="1", shared=False)), "Works, in memory"),
        (Checkup(report=replace(healthy(), verdict=Verdict.HEALTHY)), "not asked here"),
    ],
)
def test_doctor_names_each_fault_and_what_mends_it(checkup: Checkup, said: str) -> None:
    page = doctor_page(checkup)
    assert said in " ".join(render_page(answer_page(page, healthy())).split())
    assert_safe(answer_blocks(page, healthy(), "x", now=NOON))


def test_clusters_tells_the_last_verdict_and_its_age() -> None:
    looked = [Looked("shop", incident(), 42.0), Looked(HOSTILE)]
    told = clusters_message(looked, sure=True)
    assert_safe(told)
    assert "shop: Critical, 42 s ago: 120 pods wait" in told.text
    assert "no report is kept of it" in told.text
    assert_safe(clusters_message([Looked(f"c{n}", hostile(), 1.0) for n in range(300)], sure=False))


def test_the_text_alone_carries_the_answer_and_its_age() -> None:
    told = message("nodes", known(incident())).text
    assert "• ip-10-0-0-6: pods 11 of 11" in told
    assert "12 s ago" in told
