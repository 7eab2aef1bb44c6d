"""Every word through the app: as a command, after a mention, in a direct message, behind a button."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import BoltRequest, BoltResponse

from bot.app import Bot
from bot.ask import page_of
from bot.book import WORDS
from bot.clusters import Looking
from checks.collect.recording import Recording
from checks.collect.source import SourceError
from handlers.mention import after_mention
from handlers.render.text import render_page
from tests.bot.fakes import FakeSlack, HandSweep, command, serving
from tests.bot.test_app import ask

RECORDING = Path(__file__).parents[1] / "recordings" / "phase1_native"
ASKED = {
    "node": "node ip-10-0-0-6",
    "why": "why shop/api",
    "limits": "limits t3.small",
    "check": "check again",
}
FIRST = {
    "status": "Critical",
    "check": "Critical",
    "dns": "DNS",
    "ack": "Open",
    "silence": "Open",
    "digest": "Digests",
}
"""The first word of an answer, where it is not the word that was asked with."""


def event(
    text: str, *, ts: str = "5.1", kind: str = "app_mention", id: str = "Ev1", **more: object
) -> object:
    said = {"type": kind, "user": "U0ASKED", "text": text, "channel": "C0CHANNEL", "ts": ts, **more}
    return {
        "type": "event_callback",
        "team_id": "T0TEAM",
        "event_id": id,
        "authorizations": [{"user_id": "U0BOT", "is_bot": True}],
        "event": said,
    }


def tell(bot: Bot, body: object) -> BoltResponse:
    assert isinstance(body, dict)
    return bot.app.dispatch(BoltRequest(mode="socket_mode", body=body))


def click(bot: Bot, value: str, **container: object) -> BoltResponse:
    body: Mapping[str, object] = {
        "type": "block_actions",
        "user": {"id": "U0CLICKED"},
        "channel": {"id": "C0CHANNEL"},
        "container": {"type": "message", "message_ts": "17.5", "channel_id": "C0CHANNEL", **container},
        "actions": [{"action_id": "check_again", "block_id": "b", "value": value, "action_ts": "18.1"}],
    }
    return bot.app.dispatch(BoltRequest(mode="socket_mode", body=dict(body)))


def answers(slack: FakeSlack) -> list[str]:
    return [
        str(b["text"]) for m, b in slack.calls if m.startswith("chat.") and "Checking" not in str(b["text"])
    ]


@pytest.mark.parametrize("word", [word.word for word in WORDS if word.word not in ("help", "audit")])
def test_every_word_is_answered_in_the_channel(word: str) -> None:
    with serving(("payments-prod", HandSweep())) as (bot, slack):
        assert ask(bot, command(slack, ASKED.get(word, word))).status == 200
        slack.wait_for(lambda calls: bool(answers(slack)))
        slack_text = answers(slack)[-1]
    assert slack_text.startswith(f"{FIRST.get(word, word.capitalize())}: ")


def test_help_shows_every_word_and_an_example() -> None:
    with serving(("shop", HandSweep())) as (bot, slack):
        body = json.loads(ask(bot, command(slack, "help")).body)
    for word in WORDS:
        assert f"`/cilium {word.usage}`" in body["text"]
    assert "`/cilium limits m5.large c6i.xlarge`" in body["text"]


@pytest.mark.parametrize(
    ("said", "told"), [("node", "Which node?"), ("why", "Why what?"), ("why pod", "no longer")]
)
def test_a_missing_name_is_asked_for_at_once(said: str, told: str) -> None:
    with serving(("shop", HandSweep())) as (bot, slack):
        answer = ask(bot, command(slack, said))
        if answer.body and "text" in answer.body:
            assert told in json.loads(answer.body)["text"]
        else:  # a pod may be called pod
            slack.wait_for(lambda calls: any(told in text for text in answers(slack)))


def test_a_word_of_several_clusters_takes_the_name_behind_its_own() -> None:
    shop, bank = HandSweep(), HandSweep()
    with serving(("shop", shop), ("bank", bank)) as (bot, slack):
        ask(bot, command(slack, "limits t3.small"))
        slack.wait_for(lambda calls: calls[-1:] != [] and "Which cluster?" in str(calls[-1][1]["text"]))
        ask(bot, command(slack, "limits t3.small bank", trigger="1.2"))
        slack.wait_for(lambda calls: bool(answers(slack)))
        assert answers(slack)[0].startswith("Limits: not known: 1 type")
    assert (shop.started, bank.started) == (0, 1)


def test_a_mention_in_a_thread_is_answered_in_that_thread() -> None:
    with serving(("payments-prod", HandSweep())) as (bot, slack):
        assert tell(bot, event("hey <@U0BOT> pending", thread_ts="3.3")).status == 200
        slack.wait_for(lambda calls: bool(answers(slack)))
    assert {body["thread_ts"] for body in slack.bodies("chat.postMessage")} == {"3.3"}
    assert answers(slack)[-1].startswith("Pending: ")


def test_a_mention_in_a_channel_begins_a_thread_and_help_is_shown_there() -> None:
    with serving(("shop", HandSweep())) as (bot, slack):
        tell(bot, event("<@U0BOT> help", ts="5.5"))
        slack.wait_for(lambda calls: bool(answers(slack)))
    [body] = slack.bodies("chat.postMessage")
    assert body["thread_ts"] == "5.5"
    assert "What you can ask me" in str(body["text"])


def test_a_direct_message_needs_no_mention_and_no_thread() -> None:
    with serving(("payments-prod", HandSweep())) as (bot, slack):
        tell(bot, event("nodes", kind="message", channel_type="im"))
        slack.wait_for(lambda calls: bool(answers(slack)))
    assert all("thread_ts" not in body for body in slack.bodies("chat.postMessage"))
    assert answers(slack)[-1].startswith("Nodes: ")


def test_check_again_in_a_thread_sweeps_anew() -> None:
    sweep = HandSweep()
    with serving(("payments-prod", sweep)) as (bot, slack):
        tell(bot, event("<@U0BOT>", ts="5.1", id="Ev1"))
        slack.wait_for(lambda calls: len(answers(slack)) == 1)
        tell(bot, event("<@U0BOT> check again", ts="5.2", id="Ev2", thread_ts="5.1"))
        slack.wait_for(lambda calls: len(answers(slack)) == 2)
    assert sweep.started == 2


def test_quiet_after_a_mention_whispers_in_the_thread() -> None:
    with serving(("payments-prod", HandSweep())) as (bot, slack):
        tell(bot, event("<@U0BOT> dns --quiet", thread_ts="3.3"))
        slack.wait_for(lambda calls: bool(slack.bodies("chat.postEphemeral")))
    body = slack.bodies("chat.postEphemeral")[-1]
    assert (body["thread_ts"], body["user"]) == ("3.3", "U0ASKED")
    assert slack.bodies("chat.postMessage") == []


def test_a_message_that_comes_again_under_any_id_is_answered_once() -> None:
    with serving(("shop", HandSweep())) as (bot, slack):
        for id in ("Ev1", "Ev1", "Ev2"):
            tell(bot, event("<@U0BOT> help", id=id))
        while bot.pool.busy:  # in the pool they overtake each other
            threading.Event().wait(0.01)
        tell(bot, event("<@U0BOT> help", id="Ev2", ts="5.9"))
        bot.pool.stop(5)
    assert len(slack.bodies("chat.postMessage")) == 1


@pytest.mark.parametrize(
    "body",
    [
        event("status", kind="message", channel_type="channel"),
        event("status", kind="message", channel_type="im", subtype="message_changed"),
        event("status", kind="message", channel_type="im", bot_id="B1"),
        event("<@U0BOT> status", bot_id="B1"),
        {**dict(event("status", kind="message", channel_type="im")), "event": {"type": "message"}},  # type: ignore[call-overload]
    ],
)
def test_passes_over_what_people_did_not_say_to_it(body: object) -> None:
    sweep = HandSweep()
    with serving(("shop", sweep)) as (bot, slack):
        assert tell(bot, body).status == 200
        bot.pool.stop(5)
    assert (slack.calls, sweep.started) == ([], 0)


def test_never_raises_whatever_is_said_to_it() -> None:
    with serving(("shop", HandSweep())) as (bot, slack):

        @given(st.text(max_size=200), st.sampled_from([word.word for word in WORDS]))
        def any_text(text: str, word: str) -> None:
            assert isinstance(after_mention(text, "U0BOT"), str)
            assert tell(bot, event(f"<@U0BOT> {word} {text}")).status == 200
            assert ask(bot, command(slack, f"{word} {text}")).status == 200

        any_text()


def test_a_button_shows_the_same_word_anew_in_its_own_message() -> None:
    sweep = HandSweep()
    with serving(("payments-prod", sweep)) as (bot, slack):
        ask(bot, command(slack, "node ip-10-0-0-6"))
        slack.wait_for(lambda calls: bool(answers(slack)))
        click(bot, "payments-prod\nnode\nip-10-0-0-6", thread_ts="3.3")
        slack.wait_for(
            lambda calls: sum(text.startswith("Node: ip-10-0-0-6") for text in answers(slack)) == 2
        )
    assert slack.calls[-1][1]["ts"] == "17.5"
    assert sweep.started == 2


@pytest.mark.parametrize(
    "value", ["", "\n\n\n", "elsewhere\nxyzzy\nx", "payments-prod\nhelp", "payments-prod\nnode"]
)
def test_a_button_with_any_value_is_answered(value: str) -> None:
    with serving(("payments-prod", HandSweep())) as (bot, slack):
        assert click(bot, value).status == 200
        slack.wait_for(lambda calls: len(calls) > 0)


def test_why_follows_what_the_sweep_had_read() -> None:
    looking = Looking(lambda: Recording(RECORDING))
    sweep = HandSweep()
    with serving(("perf-eval", sweep)) as (bot, slack):
        bot.sweeps._clusters["perf-eval"] = type(bot.sweeps._clusters["perf-eval"])(
            "perf-eval", looking, looking.last
        )
        ask(bot, command(slack, "why perf-app"))
        slack.wait_for(lambda calls: bool(answers(slack)))
        first = answers(slack)[-1]
    assert first.startswith("Why: pod perf/perf-app-")
    assert "stops at “scheduled”" in first


@pytest.mark.parametrize("word", [word.word for word in WORDS if word.page is not None])
def test_the_terminal_gives_the_same_answers(word: str) -> None:
    from checks.collect.gather import gather

    words = {"node": "node ip-10-8-0-4", "why": "why perf-app"}.get(word, word).split()
    said = render_page(page_of(words, lambda: gather(Recording(RECORDING))))
    assert len(said.splitlines()) >= 2


@pytest.mark.parametrize(
    ("said", "told"), [("nods", "did you mean nodes?"), ("node", "node NAME"), ("?", "the words")]
)
def test_the_terminal_says_what_would_help(said: str, told: str) -> None:
    def unread() -> None:
        raise AssertionError("nothing need be read for that")

    with pytest.raises(SourceError, match=told.replace("?", "\\?")):
        page_of([said], unread)  # type: ignore[arg-type] # it is never called


def test_names_no_command_where_slack_takes_none() -> None:
    with serving(("shop", HandSweep())) as (bot, slack):
        tell(bot, event("<@U0BOT> statsu", thread_ts="4.9"))
        slack.wait_for(lambda calls: len(calls) == 1)
        tell(bot, event("<@U0BOT> help", ts="5.2", id="Ev2"))
        slack.wait_for(lambda calls: len(calls) == 2)
    unknown, help = (str(body["text"]) for _, body in slack.calls)
    assert "Did you mean `status`? " in unknown.replace("\n", " ")
    assert "`why POD|NODE` follows one pod" in help
    assert "/cilium" not in unknown + help
