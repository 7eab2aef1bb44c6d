"""Digests before a whole Slack: previewed, saved, listed, paused, run, deleted; by word, dialog and click."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event

import pytest

from bot.app import Bot, build_app
from bot.clusters import Cluster
from bot.serve import SocketDoor
from bot.settings import Digest
from bot.standin.inputs import Unfilled
from bot.standin.standin import CHANNEL, USER, Standin
from bot.standin.workspace import BOT, Message, User
from bot.store import MemoryStore
from handlers.digests.schedules import all_schedules
from handlers.gate.rules import Rule
from handlers.rights import Right
from tests.bot.fakes import HandSweep
from tests.handlers.render.samples import healthy, incident

CLUSTER = "payments-prod"
TEN = datetime(2026, 11, 23, 9, tzinfo=UTC)  # in Berlin; a Monday


@contextmanager
def running(
    standin: Standin,
    *,
    names: tuple[str, ...] = (CLUSTER,),
    store: MemoryStore | None = None,
    digests: tuple[Digest, ...] = (),
    rules: tuple[Rule, ...] = (),
) -> Iterator[Bot]:
    bot = build_app(
        standin.settings(),
        [Cluster(name, HandSweep(incident() if name == CLUSTER else healthy())) for name in names],
        store or MemoryStore(),
        now=lambda: TEN,
        digests=digests,
        rules=rules,
    )
    door = SocketDoor(bot, standin.settings())
    try:
        door.open(Event())
        standin.wait_connected()
        yield bot
    finally:
        door.close()
        bot.stop(grace_s=5)


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as slack:
        slack.limits.on = False
        slack.add_user(User(id=USER, name="oncall", tz="Europe/Berlin"))
        yield slack


def begins(start: str) -> Callable[[Message], bool]:
    return lambda message: message.text.startswith(start)


def action(message: Message, start: str) -> str:
    """The action_id in a message that begins so."""
    found = [
        str(element["action_id"])
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]  # type: ignore[attr-defined] # an actions block has them
        if str(element["action_id"]).startswith(start)
    ]
    return found[0]


def saved(standin: Standin, said: str = "weekdays 9:00") -> None:
    standin.command(USER, CHANNEL, f'digest set "{said}"')
    preview = standin.wait_message(begins("Preview:"))
    standin.click(preview, "digest_save")
    standin.wait_message(lambda message: message.ts == preview.ts and message.text.startswith("Saved:"))


def test_previews_and_saves_only_when_told_to(standin: Standin) -> None:
    with running(standin) as bot:
        standin.command(USER, CHANNEL, 'digest set "weekdays 09:00 Europe/Berlin"')
        preview = standin.wait_message(begins("Preview: weekdays 09:00 Europe/Berlin"))
        assert "Next: Tue 24 Nov 09:00, Wed 25 Nov 09:00, Thu 26 Nov 09:00 (Europe/Berlin)" in preview.text
        assert "Critical: 120 pods wait" in preview.text
        assert "Nothing to compare with" in preview.text
        assert all_schedules(bot.desk) == ()
        standin.click(preview, "digest_save")
        standin.wait_message(begins("Saved: digest weekdays 09:00 Europe/Berlin"))
        [schedule] = all_schedules(bot.desk)
        assert (schedule.channel, schedule.by, schedule.cluster) == (CHANNEL, USER, CLUSTER)


def test_a_preview_can_be_cancelled(standin: Standin) -> None:
    with running(standin) as bot:
        standin.command(USER, CHANNEL, "digest set daily 8:30 utc")
        standin.click(standin.wait_message(begins("Preview:")), "digest_cancel")
        standin.wait_message(begins("Digests: nothing was saved"))
        assert all_schedules(bot.desk) == ()


def test_without_a_zone_it_is_the_persons_own(standin: Standin) -> None:
    with running(standin):
        standin.command(USER, CHANNEL, "digest set weekdays 9:00")
        preview = standin.wait_message(begins("Preview: weekdays 09:00 Europe/Berlin"))
        assert "that of your profile: Europe/Berlin" in preview.text


def test_lists_pauses_resumes_runs_and_deletes_by_clicks(standin: Standin) -> None:
    with running(standin) as bot:
        saved(standin)
        standin.command(USER, CHANNEL, "digest")
        listed = standin.wait_message(begins("Digests: this channel has 1 digest"))
        assert "not sent yet; next Tue 24 Nov 09:00 (Europe/Berlin)" in listed.text
        standin.click(listed, action(listed, "digest_pause"))
        paused = standin.wait_message(lambda message: "Digest 1 is paused." in message.text)
        assert paused.ts == listed.ts
        standin.click(paused, action(paused, "digest_resume"))
        awake = standin.wait_message(lambda message: "Digest 1 goes on: next Tue" in message.text)
        standin.click(awake, action(awake, "digest_run"))
        issue = standin.wait_message(begins("Critical:"))
        assert issue.thread_ts is None
        standin.wait_message(lambda message: message.thread_ts == issue.ts)
        standin.click(awake, action(awake, "digest_delete"))
        asked = standin.wait_message(begins("Digests: delete digest 1?"))
        standin.click(asked, action(asked, "digest_drop"))
        standin.wait_message(lambda message: "Digest 1 is deleted." in message.text)
        assert all_schedules(bot.desk) == ()


def test_the_same_by_words(standin: Standin) -> None:
    with running(standin) as bot:
        saved(standin)
        saved(standin, "every 6h UTC")
        standin.command(USER, CHANNEL, "digest pause 2")
        standin.wait_message(lambda message: "Digest 2 is paused." in message.text)
        standin.command(USER, CHANNEL, "digest resume 2")
        standin.wait_message(lambda message: "Digest 2 goes on" in message.text)
        standin.command(USER, CHANNEL, "digest run 1")
        standin.wait_message(begins("Critical:"))
        standin.command(USER, CHANNEL, "digest delete 2")
        asked = standin.wait_message(begins("Digests: delete digest 2?"))
        standin.click(asked, action(asked, "digest_keep"))
        standin.wait_message(lambda message: "Nothing was deleted." in message.text)
        standin.command(USER, CHANNEL, "digest run")
        standin.wait_message(lambda message: "Which of the 2 digests?" in message.text)
        standin.command(USER, CHANNEL, "digest delete 7")
        standin.wait_message(lambda message: "no digest 7" in message.text)
        assert len(all_schedules(bot.desk)) == 2


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("digest set weekdys 9:00 Berlin", "weekdays 09:00 Europe/Berlin"),
        ("digest set daily 9 EST", "daily 09:00 America/New_York"),
        ("digest paus 1", "`digest pause`"),
        ("digest pause first", "is no number"),
        ("digest set daily 9:00 prodd", "I do not know the time zone “prodd”"),
    ],
)
def test_says_what_it_understands_instead_of_a_wrong_phrase(standin: Standin, said: str, answer: str) -> None:
    with running(standin):
        standin.command(USER, CHANNEL, said)
        standin.wait_message(lambda message: answer in message.text)


def test_a_dialog_sets_one_and_shows_its_faults(standin: Standin) -> None:
    with running(standin, names=(CLUSTER, "bank")) as bot:
        standin.command(USER, CHANNEL, "digest set")
        view = standin.wait_modal()
        assert "Europe/Berlin" in str(view.content)
        wrong = standin.submit(view, {"zone": "Europe/Berln"})
        assert "I do not know the time zone" in str(wrong.faults)
        wrong = standin.submit(view, {"words": "every 5h"})
        assert "every 4h" in str(wrong.faults["words"])
        assert not standin.submit(view, {"zone": "Berlin", "cluster": "bank", "words": ""}).faults
        preview = standin.wait_message(begins("Preview: weekdays 09:00 Europe/Berlin"))
        assert "Tells of: bank" in preview.text
        standin.click(preview, "digest_save")
        standin.wait_message(begins("Saved:"))
        assert [one.cluster for one in all_schedules(bot.desk)] == ["bank"]


def test_a_dialog_takes_cron_fields_too(standin: Standin) -> None:
    with running(standin, names=(CLUSTER, "bank")):
        standin.command(USER, CHANNEL, "digest set")
        view = standin.wait_modal()
        standin.submit(view, {"words": "15 9 1 * * Tokyo"})
        preview = standin.wait_message(begins("Preview: 15 9 1 * * Asia/Tokyo"))
        assert "Tells of: every cluster" in preview.text


def test_after_a_mention_a_button_opens_the_dialog(standin: Standin) -> None:
    with running(standin):
        standin.say(f"<@{BOT}> digest set")
        asked = standin.wait_message(begins("Digests: when is it wanted?"))
        standin.click(asked, "digest_dialog")
        assert standin.wait_modal().content["callback_id"] == "digest_set"


def test_the_digests_own_button_lists_for_the_one_who_asks(standin: Standin) -> None:
    with running(standin):
        saved(standin)
        standin.command(USER, CHANNEL, "digest run")
        issue = standin.wait_message(begins("Critical:"))
        standin.wait_message(lambda message: message.thread_ts == issue.ts)
        standin.click(issue, "digest_list")
        listed = standin.wait_message(begins("Digests: this channel has 1 digest"))
        assert listed.only_for == USER
        assert "last sent Mon 23 Nov 10:00 (Europe/Berlin)" in listed.text


def test_its_thread_knows_what_it_is_about(standin: Standin) -> None:
    with running(standin, names=("bank", CLUSTER)):
        standin.command(USER, CHANNEL, f"digest set daily 9:00 utc {CLUSTER}")
        standin.click(standin.wait_message(begins("Preview:")), "digest_save")
        standin.wait_message(begins("Saved:"))
        standin.command(USER, CHANNEL, "digest run")
        issue = standin.wait_message(begins("Critical:"))
        standin.wait_message(lambda message: message.thread_ts == issue.ts)
        standin.say(f"<@{BOT}> nodes", thread_ts=issue.ts)
        answer = standin.wait_message(begins("Nodes:"))
        assert CLUSTER in answer.text
        assert answer.thread_ts == issue.ts


def test_one_from_the_settings_is_listed_and_paused_and_not_deleted(standin: Standin) -> None:
    with running(standin, digests=(Digest(channel=CHANNEL, cron="0 9 * * *"),)) as bot:
        standin.command(USER, CHANNEL, "digest delete 1")
        standin.wait_message(lambda message: "CILIUM_BOT_DIGESTS" in message.text)
        standin.command(USER, CHANNEL, "digest pause")
        standin.wait_message(lambda message: "Digest 1 is paused." in message.text)
        assert all_schedules(bot.desk)[0].paused is not None


def test_whoever_may_not_schedule_may_look_and_preview(standin: Standin) -> None:
    rule = Rule(name="digests are the leads'", right=Right.SCHEDULE, users=("U0LEAD",))
    with running(standin, rules=(rule,)) as bot:
        standin.command(USER, CHANNEL, "digest set daily 9:00")
        preview = standin.wait_message(begins("Preview:"))
        standin.click(preview, "digest_save")
        standin.wait_message(lambda message: "digests are the leads" in message.text)
        assert all_schedules(bot.desk) == ()


def test_a_channel_that_takes_nothing_is_said_to_whoever_runs_it(standin: Standin) -> None:
    with running(standin):
        saved(standin)
        standin.command(USER, CHANNEL, "digest")
        listed = standin.wait_message(begins("Digests: this channel has 1 digest"))
        standin.refuse("chat.postMessage", "restricted_action", times=2)
        standin.click(listed, action(listed, "digest_run"))
        told = standin.wait_message(lambda message: "It could not be posted." in message.text)
        assert told.only_for == USER


def test_a_dialog_wants_a_time_and_a_zone(standin: Standin) -> None:
    with running(standin):
        standin.command(USER, CHANNEL, "digest set")
        view = standin.wait_modal()
        with pytest.raises(Unfilled):
            standin.submit(view, {"zone": ""})


def test_a_preview_that_cannot_be_posted_is_told_in_a_direct_message(standin: Standin) -> None:
    with running(standin):
        standin.command(USER, CHANNEL, "digest set")
        view = standin.wait_modal()
        standin.refuse("chat.postMessage", "not_in_channel", times=1)
        standin.submit(view, {})
        direct = standin.workspace.direct(USER).id
        standin.wait_message(lambda message: "I am not in the channel" in message.text, direct)


def test_previews_a_saved_one_and_offers_no_second(standin: Standin) -> None:
    with running(standin) as bot:
        saved(standin)
        standin.command(USER, CHANNEL, "digest preview")
        shown = standin.wait_message(begins("Preview: digest 1, weekdays 09:00 Europe/Berlin"))
        assert "Critical: 120 pods wait" in shown.text
        assert all(block["type"] != "actions" for block in shown.blocks)
        assert len(all_schedules(bot.desk)) == 1


@pytest.mark.parametrize("said", ["digest preview", 'digest preview "weekdays 09:00"'])
def test_previews_one_before_there_is_any(standin: Standin, said: str) -> None:
    with running(standin):
        standin.command(USER, CHANNEL, said)
        standin.wait_message(begins("Preview: weekdays 09:00 Europe/Berlin; nothing is saved yet"))
