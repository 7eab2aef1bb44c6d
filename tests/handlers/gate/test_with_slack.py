"""Rules, the record, a channel's cluster and the Home tab, before the stand-in with real gestures."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.standin.standin import CHANNEL, USER
from bot.standin.workspace import User
from bot.store import MemoryStore
from checks.collect.source import SourceError
from handlers.gate.journal import read
from handlers.gate.rules import Rule
from handlers.rights import Right
from handlers.store import StoreError
from tests.bot.fakes import HandSweep
from tests.handlers.gate.stage import Stage, on_stage, other_channel
from tests.handlers.render.samples import healthy, incident

OTHER = "U0OTHER"
SHOP = ("shop", HandSweep(incident()))
ONLY_OPS = Rule(name="only in ops", right=Right.READ, channels=(CHANNEL,))
SRE = Rule(name="SRE chooses", right=Right.SCHEDULE, groups=("S0SRE",))
AUDITORS = Rule(name="auditors", right=Right.AUDIT, users=(USER,))


class Away(MemoryStore):
    """Answers nothing once it is gone."""

    gone = False

    def get(self, key: str) -> bytes | None:
        if self.gone:
            raise StoreError("Redis: TimeoutError")
        return super().get(key)

    def put(self, key: str, value: bytes, keep: timedelta | None) -> None:
        if self.gone:
            raise StoreError("Redis: TimeoutError")
        super().put(key, value, keep)

    def tail(self, key: str, most: int) -> tuple[bytes, ...]:
        if self.gone:
            raise StoreError("Redis: TimeoutError")
        return tuple(super().tail(key, most))


def in_dm(stage: Stage, user: str = USER) -> str:
    return stage.slack.workspace.direct(user).id


def home(stage: Stage) -> str:
    view = stage.slack.home()
    assert view is not None
    return json.dumps(view.content)


def test_a_rule_for_reading_hides_the_bot_from_other_channels() -> None:
    sweep = HandSweep()
    with on_stage(("shop", sweep), rules=[ONLY_OPS]) as stage:
        dev = other_channel(stage)
        for text in ("status", "help", "xyzzy", "status nowhere"):
            stage.ask(text, channel=dev)
            assert stage.last(channel=dev).startswith("Refused: you may not ask me about clusters here")
        assert {m.only_for for m in stage.seen(channel=dev)} == {USER}
        assert "shop" not in str([m.text for m in stage.seen(channel=dev)])
        assert sweep.started == 0
        stage.ask("status")
        assert stage.last().startswith("Critical: ")


def test_a_mention_is_refused_like_a_command() -> None:
    with on_stage(SHOP, rules=[ONLY_OPS]) as stage:
        dev = other_channel(stage)
        stage.slack.say("<@U0CILIUM> help", dev)
        stage.rest()
        assert stage.last(channel=dev).startswith("Refused: ")


def test_every_click_is_put_to_the_rules_of_whoever_clicks() -> None:
    reader = Rule(name="on call", right=Right.READ, users=(USER,))
    sweep = HandSweep()
    with on_stage(("shop", sweep), rules=[reader]) as stage:
        stage.slack.add_user(User(id=OTHER, name="other"))
        members = stage.slack.workspace.channel(CHANNEL)
        assert members is not None
        stage.ask("status")
        [answer] = stage.seen()
        stage.slack.add_channel(replace(members, members=members.members | {OTHER}))
        stage.slack.click(answer, "check_again", OTHER)
        stage.rest()
        assert stage.last(OTHER).startswith("Refused: ")
        assert sweep.started == 1
        store = stage.bot.store
        assert [(e.user, e.refused) for e in read(store) if e.what] == [(USER, ""), (OTHER, "on call")]


def test_a_group_of_slacks_lets_its_members_through() -> None:
    with on_stage(SHOP, ("bank", HandSweep()), rules=[SRE]) as stage:
        stage.slack.office.groups["S0SRE"] = (USER,)
        stage.ask("use bank")
        assert stage.last().startswith("Use: questions here that name no cluster mean bank")


def test_without_the_scope_for_groups_it_refuses_and_says_so() -> None:
    with on_stage(SHOP, ("bank", HandSweep()), rules=[SRE]) as stage:
        stage.slack.office.scopes -= {"usergroups:read"}
        stage.ask("use bank")
        assert "missing_scope: usergroups:read" in stage.last()
        stage.ask("use")  # reading it needs no group
        assert "no cluster of its own" in stage.last()


def test_a_channels_own_cluster_is_meant_until_it_is_undone() -> None:
    shop, bank = HandSweep(incident()), HandSweep(healthy())
    with on_stage(("shop", shop), ("bank", bank)) as stage:
        stage.ask("status")
        assert stage.last().startswith("Which cluster?")
        stage.ask("use bonk")
        assert "Did you mean bank?" in stage.last()
        stage.ask("use bank")
        stage.ask("status")
        assert (shop.started, bank.started) == (0, 1)
        stage.ask("status shop")
        assert (shop.started, bank.started) == (1, 1)
        stage.ask("clusters")
        assert "Here bank is meant when none is named." in stage.last()
        stage.ask("doctor")
        assert "Doctor: " in stage.last()
        assert (shop.started, bank.started) == (1, 1)
        dev = other_channel(stage)
        for text in ("status", "doctor"):
            stage.ask(text, channel=dev)
            assert stage.last(channel=dev).startswith("Which cluster?")
        stage.ask("use none")
        stage.ask("status")
        assert stage.last().startswith("Which cluster?")


def test_a_channels_own_cluster_outlives_a_restart_and_is_not_guessed_when_it_is_gone() -> None:
    store = MemoryStore()
    with on_stage(SHOP, ("bank", HandSweep()), store=store) as stage:
        stage.ask("use bank")
    with on_stage(SHOP, ("bank", HandSweep()), store=store) as stage:
        stage.ask("use")
        assert stage.last().startswith("Use: questions here that name no cluster mean bank")
    with on_stage(SHOP, ("dev", HandSweep()), store=store) as stage:
        stage.ask("status")
        assert stage.last().startswith("Which cluster?")
        stage.ask("use")
        assert "was bank, at which I do not look any more" in stage.last()


def test_with_the_store_away_nothing_is_guessed_and_nothing_is_said_to_be_kept() -> None:
    store = Away()
    with on_stage(SHOP, ("bank", HandSweep()), store=store) as stage:
        stage.ask("use bank")
        store.gone = True
        stage.ask("status")
        assert stage.last().startswith("Which cluster?")
        stage.ask("use shop")
        assert stage.last().startswith("Nothing was changed.")
        stage.ask("use")
        assert stage.last().startswith("Which cluster is meant here is not known now.")
        stage.ask("audit")
        assert stage.last().startswith("The audit stream cannot be read.")
        stage.ask("clusters")
        assert stage.last().startswith("Clusters: ")


def test_audit_shows_everybody_their_own_and_auditors_all() -> None:
    with on_stage(SHOP, rules=[AUDITORS]) as stage:
        stage.slack.add_user(User(id=OTHER, name="other"))
        stage.ask("status")
        stage.ask("help", OTHER)
        stage.ask("audit", OTHER)
        theirs = [m.text for m in stage.slack.messages(CHANNEL, seen_by=OTHER) if m.only_for == OTHER][-1]
        assert theirs.startswith("Audit: 2 entries of yours")
        assert "status" not in theirs
        stage.ask("audit since 1d")
        assert stage.last().startswith("Audit: 4 entries of everybody in the last 24 h")
        assert "status: payments-prod critical" in stage.last()
        assert stage.seen()[-1].only_for == USER


def test_the_export_is_a_file_of_json_lines_in_the_direct_message() -> None:
    with on_stage(SHOP) as stage:
        stage.ask("status")
        stage.ask("audit export")
        assert stage.last().startswith("Audit: 3 entries brought to our direct message")
        [upload] = stage.slack.office.uploads.values()
        assert upload.name.startswith("cilium-bot-audit-")
        lines = [json.loads(line) for line in (upload.content or b"").splitlines()]
        assert [line.get("what", line.get("verdict")) for line in lines] == [
            "status",
            "critical",
            "audit export",
        ]
        assert lines[0]["id"] == lines[1]["id"]
        [message] = stage.slack.messages(in_dm(stage))
        assert message.files == (upload.id,)


def test_an_export_that_slack_refuses_says_why() -> None:
    with on_stage(SHOP) as stage:
        stage.slack.office.scopes -= {"files:write"}
        stage.ask("audit export")
        assert "Slack refused the file: missing_scope (files:write)." in stage.last()


@pytest.mark.parametrize(
    "said", ["audit x", "audit 0", "audit 1000", "audit since", "audit since 5 years", "audit ²"]
)
def test_what_is_no_audit_is_told_what_may_follow(said: str) -> None:
    with on_stage(SHOP) as stage:
        answer = stage.slack.command(USER, CHANNEL, said)
        assert answer.error is None
        assert "audit [N] [since 2d] [export]" in stage.last()


def test_home_shows_the_last_looks_and_begins_none() -> None:
    shop, bank = HandSweep(incident()), HandSweep(healthy())
    with on_stage(("shop", shop), ("bank", bank)) as stage:
        stage.slack.open_home()
        stage.rest()
        assert "Not looked at yet:" in home(stage)
        assert (shop.started, bank.started) == (0, 0)
        stage.ask("status shop")
        stage.ask("digest set daily 08:30 UTC shop")
        thread = stage.slack.say("<@U0CILIUM> status shop")
        stage.rest()
        stage.slack.open_home()
        stage.rest()
        shown = home(stage)
        assert "1 of 2 clusters to look at" in shown
        assert "Threads in which you asked" in shown
        assert f"p{thread.ts.replace('.', '')}" in shown  # the link to it
        stage.slack.shortcut(thread, "diagnose_message")
        stage.rest()
        stage.slack.open_home()
        stage.rest()
        assert "Diagnose this message" in home(stage)
        assert "diagnose_message" not in home(stage)
        assert (shop.started, bank.started) == (1, 0)


def test_homes_button_looks_again_and_shows_what_it_brought() -> None:
    shop = HandSweep(incident())
    with on_stage(("shop", shop)) as stage:
        stage.ask("status")
        stage.slack.open_home()
        stage.rest()
        view = stage.slack.home()
        assert view is not None
        shop.report = healthy()
        shop.go.clear()
        stage.slack.click(view, "home_check:0")
        assert stage.slack.wait_for(lambda: " Checking " in home(stage))
        shop.go.set()
        stage.rest()
        assert "The cluster is healthy" in home(stage)
        verdicts = [entry.verdict for entry in read(stage.bot.store) if entry.verdict]
        assert verdicts == ["critical", "healthy"]


def test_homes_button_says_why_nothing_came() -> None:
    shop = HandSweep(incident())
    with on_stage(("shop", shop)) as stage:
        stage.ask("status")
        stage.slack.open_home()
        stage.rest()
        view = stage.slack.home()
        assert view is not None
        shop.error = SourceError("the API server is not reached")
        stage.slack.click(view, "home_check:0")
        stage.rest()
        assert "shop could not be looked at: The sweep could not run." in home(stage)
        stage.slack.click(stage.slack.home() or view, "home_refresh")
        stage.rest()
        assert "could not be looked at" not in home(stage)


def test_home_is_not_shown_to_who_may_not_read() -> None:
    readers = Rule(name="readers", right=Right.READ, users=(OTHER,))
    with on_stage(SHOP, rules=[readers]) as stage:
        stage.slack.open_home()
        stage.rest()
        assert "readers" in home(stage)
        assert "clusters" not in home(stage).replace("ask me about clusters", "")


def test_the_messages_tab_is_nobodys_home() -> None:
    with on_stage(SHOP) as stage:
        stage.slack.open_home(tab="messages")
        stage.rest()
        assert stage.slack.home() is None


def test_home_says_what_the_store_does_not_tell() -> None:
    store = Away()
    with on_stage(SHOP, store=store) as stage:
        store.gone = True
        stage.slack.open_home()
        stage.rest()
        assert "acknowledged problems and digests and threads are not shown" in home(stage)


def test_people_of_another_workspace_look_again_and_acknowledge_nothing() -> None:
    sweep = HandSweep(incident())
    with on_stage(("payments-prod", sweep)) as stage:
        stage.slack.add_user(User(id=OTHER, name="guest", team="T0OTHER"))
        shared = stage.slack.workspace.channel(CHANNEL)
        assert shared is not None
        stage.slack.add_channel(replace(shared, members=shared.members | {OTHER}))
        stage.ask("status")
        answer = stage.seen()[-1]
        stage.slack.click(answer, "problem_acknowledge", OTHER)
        stage.rest()
        assert "you are of another workspace" in stage.last(OTHER)
        stage.slack.click(answer, "check_again", OTHER)
        stage.rest()
        assert sweep.started == 2
        stage.slack.say("<@U0CILIUM> ack kubelet-max-pods-too-low", user=OTHER)
        stage.rest()
        assert "you are of another workspace" in stage.last(OTHER)
        refused = [entry for entry in read(stage.bot.store) if entry.refused]
        assert {(entry.team, entry.refused) for entry in refused} == {("T0OTHER", "of another workspace")}
        assert len(refused) == 2


def test_a_dialog_opened_where_it_is_allowed_may_be_sent() -> None:
    here = Rule(name="SRE silences", right=Right.ACKNOWLEDGE, channels=(CHANNEL,), users=(USER,))
    with on_stage(("payments-prod", HandSweep(incident())), rules=[here]) as stage:
        stage.ask("status")
        answer = stage.seen()[-1]
        stage.slack.click(answer, "problem_silence")
        dialog = stage.slack.wait_modal()
        stage.rest()
        stage.slack.submit(dialog, {"reason": "planned work"})
        stage.rest()
        last = [entry for entry in read(stage.bot.store) if entry.what][-1]
        assert last.what.startswith("form ")
        assert last.refused == ""


def test_a_channels_own_cluster_goes_with_it_when_its_id_changes() -> None:
    with on_stage(SHOP, ("bank", HandSweep())) as stage:
        stage.ask("use bank")
        stage.slack.change_id("C0SHARED")
        stage.rest()
        stage.ask("use", channel="C0SHARED")
        assert stage.last(channel="C0SHARED").startswith("Use: questions here that name no cluster mean bank")


def test_a_channel_that_moves_is_passed_over_while_the_store_is_away() -> None:
    store = Away()
    with on_stage(SHOP, ("bank", HandSweep()), store=store) as stage:
        stage.ask("use bank")
        store.gone = True
        stage.slack.change_id("C0SHARED")
        stage.rest()
        store.gone = False
        stage.ask("use", channel="C0SHARED")
        assert "no cluster of its own" in stage.last(channel="C0SHARED")
