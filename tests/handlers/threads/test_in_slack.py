"""Threads before a whole Slack: mentions, clicks, dialogs and shortcuts, through restarts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.standin.standin import USER
from bot.standin.workspace import BOT, Channel, Message
from checks.report import Report
from handlers.render.blocks import blocks
from handlers.render.limits import message_faults
from handlers.work import NotRecorded, Recorded
from tests.handlers.render.samples import half_read, healthy, incident, max_pods, node_name
from tests.handlers.threads.alerts import HOST, alertmanager
from tests.handlers.threads.world import BANK, PAYMENTS, World, running, world


def assert_taken(here: World) -> None:
    """Every message in every version is one that Slack takes."""
    for message in here.standin.messages():
        if message.user == BOT and not message.files:
            versions = [(old.text, old.blocks) for old in message.before] + [(message.text, message.blocks)]
            for text, blocks in versions:
                assert not message_faults(list(map(dict, blocks)), text)


def posted(here: World, file: int = -1) -> str:
    """The text of an uploaded file."""
    upload = list(here.standin.office.uploads.values())[file]
    assert upload.content is not None
    return upload.content.decode()


def mended() -> Report:
    """The incident with one of its causes gone and the other on fewer nodes."""
    return replace(incident(), causes=(replace(max_pods(), subjects_total=9),))


def test_a_thread_under_an_answer_knows_its_cluster_through_a_restart() -> None:
    with world() as here:
        with running(here):
            root = here.typed(f"status {PAYMENTS}", "Critical")
        here.turns(mended())
        with running(here):
            again = here.mentioned("check again", root, "Critical")
            assert "was critical" not in again.text
            assert (
                "Since the last look (2026-11-22 12:00 UTC, 8 min before): 1 better, 1 gone, 1 as before."
                in again.text
            )
            here.turns(mended(), timedelta(minutes=1))
            same = here.mentioned("again!", root, "Critical")
            assert "2 as before." in same.text
        assert here.bank.started == 0
        assert_taken(here)


def test_a_thread_needs_no_names() -> None:
    with world() as here, running(here):
        root = here.typed(f"node {HOST} {PAYMENTS}", f"Node: {HOST}")
        here.mentioned("node", root, f"Node: {HOST}")
        here.mentioned("evidence", root, "Evidence: ")
        here.mentioned("pending?", root, "Pending: ")
        other = here.mentioned(f"status {BANK}", root, "Healthy")
        assert BANK in other.text
        assert BANK in here.mentioned("check again", root, "Healthy").text
        asked = here.mentioned("node", root, "Which node?")  # the other cluster's is not this one's
        assert "node NAME" in asked.text
        assert_taken(here)


def test_why_in_a_thread_about_a_cluster_shows_what_proves_its_causes() -> None:
    with world() as here, running(here):
        root = here.typed(f"status {PAYMENTS}", "Critical")
        answer = here.mentioned("why?", root, "Evidence: ")
        assert "status.allocatable.pods" in answer.text
        one = here.mentioned("evidence 2", root, "Evidence: nodes in different subnets")
        assert "kubelet-max-pods-too-low" not in one.text
        here.mentioned("evidence kubelet-max-pods", root, "Evidence: that report found nothing called")


def test_never_guesses_a_cluster_in_a_thread_that_it_does_not_know() -> None:
    with world() as here, running(here):
        talk = here.standin.say("pods are stuck")
        assert PAYMENTS in here.mentioned("check again", talk, "Which cluster?").text
        assert (here.payments.started, here.bank.started) == (0, 0)
        here.mentioned(f"status {BANK}", talk, "Healthy")
        first = here.mentioned("what changed", talk, "Changed: ")
        assert BANK in first.text


def test_says_what_changed_since_the_last_look_and_since_an_hour() -> None:
    with world() as here:
        with running(here):
            root = here.typed(f"status {PAYMENTS}", "Critical")
            here.turns(mended(), timedelta(minutes=61))
            found = here.mentioned(
                "what changed?", root, "Changed: 1 better, 1 gone, 1 as before, since the last look"
            )
            assert "Better: " in found.text
            assert "The same: pod-cidr-overlaps-service-cidr" in found.text
            again = here.mentioned(
                "what changed since the last look", root, "Changed: not known since the last look"
            )
            assert "it is the very same report" in again.text
            here.turns(healthy(), timedelta(minutes=1))
        with running(here):  # the hour's first report outlives a restart, too
            later = here.typed(
                f"what changed 1h {PAYMENTS}", "Changed: was critical, is healthy; 3 gone, since 60 min ago"
            )
            assert later.thread_ts is None
            none = here.typed(f"changed 24h {PAYMENTS}", "Changed: not known since 24 h ago")
            assert "nothing to compare with: no report of that time is kept" in none.text.lower()
        assert_taken(here)


@pytest.mark.parametrize("unread", ["then", "now"])
def test_claims_no_difference_where_something_was_unread(unread: str) -> None:
    reports = (half_read(), incident()) if unread == "then" else (incident(), half_read())
    with world() as here, running(here):
        here.payments.report = replace(reports[0], cluster=PAYMENTS)
        root = here.typed(f"status {PAYMENTS}", "Unknown" if unread == "then" else "Critical")
        here.turns(replace(reports[1], cluster=PAYMENTS))
        text = here.mentioned("check again", root, "Critical" if unread == "then" else "Unknown").text
        assert "gone" not in text.lower()
        assert "better" not in text.lower()
        assert ("could not read what its verdict needs" if unread == "then" else "no longer checked") in text


def test_check_again_says_so_where_there_was_no_earlier_look() -> None:
    with world() as here, running(here):
        talk = here.standin.say("pods are stuck")
        text = here.mentioned(f"check again {PAYMENTS}", talk, "Critical").text
        assert "there is no earlier look in this thread" in text
        alone = here.typed(f"check again {PAYMENTS}", "Critical")
        assert "Since the last look" not in alone.text


def test_the_button_says_what_changed_since_its_message_was_made() -> None:
    with world() as here, running(here):
        root = here.typed(f"status {PAYMENTS}", "Critical")
        here.turns(healthy())
        here.standin.click(root, "check_again")
        now = here.standin.wait_message(lambda message: message.text.startswith("Healthy"))
        assert now.ts == root.ts
        assert "was critical, is healthy; 3 gone." in now.text


def test_the_buttons_of_a_diagnosis_answer_in_its_thread() -> None:
    with world() as here, running(here):
        root = here.typed(f"status {PAYMENTS}", "Critical")
        proof = here.clicked(root, "evidence", "Evidence: ")
        assert "kubernetes/api/v1/nodes" in proof.text
        handed = here.clicked(root, "more", "Handoff: ", f"handoff\n{PAYMENTS}")
        assert "Looked at in this thread" in handed.text
        here.standin.wait_for(lambda: len(here.standin.office.uploads) == 1)
        here.standin.wait_message(lambda message: bool(message.files) and message.thread_ts == root.ts)
        assert posted(here).startswith("## ❌ Critical: ")
        assert here.payments.started == 1
        assert_taken(here)


def test_hands_a_thread_over_with_who_looked_and_who_has_it() -> None:
    with world() as here, running(here) as bot:
        root = here.typed(f"status {PAYMENTS}", "Critical")
        here.standin.wait_for(lambda: bot.pool.busy == 0)
        here.standin.click(root, "problem_acknowledge")
        here.standin.wait_for(lambda: bot.pool.busy == 0)
        here.mentioned(f"node {HOST}", root, "Node: ")
        here.mentioned("handoff", root, "Handoff: ")
        here.standin.wait_message(lambda message: bool(message.files))
        text = posted(here)
        for told in (
            "Since when, and who has it",
            f"acknowledged by {USER}",
            "Looked at in this thread",
            f"`node {HOST}`",
            "Not checked",
            "kubectl get nodes",
        ):
            assert told in text


def test_a_handoff_that_cannot_be_a_file_can_be_copied() -> None:
    with world() as here, running(here):
        here.standin.refuse("files.getUploadURLExternal", "missing_scope")
        root = here.typed(f"status {PAYMENTS}", "Critical")
        here.mentioned("handoff", root, "Handoff: 120 pods")
        copy = here.standin.wait_message(lambda message: "can be copied into a ticket" in message.text)
        assert copy.thread_ts == root.ts
        assert "rich_text_preformatted" in str(copy.blocks)
        assert_taken(here)


def direct(here: World) -> list[Message]:
    return [m for m in here.standin.messages(here.standin.workspace.direct(USER).id) if m.user == BOT]


def test_what_is_wrong_becomes_a_recording_for_the_one_who_asks_alone() -> None:
    asked: list[str] = []

    def recorder(cluster: str) -> Recorded:
        asked.append(cluster)
        return Recorded(b"an archive", 2)

    with world() as here, running(here) as bot:
        object.__setattr__(bot.desk, "recorder", recorder)
        root = here.typed(f"status {PAYMENTS}", "Critical")
        here.standin.choose(root, "more", f"wrong\n{PAYMENTS}")
        view = here.standin.wait_modal()
        assert "made-up ones" in str(view.blocks)
        assert asked == []
        before = here.standin.messages()
        here.standin.submit(view, {"said": "the pool was <!channel> full"})
        assert here.standin.wait_for(lambda: any("is for you alone" in m.text for m in direct(here)))
        told = next(m for m in direct(here) if "is for you alone" in m.text)
        assert "the pool was &lt;!channel&gt; full" in told.text
        assert "2 parts that could not be read" in told.text
        assert any(m.files for m in direct(here))
        assert here.standin.messages() == before  # nothing in the channel
        [upload] = here.standin.office.uploads.values()
        assert PAYMENTS not in upload.name
        assert upload.content == b"an archive"
    assert asked == [PAYMENTS]


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        ("", "There is no recording: it took too long"),
        ("files.getUploadURLExternal", "Slack did not take it"),
    ],
)
def test_says_why_there_is_no_recording(refused: str, told: str) -> None:
    def recorder(cluster: str) -> Recorded:
        if refused:
            return Recorded(b"x", 0)
        raise NotRecorded("There is no recording: it took too long.")

    with world() as here, running(here) as bot:
        object.__setattr__(bot.desk, "recorder", recorder)
        root = here.typed(f"status {PAYMENTS}", "Critical")
        if refused:
            here.standin.refuse(refused, "missing_scope")
        here.standin.choose(root, "more", f"wrong\n{PAYMENTS}")
        here.standin.submit(here.standin.wait_modal())
        assert here.standin.wait_for(lambda: any(told in m.text for m in direct(here)))


def test_an_alert_is_diagnosed_in_its_thread() -> None:
    with world() as here, running(here):
        here.typed(f"status {PAYMENTS}", "Critical")
        alert = alertmanager(node=node_name(3), namespace="monitoring")
        shown = here.standin.say("", app="B0ALERTS", attachments=alert["attachments"])  # type: ignore[arg-type] # a sample
        before = {message.ts for message in here.standin.messages()}
        here.standin.shortcut(shown, "diagnose_message")
        answer = here.told("Why: ", before)
        assert answer.thread_ts == shown.ts
        assert f"The message names node {node_name(3)}, in {PAYMENTS}." in answer.text
        assert_taken(here)


def test_an_alert_that_names_nothing_known_gets_the_status_or_the_question_which_cluster() -> None:
    with world() as here, running(here):
        shown = here.standin.say(f"{BANK}: something is slow")
        before = {message.ts for message in here.standin.messages()}
        here.standin.shortcut(shown, "diagnose_message")
        answer = here.told("Healthy", before)
        assert "names no pod or node that I know in bank-prod" in answer.text
        vague = here.standin.say("something is slow")
        here.standin.shortcut(vague, "diagnose_message")
        asked = here.standin.wait_message(lambda message: message.text.startswith("Which cluster?"))
        assert asked.only_for == USER


def test_a_shortcut_where_the_bot_is_no_member_tells_the_person_alone() -> None:
    with world() as here, running(here):
        here.standin.add_channel(
            Channel(id="C0OTHER", name="other", members=frozenset((USER,)), private=True)
        )
        shown = here.standin.say(f"{BANK} is slow", "C0OTHER")
        here.standin.shortcut(shown, "diagnose_message")
        told = here.standin.wait_message(lambda message: message.text.startswith("Healthy"), "C0OTHER")
        assert told.only_for == USER
        first = next(m for m in here.standin.messages("C0OTHER") if "I am not in this channel" in m.text)
        assert first.only_for == USER


def test_a_channels_own_cluster_is_meant_where_none_is_named_and_a_threads_comes_first() -> None:
    with world() as here, running(here):
        here.typed(f"use {BANK}", "")
        root = here.typed(f"status {PAYMENTS}", "Critical")
        assert BANK in here.typed("status", "Healthy").text
        assert PAYMENTS in here.mentioned("check again", root, "Critical").text


def test_a_button_of_a_cluster_that_is_gone_shows_no_other_one() -> None:
    with world() as here, running(here):
        root = here.typed(f"status {PAYMENTS}", "Critical")
        here.standin.click(root, "check_again")
        here.settled()
        gone = replace(incident(), cluster="gone-prod")
        assert here.bot is not None
        here.bot.desk.chat.edit(root.channel, root.ts, blocks(gone, now=here.now))
        here.standin.click(root, "check_again")
        told = here.standin.wait_message(lambda message: "do not know a cluster “gone-prod”" in message.text)
        assert told.only_for == USER
        assert "Healthy" not in str([message.text for message in here.standin.messages()])
