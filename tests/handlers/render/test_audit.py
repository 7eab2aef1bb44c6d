import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.gate.journal import Entry
from handlers.gate.refusal import refusal_message
from handlers.gate.rules import Bar, Rule
from handlers.outcome import Outcome, Problem
from handlers.own import Own
from handlers.render.audit import audit_message, export_message
from handlers.render.clusters import Looked, clusters_message, own_message
from handlers.render.limits import message_faults
from handlers.render.message import Message
from handlers.rights import Right
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import HOSTILE, NOON, healthy


def asked(id: str, what: str, *, thread: str = "", refused: str = "") -> Entry:
    at = NOON + timedelta(minutes=int(id))
    return Entry(
        id=id, at=at, user="U0ANA", channel="C0OPS", thread=thread, right="read", what=what, refused=refused
    )


def answered(id: str, verdict: str) -> Entry:
    return Entry(id=id, at=NOON, user="U0ANA", channel="C0OPS", cluster="shop", verdict=verdict)


ENTRIES = [
    asked("1", "status shop", thread="5.1"),
    answered("1", "critical"),
    asked("2", "ack kubelet-max-pods-too-low for 4h", refused="prod is for SRE"),
    Entry(id="3", at=NOON + timedelta(hours=1), user="U0BOB", right="read", what="home"),
]
PROD = Rule(name="prod is for SRE", right=Right.ACKNOWLEDGE, channels=("C0PROD",), groups=("S0SRE",))
OWN = Own(cluster="shop", by="U0ANA", at=NOON)
MESSAGES: dict[str, Message] = {
    "everybodys": audit_message(ENTRIES, most=20, everybody=True),
    "ones_own": audit_message(ENTRIES[:3], most=1, everybody=False, since=timedelta(days=2)),
    "nothing": audit_message([], most=20, everybody=False),
    "exported": export_message(Outcome(how="post"), 134),
    "not_exported": export_message(
        Outcome(problem=Problem.SCOPE, code="missing_scope", needed="files:write"), 134
    ),
    "nothing_to_export": export_message(None, 0),
    "refused": refusal_message(Bar(right=Right.ACKNOWLEDGE, rules=(PROD,))),
    "undecided": refusal_message(
        Bar(right=Right.ACKNOWLEDGE, rules=(PROD,), fault="missing_scope: usergroups:read")
    ),
    "stranger": refusal_message(Bar(right=Right.SCHEDULE, stranger=True)),
    "own": own_message(OWN, ("bank", "shop"), sure=False),
    "own_is_gone": own_message(OWN, ("bank", "dev"), sure=False),
    "no_own": own_message(None, ("bank", "shop"), sure=True),
    "only_one": own_message(None, ("shop",), sure=True),
}


def fits(message: Message) -> bool:
    forms = (message.blocks, message.plain, ())
    return not any(message_faults(form, message.text) for form in forms)


@pytest.mark.parametrize("name", MESSAGES)
def test_looks_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    message = MESSAGES[name]
    assert fits(message)
    forms = {"text": message.text, "blocks": list(message.blocks), "plain": list(message.plain)}
    assert json.dumps(forms, ensure_ascii=False, indent=1) == golden("json")


def test_shows_the_newest_and_says_how_many_more_there_are() -> None:
    entries = [asked(str(number), f"status {number}") for number in range(500)]
    message = audit_message(entries, most=3, everybody=True)
    first, *lines = message.text.split("\n")
    assert first == "Audit: 500 entries of everybody, the newest first"
    assert [line[-3:] for line in lines[:3]] == ["499", "498", "497"]
    assert "and 497 more entries" in lines[3]


def test_names_no_direct_message_whose_name_slack_does_not_show() -> None:
    entry = Entry(id="1", at=NOON, user="U0ANA", channel="D0ANA", what="status")
    message = audit_message([entry], most=3, everybody=False)
    assert "in a direct message status" in message.text
    assert "D0ANA" not in str(message)


def test_a_hundred_entries_of_the_longest_text_fit() -> None:
    entries = [asked(str(number), HOSTILE * 3, refused=HOSTILE) for number in range(100)]
    message = audit_message(entries, most=100, everybody=True)
    assert fits(message)
    assert "<!" not in str(message)
    assert "<@U1>" not in str(message)


@settings(max_examples=50)
@given(st.text(max_size=300), st.text(max_size=40), st.text(max_size=40))
def test_slack_takes_it_whatever_was_typed(what: str, user: str, channel: str) -> None:
    entry = Entry(id="1", at=NOON, user=user, channel=channel, what=what or "x", refused=what)
    message = audit_message([entry], most=20, everybody=True)
    assert fits(message)
    assert "<!" not in str((message.blocks, message.plain))


def test_clusters_says_which_is_meant_here() -> None:
    looked = [Looked("bank"), Looked("shop", healthy(), 5.0)]
    assert "Here shop is meant when none is named." in clusters_message(looked, sure=False, own="shop").text
    assert "Here" not in clusters_message(looked, sure=False, own="gone").text
