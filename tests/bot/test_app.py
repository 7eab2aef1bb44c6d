import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import BoltRequest, BoltResponse

from bot.app import Bot
from bot.store import MemoryStore
from checks.collect.source import SourceError
from tests.bot.fakes import FakeSlack, HandSweep, command, form, serving, signed
from tests.handlers.render.samples import NOON, healthy, incident


def ask(bot: Bot, fields: Mapping[str, object]) -> BoltResponse:
    """A command over Socket Mode."""
    return bot.app.dispatch(BoltRequest(mode="socket_mode", body=dict(fields)))


def click(
    bot: Bot, slack: FakeSlack, *, ts: str = "17.1", action_ts: str = "18.1", **container: object
) -> BoltResponse:
    body = {
        "type": "block_actions",
        "user": {"id": "U0CLICKED"},
        "channel": {"id": "C0CHANNEL"},
        "team": {"id": "T0TEAM"},
        "container": {"type": "message", "message_ts": ts, "channel_id": "C0CHANNEL", **container},
        "response_url": f"{slack.url}/respond/2",
        "actions": [{"action_id": "check_again", "block_id": "b", "value": "shop", "action_ts": action_ts}],
    }
    return bot.app.dispatch(BoltRequest(mode="socket_mode", body=body))


def text_of(body: Mapping[str, object]) -> str:
    return json.dumps(body, ensure_ascii=False)


def reported(calls: list[tuple[str, dict[str, object]]], sweep: HandSweep) -> bool:
    """Whether the report stands where the progress stood."""
    return any(
        method == "chat.update" and sweep.report.headline in str(body["text"]) for method, body in calls
    )


def test_acks_before_the_sweep_ends_and_then_replaces_progress_by_the_report() -> None:
    sweep = HandSweep()
    sweep.go.clear()
    with serving(("shop", sweep)) as (bot, slack):
        answer = ask(bot, command(slack))
        assert answer.status == 200
        assert json.loads(answer.body) == {"response_type": "in_channel"}
        slack.wait_for(lambda calls: len(calls) == 1)  # the progress stands there while the sweep still runs
        assert sweep.begun.acquire(timeout=5)
        assert sweep.progress is not None
        sweep.progress("pods", True, 0.4)
        slack.wait_for(lambda calls: len(calls) == 2)
        sweep.progress("subnets", False, 0.1)
        slack.wait_for(lambda calls: len(calls) == 3)
        sweep.go.set()
        slack.wait_for(lambda calls: len(calls) == 4)
    methods = [method for method, _ in slack.calls]
    assert methods == ["chat.postMessage", "chat.update", "chat.update", "chat.update"]
    first, pods, subnets, report = [body for _, body in slack.calls]
    assert "Checking" in text_of(first)
    assert "pods ✓ 0.4 s" in text_of(pods)
    assert "subnets – not read" in text_of(subnets)
    assert report["ts"] == pods["ts"]
    assert sweep.report.headline in str(report["text"])
    assert report["unfurl_links"] is False


def test_everybody_who_asks_meanwhile_shares_one_sweep() -> None:
    sweep = HandSweep()
    sweep.go.clear()
    with serving(("shop", sweep)) as (bot, slack):
        for number in range(8):
            ask(bot, command(slack, trigger=f"1.{number}"))
        slack.wait_for(lambda calls: sum(m == "chat.postMessage" for m, _ in calls) == 8)
        sweep.go.set()
        slack.wait_for(lambda calls: sum("Checking" not in str(b["text"]) for _, b in calls) == 8)
    assert sweep.started == 1


def test_answers_from_the_store_while_a_report_is_young_and_says_its_age() -> None:
    clock = [NOON]
    sweep = HandSweep()
    with serving(("shop", sweep), now=lambda: clock[0]) as (bot, slack):
        ask(bot, command(slack, trigger="1.1"))
        slack.wait_for(lambda calls: reported(calls, sweep))
        clock[0] += timedelta(seconds=42)
        ask(bot, command(slack, trigger="1.2"))
        slack.wait_for(lambda calls: calls[-1][0] == "chat.postMessage")
        body = slack.bodies("chat.postMessage")[-1]
        assert "check_again" in text_of(body)
        assert "42 s ago" in text_of(body)
        clock[0] += timedelta(seconds=42)
        ask(bot, command(slack, trigger="1.3"))
        slack.wait_for(lambda calls: calls[-1][0] == "chat.update")
    assert sweep.started == 2


def test_check_again_sweeps_anew_in_the_same_message() -> None:
    sweep = HandSweep()
    with serving(("shop", sweep)) as (bot, slack):
        ask(bot, command(slack))
        slack.wait_for(lambda calls: reported(calls, sweep))
        sweep.report = healthy()
        answer = click(bot, slack, ts="17.5")
        assert answer.status == 200
        slack.wait_for(lambda calls: sweep.report.headline in str(calls[-1][1]["text"]))
    assert sweep.started == 2
    method, body = slack.calls[-1]
    assert (method, body["ts"]) == ("chat.update", "17.5")


def test_check_again_that_fails_brings_the_old_report_back_and_tells_only_who_clicked() -> None:
    sweep = HandSweep()
    with serving(("shop", sweep)) as (bot, slack):
        ask(bot, command(slack))
        slack.wait_for(lambda calls: reported(calls, sweep))
        sweep.error = SourceError("no cluster at that address")
        click(bot, slack, ts="17.5")
        slack.wait_for(lambda calls: calls[-1][0] == "respond")
    whisper = slack.bodies("respond")[-1]
    assert whisper["response_type"] == "ephemeral"
    assert "no cluster at that address" in str(whisper["text"])
    assert sweep.report.headline in str(slack.bodies("chat.update")[-1]["text"])


def test_quiet_answers_only_who_asked() -> None:
    sweep = HandSweep()
    with serving(("shop", sweep)) as (bot, slack):
        answer = ask(bot, command(slack, "status —quiet"))  # what a phone makes of --quiet
        assert (answer.status, answer.body) == (200, "")
        slack.wait_for(lambda calls: sweep.report.headline in str(calls[-1][1]["text"]) if calls else False)
    assert {method for method, _ in slack.calls} == {"respond"}
    assert {body["response_type"] for body in slack.bodies("respond")} == {"ephemeral"}
    assert len(slack.calls) <= 5


def test_a_delivery_that_comes_twice_is_answered_once() -> None:
    sweep = HandSweep()
    with serving(("shop", sweep)) as (bot, slack):
        assert ask(bot, command(slack, trigger="9.9")).status == 200
        assert ask(bot, command(slack, trigger="9.9")).status == 200
        slack.wait_for(lambda calls: any(sweep.report.headline in str(b["text"]) for _, b in calls))
        bot.pool.stop(5)
    assert len(slack.bodies("chat.postMessage")) == 1


def test_says_so_when_the_sweep_cannot_run() -> None:
    sweep = HandSweep()
    sweep.error = SourceError("kubeconfig names no cluster")
    with serving(("shop", sweep)) as (bot, slack):
        ask(bot, command(slack))
        slack.wait_for(lambda calls: any("kubeconfig names no cluster" in str(b["text"]) for _, b in calls))


def test_says_so_with_a_reference_when_the_sweep_breaks(caplog: pytest.LogCaptureFixture) -> None:
    sweep = HandSweep()
    sweep.error = RuntimeError("a defect")
    with serving(("shop", sweep)) as (bot, slack):
        ask(bot, command(slack))
        slack.wait_for(lambda calls: any("broke on my side" in str(b["text"]) for _, b in calls))
    assert "a defect" not in text_of(slack.calls[-1][1])
    assert "a defect" in caplog.text


def test_refuses_at_once_when_the_pool_is_full() -> None:
    sweep = HandSweep()
    sweep.go.clear()
    with serving(("shop", sweep)) as (bot, slack):
        bot.pool._most = 1
        ask(bot, command(slack, trigger="1.1"))
        answer = ask(bot, command(slack, trigger="1.2"))
        sweep.go.set()
    body = json.loads(answer.body)
    assert answer.status == 200
    assert body["response_type"] == "ephemeral"
    assert "busy" in body["text"]


def test_refuses_while_it_stops_and_says_so_in_the_message_of_what_did_not_finish() -> None:
    sweep = HandSweep()
    sweep.go.clear()
    with serving(("shop", sweep)) as (bot, slack):
        ask(bot, command(slack))
        slack.wait_for(lambda calls: len(calls) == 1)
        bot.stop(grace_s=0.05)
        slack.wait_for(lambda calls: "interrupted" in str(calls[-1][1]["text"]))
        answer = ask(bot, command(slack, trigger="1.2"))
    assert "restarted" in json.loads(answer.body)["text"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("help", "/cilium status"),
        ("statsu", "Did you mean `/cilium status`?"),
        ("“Status?”", "Did you mean `/cilium status`?"),
        ("<!channel>", "I do not know"),
        ("xyzzy", "`/cilium help`"),
        ("status elsewhere", "I do not know a cluster"),
    ],
)
def test_answers_every_other_word_at_once_and_to_one_person(said: str, told: str) -> None:
    with serving(("shop", HandSweep())) as (bot, slack):
        answer = ask(bot, command(slack, said))
    body = json.loads(answer.body)
    assert answer.status == 200
    assert body["response_type"] == "ephemeral"
    assert told in body["text"]
    assert "<!" not in answer.body
    assert slack.calls == []


def test_never_raises_whatever_the_text_is() -> None:
    with serving(("shop", HandSweep())) as (bot, slack):

        @given(st.text(max_size=300) | st.text(alphabet="<>@#!|&—“”`* \u202e\x00a", max_size=60))
        def any_text(text: str) -> None:
            answer = ask(bot, command(slack, "?" + text))
            assert answer.status == 200
            assert "<!" not in answer.body

        any_text()
        assert ask(bot, command(slack, "a" * 10_000)).status == 200


def test_asks_which_cluster_when_there_are_several() -> None:
    shop, bank = HandSweep(), HandSweep(healthy())
    with serving(("shop", shop), ("bank", bank)) as (bot, slack):
        ask(bot, command(slack))
        slack.wait_for(lambda calls: calls[-1:] != [] and "shop, bank" in str(calls[-1][1]["text"]))
        assert slack.calls[-1][1]["response_type"] == "ephemeral"
        ask(bot, command(slack, "status bank", trigger="1.2"))
        slack.wait_for(lambda calls: any(bank.report.headline in str(b["text"]) for _, b in calls))
    assert (shop.started, bank.started) == (0, 1)


def test_checks_signatures_and_their_age() -> None:
    with serving(("shop", HandSweep())) as (bot, slack):
        body = form(command(slack, "help"))

        def status(headers: dict[str, str]) -> int:
            return bot.app.dispatch(
                BoltRequest(body=body, headers={k: [v] for k, v in headers.items()})
            ).status

        assert status(signed(body)) == 200
        assert status(signed(body, secret="another")) == 401
        assert status(signed(body, at=1_700_000_000)) == 401
        assert status({}) == 401


def test_apologises_with_a_reference_when_a_listener_fails(caplog: pytest.LogCaptureFixture) -> None:
    with serving(("shop", HandSweep())) as (bot, slack):
        answer = ask(bot, command(slack) | {"text": ["not", "text"]})
    assert answer.status == 200
    assert "Reference" in json.loads(answer.body)["text"]
    assert "a listener failed" in caplog.text


def test_stays_with_its_token_when_the_environment_speaks_of_oauth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "x")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-somebody-else")
    sweep = HandSweep()
    with serving(("shop", sweep)) as (bot, slack):
        assert bot.app.oauth_flow is None
        assert ask(bot, command(slack)).status == 200
        slack.wait_for(lambda calls: any(sweep.report.headline in str(b["text"]) for _, b in calls))


def test_a_report_kept_by_another_replica_is_an_answer_too() -> None:
    store = MemoryStore()
    with serving(("shop", HandSweep(incident())), store=store) as (bot, slack):
        bot.shelf.keep_report("shop", healthy())
        ask(bot, command(slack))
        slack.wait_for(lambda calls: any(healthy().headline in str(b["text"]) for _, b in calls))
