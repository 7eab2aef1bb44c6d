import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from checks.report import Report
from handlers.problems.buttons import meant
from handlers.problems.holds import Standing
from handlers.problems.look import looked
from handlers.problems.model import Hold, Ledger, Post
from handlers.problems.news import news
from handlers.render.limits import message_faults
from handlers.render.message import Message
from handlers.render.problem import fingerprint, post_message, post_page, worse_message
from handlers.render.problem_list import Listed, done_message, list_message, reminder_message
from tests.handlers.problems.world import CLUSTER, cause, report, risk, unread, waiting
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import NOON, direct_routes, hostile
from tests.handlers.render.test_blocks import assert_safe

MAX_PODS = "kubelet-max-pods-too-low"
HOLD = Hold(by="U0ONCALL", owner="U0ONCALL", at=NOON, reason="new node group on Friday", until=None)
SILENCE = replace(HOLD, owner="U0OWNER", until=NOON + timedelta(days=2))
SICK = report(cause(), risks=[risk()], symptoms=[waiting(MAX_PODS)], waits=120)
ALONE = report(cause(), symptoms=[waiting(MAX_PODS)], waits=120)


def ledger_of(*reports: Report, held: bool = False) -> Ledger:
    """What these reports leave, five minutes apart."""
    ledger = Ledger()
    for number, shown in enumerate(reports):
        ledger = looked(ledger, shown, NOON + number * timedelta(minutes=5))
    if not held:
        return ledger
    first, *rest = ledger.problems
    return replace(ledger, problems=(replace(first, ack=HOLD, silence=SILENCE), *rest))


def post_of(ledger: Ledger, *added: str, past: Sequence[str] = ()) -> Post:
    """A post that tells of everything in the ledger."""
    told = {problem.id: problem.rose for problem in ledger.problems}
    return Post(channel="C0OPS", ts="1.1", at=NOON, told=told, added=added, past=tuple(past))


def shown(ledger: Ledger, *added: str, past: Sequence[str] = ()) -> Message:
    """What it says."""
    return post_message(CLUSTER, post_of(ledger, *added, past=past), ledger, NOON + timedelta(minutes=1))


def listed(ledger: Ledger) -> Listed:
    found = {
        p.id: Standing(cluster=CLUSTER, problem=p, ack=p.ack, silence=p.silence, messages=())
        for p in ledger.open
    }
    return Listed(found, ledger.at)


MORE = report(cause(subjects_total=20), symptoms=[waiting(MAX_PODS)], waits=310)
WORSE = ledger_of(report(risks=[risk(MAX_PODS)]), ALONE)
MESSAGES = {
    "problem_new": shown(ledger_of(ALONE)),
    "problem_risk": shown(ledger_of(report(risks=[risk()]))),
    "problem_worse": shown(WORSE),
    "problem_better": shown(ledger_of(ALONE, report(cause(severity="medium", subjects_total=2), waits=4))),
    "problem_held": shown(ledger_of(MORE, held=True)),
    "problem_not_checked": shown(ledger_of(ALONE, *[unread(report(), MAX_PODS)] * 3)),
    "problem_over": shown(ledger_of(ALONE, MORE, report(), ALONE, report(), report())),
    "problem_under": shown(ledger_of(report(symptoms=[waiting()]), ALONE, ALONE)),
    "problems_new": shown(ledger_of(report(cause(), direct_routes(), risks=[risk()]))),
    "problems_later": shown(
        ledger_of(SICK, report(risks=[risk()]), report(risks=[risk()]), held=True),
        MAX_PODS,
        past=["Over by 2026-11-21 12:00 UTC: 3 nodes were not ready"],
    ),
    "problems_over": shown(ledger_of(SICK, report(), report())),
    "problem_got_worse": worse_message(CLUSTER, WORSE.problems),
    "problems_open": list_message({CLUSTER: listed(ledger_of(SICK, held=True))}, NOON),
    "problems_none": list_message({CLUSTER: Listed({}, NOON), "bank": Listed({}, None)}, NOON),
    "problem_reminder": reminder_message("silence", CLUSTER, ledger_of(ALONE).problems[0], SILENCE),
    "problem_done": done_message("Silenced", CLUSTER, ledger_of(ALONE).problems, SILENCE, "U0ONCALL"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_looks_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    message = MESSAGES[name]
    assert json.dumps(
        {"text": message.text, "blocks": message.blocks}, indent=1, ensure_ascii=False
    ) == golden("json")


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_takes_both_forms(name: str) -> None:
    message = MESSAGES[name]
    assert not message_faults(list(message.blocks), message.text)
    assert not message_faults(list(message.plain), message.text)


def test_stays_within_the_limits_and_safe_whatever_the_cluster_says() -> None:
    evil = hostile()
    many = tuple(replace(one, id=f"fault-{number}") for number, one in enumerate(evil.causes))
    ledger = looked(Ledger(), replace(evil, causes=many, risks=()), NOON)
    ids = tuple(problem.id for problem in ledger.problems)
    told = dict.fromkeys(ids, NOON)
    post = Post(channel="C0OPS", ts="1.1", at=NOON, told=told, added=ids, past=(evil.headline,) * 10)
    heard = news(ledger, "C0OPS", NOON)
    for message in (
        post_message(CLUSTER, post, ledger, NOON),
        post_message(CLUSTER, replace(post, told={ids[0]: NOON}), ledger, NOON),
        worse_message(CLUSTER, heard.new),
        list_message({CLUSTER: listed(ledger)}, NOON),
    ):
        assert_safe(message)


def test_the_same_state_has_the_same_fingerprint() -> None:
    def print_of(ledger: Ledger) -> str:
        return fingerprint(post_page(CLUSTER, post_of(ledger), ledger, NOON))

    assert print_of(ledger_of(ALONE)) == print_of(ledger_of(ALONE, ALONE))
    assert print_of(ledger_of(ALONE)) != print_of(ledger_of(ALONE, MORE))
    assert print_of(ledger_of(ALONE)) != print_of(ledger_of(ALONE, held=True))


def test_a_message_of_many_names_the_heaviest_and_counts_the_rest() -> None:
    ids = [f"fault-{number}" for number in range(60)]
    message = shown(ledger_of(report(*map(cause, ids))))
    assert "60 problems. The worst: " in message.text
    assert "and 50 more problems" in message.text
    assert not message_faults(list(message.blocks), message.text)
    buttons = json.loads(json.dumps(message.blocks[-1]))["elements"]
    assert meant(buttons[0]["value"]) == (CLUSTER, tuple(sorted(ids)))
