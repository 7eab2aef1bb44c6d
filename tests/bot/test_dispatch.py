"""The promises of dispatch: what reaches which part of the book, what is passed over, what is refused."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any  # Bolt's bodies

import pytest
from slack_bolt import BoltRequest, BoltResponse

from bot.app import Bot
from checks.report import Report
from handlers.command import Book, Click, Desk, Event, Faults, Form, Shortcut, Step, Task, Word
from handlers.dispatch import (
    BROKE,
    click_answer,
    command_answer,
    event_answer,
    form_answer,
    happening,
    shortcut_answer,
    team_of,
)
from handlers.gestures import Clicked, Picked, Submitted
from handlers.question import Place, Question
from handlers.render.message import Message
from handlers.rights import Deed, Right
from handlers.work import Busy
from tests.bot.fakes import FakeSlack, HandSweep, command, serving
from tests.bot.test_words import event

NO = Message("You may not.")


@dataclass
class Here:
    """A pool that works at once, in the thread that hands over; it may be full."""

    full: bool = False
    raised: list[str] = field(default_factory=list)

    def submit(self, task: Callable[[], None], failed: Callable[[str], None]) -> None:
        if self.full:
            raise Busy("I am busy with 272 other questions.")
        try:
            task()
        except LookupError as error:
            self.raised.append(str(error))
            failed("reference")

    def aside(self, task: Callable[[], None]) -> None:
        task()


@dataclass
class Watchman:
    """A gate that remembers who came, and may let nobody through."""

    closed: bool = False
    reading_is_free: bool = True
    came: list[Deed] = field(default_factory=list)

    def refusal(self, deed: Deed) -> Message | None:
        self.came.append(deed)
        return NO if self.closed else None

    def allows(self, right: Right, place: Place) -> bool:
        return not self.closed

    def answered(self, report: Report) -> None:
        pass


@dataclass
class Scene:
    bot: Bot
    slack: FakeSlack
    desk: Desk
    work: Here
    gate: Watchman
    done: list[str]

    def told(self) -> list[str]:
        """What one person was told."""
        return [str(body["text"]) for method, body in self.slack.calls if method == "respond"]


def book(done: list[str]) -> Book:
    def task(what: str) -> Task:
        return lambda: done.append(what)

    def click(clicked: Clicked, desk: Desk) -> Message | Task:
        return Message("Too old.") if clicked.value == "old" else task(f"click {clicked.value}")

    def form(sent: Submitted, desk: Desk) -> Task | Faults | Step:
        said = sent.values["said"]
        if said == "":
            return Faults({"b1": "Say something."})
        return Step({"type": "modal"}) if said == "next" else task(f"form {said}")

    def word(question: Question, desk: Desk) -> Message | Task:
        def broken() -> None:
            raise LookupError("a fault of ours")

        said = " ".join(question.others)
        return {"": Message("What?"), "broken": broken}.get(said, task(f"word {said}"))  # type: ignore[return-value] # a message or a task

    def happened(body: Mapping[str, object], desk: Desk) -> Task | None:
        return task("event") if body.get("wanted") else None

    def shortcut(pick: Picked, desk: Desk) -> Message | Task:
        return task(f"shortcut {pick.message['text']}")

    return Book(
        words=(
            Word(word="status", usage="status", about="x", begin=word),
            Word(
                word="ack",
                usage="ack",
                about="x",
                begin=word,
                right_of=lambda others: Right.ACKNOWLEDGE if others else Right.READ,
            ),
        ),
        clicks=(Click(action="known", begin=click, right=Right.ACKNOWLEDGE),),
        forms=(Form(callback="known", begin=form, right=Right.SCHEDULE),),
        shortcuts=(Shortcut(callback="known", begin=shortcut),),
        events=(Event(kind="known", begin=happened),),
    )


@pytest.fixture
def scene() -> Iterator[Scene]:
    with serving(("shop", HandSweep())) as (bot, slack):
        done: list[str] = []
        gate = Watchman()
        desk = replace(bot.desk, book=book(done), gate=gate)
        yield Scene(bot, slack, desk, Here(), gate, done)


def click(scene: Scene, action: str = "known", value: str = "shop", **more: object) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U0ANA", "team_id": "T0OTHER"},
        "channel": {"id": "C0OPS"},
        "container": {"message_ts": "1.1", "channel_id": "C0OPS"},
        "response_url": f"{scene.slack.url}/respond/1",
        "actions": [{"action_id": action, "value": value, "action_ts": "2.2"}],
        **more,
    }


def dialog(said: str, callback: str = "known") -> dict[str, Any]:
    state = {"values": {"b1": {"said": {"value": said}}}}
    view = {"id": "V1", "hash": "h", "type": "modal", "callback_id": callback, "state": state}
    return {"type": "view_submission", "user": {"id": "U0ANA", "team_id": "T0"}, "view": view}


def pick(scene: Scene, callback: str = "known") -> dict[str, Any]:
    return {
        "type": "message_action",
        "callback_id": callback,
        "user": {"id": "U0ANA", "team_id": "T0"},
        "channel": {"id": "C0OPS"},
        "message": {"ts": "5.5", "text": "pods wait"},
        "response_url": f"{scene.slack.url}/respond/1",
    }


def test_a_click_reaches_its_part_of_the_book_through_the_gate(scene: Scene) -> None:
    click_answer(click(scene, "known:7"), scene.work, scene.desk)
    assert scene.done == ["click shop"]
    [deed] = scene.gate.came
    assert (deed.right, deed.what, deed.team) == (Right.ACKNOWLEDGE, "click known shop", "T0OTHER")
    assert not deed.dialog


def test_a_click_in_a_dialog_is_known_to_be_one(scene: Scene) -> None:
    for kind in ("modal", "home"):
        body = click(scene, view={"id": "V1", "type": kind}, container={"view_id": "V1"}, channel=None)
        click_answer(body, scene.work, scene.desk)
    assert [deed.dialog for deed in scene.gate.came] == [True, False]


def test_an_action_that_is_in_no_book_is_passed_over(scene: Scene) -> None:
    click_answer(click(scene, "unknown"), scene.work, scene.desk)
    click_answer({}, scene.work, scene.desk)
    assert (scene.done, scene.gate.came, scene.slack.calls) == ([], [], [])


def test_what_a_click_says_at_once_is_told_to_the_one_who_clicked(scene: Scene) -> None:
    click_answer(click(scene, value="old"), scene.work, scene.desk)
    assert scene.told() == ["Too old."]
    assert len(scene.gate.came) == 1


@pytest.mark.parametrize("gesture", [click_answer, shortcut_answer])
def test_who_may_not_is_told_so_and_nothing_is_done(scene: Scene, gesture: Any) -> None:
    scene.gate.closed = True
    body = click(scene) if gesture is click_answer else pick(scene)
    gesture(body, scene.work, scene.desk)
    assert (scene.done, scene.told()) == ([], ["You may not."])


def test_a_full_pool_is_told_to_the_one_who_clicked(scene: Scene) -> None:
    scene.work.full = True
    click_answer(click(scene), scene.work, scene.desk)
    assert scene.told() == [
        "I am busy with 272 other questions.\nNothing was started; ask again in a minute."
    ]


def test_a_dialog_is_closed_and_its_task_done(scene: Scene) -> None:
    assert form_answer(dialog("x"), scene.work, scene.desk) == {}
    assert scene.done == ["form x"]
    [deed] = scene.gate.came
    assert (deed.right, deed.what, deed.dialog) == (Right.SCHEDULE, "form known x", True)


def test_a_dialogs_faults_keep_it_open(scene: Scene) -> None:
    answer = form_answer(dialog(""), scene.work, scene.desk)
    assert answer == {"response_action": "errors", "errors": {"b1": "Say something."}}
    assert scene.gate.came == []


def test_a_dialogs_next_step_takes_its_place(scene: Scene) -> None:
    answer = form_answer(dialog("next"), scene.work, scene.desk)
    assert answer == {"response_action": "update", "view": {"type": "modal"}}


def test_a_dialog_that_is_in_no_book_is_closed(scene: Scene) -> None:
    assert form_answer(dialog("x", "unknown"), scene.work, scene.desk) == {}
    assert scene.done == []


def test_who_may_not_send_a_dialog_is_told_in_a_direct_message(scene: Scene) -> None:
    scene.gate.closed = True
    scene.slack.answers["conversations.open"] = [(200, {"ok": True, "channel": {"id": "D0ANA"}}, {})]
    assert form_answer(dialog("x"), scene.work, scene.desk) == {}
    assert scene.done == []
    [body] = scene.slack.bodies("chat.postMessage")
    assert (body["channel"], body["text"]) == ("D0ANA", "You may not.")


def test_a_shortcut_reaches_its_part_of_the_book(scene: Scene) -> None:
    shortcut_answer(pick(scene), scene.work, scene.desk)
    shortcut_answer(pick(scene, "unknown"), scene.work, scene.desk)
    assert scene.done == ["shortcut pods wait"]
    assert [deed.what for deed in scene.gate.came] == ["shortcut known"]


def test_an_event_is_handed_over_and_nobody_is_told_when_there_is_no_room(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    known = {"event": {"type": "known"}, "wanted": True}
    for body in (known, {"event": {"type": "known"}}, {"event": {"type": "other"}}, {}, {"event": "known"}):
        happening(body, scene.work, scene.desk)
    assert scene.done == ["event"]
    scene.work.full = True
    with caplog.at_level(logging.WARNING):
        happening(known, scene.work, scene.desk)
    assert "an event known is passed over" in caplog.text
    assert scene.slack.calls == []


def test_a_command_needs_the_right_that_depends_on_what_follows_it(scene: Scene) -> None:
    for text in ("status x", "ack", "ack x", "xyzzy"):
        command_answer(command(scene.slack, text), scene.work, scene.desk)
    rights = [deed.right for deed in scene.gate.came]
    assert rights == [Right.READ, Right.READ, Right.ACKNOWLEDGE, Right.READ]


def test_an_answer_at_once_is_in_the_ack_and_written_down(scene: Scene) -> None:
    answer = command_answer(command(scene.slack, "status"), scene.work, scene.desk)
    assert (answer["response_type"], answer["text"]) == ("ephemeral", "What?")
    assert [deed.what for deed in scene.gate.came] == ["status"]


def test_where_not_everybody_reads_even_an_answer_at_once_goes_through_the_gate(scene: Scene) -> None:
    scene.gate.reading_is_free = False
    assert command_answer(command(scene.slack, "status"), scene.work, scene.desk) == {
        "response_type": "in_channel"
    }
    scene.gate.closed = True
    command_answer(command(scene.slack, "status"), scene.work, scene.desk)
    assert scene.told() == ["What?", "You may not."]


def test_a_command_that_is_refused_is_answered_to_one_person(scene: Scene) -> None:
    scene.gate.closed = True
    command_answer(command(scene.slack, "status x"), scene.work, scene.desk)
    assert (scene.done, scene.told()) == ([], ["You may not."])


def test_a_full_pool_is_told_in_the_ack(scene: Scene) -> None:
    scene.work.full = True
    answer = command_answer(command(scene.slack, "status x"), scene.work, scene.desk)
    assert "I am busy" in str(answer["text"])
    assert scene.done == []


def test_what_breaks_is_told_with_a_reference(scene: Scene) -> None:
    command_answer(command(scene.slack, "status broken"), scene.work, scene.desk)
    assert scene.work.raised == ["a fault of ours"]
    assert scene.told() == [f"{BROKE}\nReference: reference"]


def test_a_mention_goes_through_the_gate_and_is_refused_beside_its_thread(scene: Scene) -> None:
    scene.gate.closed = True
    body = event("<@U0BOT> status x", user_team="T0OTHER")
    assert isinstance(body, dict)
    event_answer(body, scene.work, scene.desk)
    assert scene.done == []
    assert [(deed.what, deed.team) for deed in scene.gate.came] == [("status x", "T0OTHER")]
    [told] = scene.slack.bodies("chat.postEphemeral")
    assert (told["text"], told["user"]) == ("You may not.", "U0ASKED")


@pytest.mark.parametrize(
    ("body", "team"),
    [
        ({"user": {"id": "U", "team_id": "T1"}}, "T1"),
        ({"event": {"user_team": "T2", "user": "U"}}, "T2"),
        ({"event": {"user": "U"}}, ""),
        ({"user": {"team_id": None}}, ""),
        ({"event": {"user_team": ["T"]}}, ""),
        ({"team_id": "T3", "user_id": "U"}, ""),  # a command: only ever our own people's
    ],
)
def test_knows_whose_workspace_it_comes_from_where_slack_tells(body: dict[str, object], team: str) -> None:
    assert team_of(body) == team


@pytest.mark.parametrize(
    "body",
    [
        {"type": "block_actions", "actions": [{"action_id": "nobody_knows", "block_id": "b"}]},
        {
            "type": "view_submission",
            "view": {"type": "modal", "callback_id": "nobody_knows", "id": "V", "hash": "h"},
        },
        {"type": "message_action", "callback_id": "nobody_knows"},
        {"type": "event_callback", "event": {"type": "nobody_knows"}},
    ],
)
def test_bolt_acks_what_no_book_knows(scene: Scene, body: dict[str, object]) -> None:
    answer = deliver(scene.bot, {"user": {"id": "U0ANA"}, "team": {"id": "T0"}, **body})
    assert answer.status == 200
    assert scene.slack.calls == []


def test_a_payload_that_slack_never_sends_is_acked_and_logged(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"type": "block_actions", "actions": [{"action_id": 3, "block_id": "b"}], "user": {"id": "U"}}
    with caplog.at_level(logging.ERROR):
        answer = deliver(scene.bot, {**body, "container": "C0OPS", "team": {"id": "T0"}})
    assert answer.status == 200
    assert BROKE in json.loads(answer.body)["text"]
    assert "a listener failed, reference" in caplog.text


@pytest.mark.parametrize("event", [{"type": "app_mention", "user": None}, {"type": "message", "text": 5}])
def test_an_event_that_cannot_be_read_is_acked_so_that_slack_sends_it_no_more(
    scene: Scene, caplog: pytest.LogCaptureFixture, event: dict[str, object]
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = deliver(scene.bot, {"type": "event_callback", "team_id": "T0", "event": event})
    assert answer.status == 200
    assert scene.slack.calls == []
    assert "AssertionError" not in caplog.text


def deliver(bot: Bot, body: dict[str, Any]) -> BoltResponse:
    return bot.app.dispatch(BoltRequest(mode="socket_mode", body=body))
