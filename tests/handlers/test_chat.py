import threading
from collections.abc import Callable, Iterator

import pytest
from slack_sdk.errors import SlackApiError

from handlers.budget import Budget
from handlers.chat import DEAD_S, Chat
from handlers.lanes import SLOW_S
from handlers.letter import Letter
from handlers.outbox import MOST_WAITING
from handlers.outcome import Problem
from handlers.question import Place
from handlers.render.message import Message
from handlers.web import Reply

PUBLIC = Place(channel="C1", user="U1", response_url="https://hooks.slack.com/commands/1")
QUIET = Place(channel="C1", user="U1", response_url="https://hooks.slack.com/commands/1", quiet=True)
RICH = Message("text", [{"type": "rich_text"}], [{"type": "section"}])

Call = tuple[str, dict[str, object]]


class Response(dict[str, object]):
    """What the SDK gives for an answer."""

    def __init__(self, error: str = "", status: int = 200, **headers: str) -> None:
        super().__init__(ok=not error, ts="1.1", channel="C1", **({"error": error} if error else {}))
        self.status_code = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class FakeWeb:
    """Takes calls; ``faults`` says what becomes of them, by method, in order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: dict[str, list[Response | Exception]] = {}

    def api_call(
        self,
        api_method: str,
        *,
        json: dict[str, object] | None = None,
        params: dict[str, object] | None = None,
    ) -> Response:
        self.calls.append((api_method, json or params or {}))
        fault = self.faults.get(api_method, [])
        answer = fault.pop(0) if fault else Response()
        if isinstance(answer, Exception):
            raise answer
        if not answer["ok"]:
            raise SlackApiError("refused", answer)  # type: ignore[no-untyped-call] # slack_sdk's
        return answer


class World:
    def __init__(self, per_minute: int = 3) -> None:
        self.per_minute = per_minute
        self.web = FakeWeb()
        self.replies: list[dict[str, object]] = []
        self.files: list[tuple[str, bytes]] = []
        self.reply_status = [200] * 10
        self.reply_body = "ok"
        self.waits: list[float] = []
        self.clock = 0.0
        self.stopping = False
        self.go = threading.Event()
        self.chat = Chat(
            self.web, self, edits=Budget(lambda: self.clock, per_minute=self.per_minute), wait=self.wait
        )

    def wait(self, seconds: float) -> None:
        """Time passes at once; for what waits alone, only when the test lets it."""
        if threading.current_thread().name == "outbox":
            assert self.go.wait(10)
        self.waits.append(seconds)
        if not self.stopping:
            self.clock += seconds

    def respond(self, url: str, body: dict[str, object]) -> Reply:
        self.replies.append(body)
        return Reply(self.reply_status.pop(0), self.reply_body, {"Retry-After": "7"})

    def send(self, url: str, content: bytes) -> Reply:
        self.files.append((url, content))
        return Reply(200, "OK", {})

    def arrive(self) -> None:
        """Let what waits be sent."""
        self.go.set()
        for thread in threading.enumerate():
            if thread.name == "outbox":
                thread.join(10)
                assert not thread.is_alive()

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.web.calls]


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.arrive()


def limited(seconds: int) -> Response:
    return Response("ratelimited", 429, Retry_After=str(seconds))


def test_posts_once_and_edits_from_then_on(world: World) -> None:
    post = world.chat.at(PUBLIC)
    post.progress(RICH)
    post.progress(RICH)
    assert post.finish(RICH)
    assert world.methods == ["chat.postMessage", "chat.update", "chat.update"]
    assert world.web.calls[-1][1]["ts"] == "1.1"


def test_drops_progress_when_the_budget_is_spent_and_never_the_end(world: World) -> None:
    post = world.chat.at(PUBLIC)
    for _ in range(10):
        post.progress(RICH)
    assert post.finish(RICH)
    assert world.methods == ["chat.postMessage", "chat.update", "chat.update", "chat.update"]
    assert world.chat.at(PUBLIC).finish(RICH)
    world.clock += 20
    world.chat.at(PUBLIC).progress(RICH)
    assert world.methods[4:] == ["chat.postMessage"], "the end was counted, too"


@pytest.mark.parametrize(
    "error", ["not_in_channel", "channel_not_found", "restricted_action", "invalid_auth"]
)
def test_answers_by_the_response_url_where_it_may_not_post(world: World, error: str) -> None:
    world.web.faults["chat.postMessage"] = [Response(error)] * 2
    post = world.chat.at(PUBLIC)
    post.progress(RICH)
    assert post.finish(RICH)
    assert world.replies[-1]["response_type"] == "in_channel"
    assert world.replies[-1]["replace_original"] is False


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
def test_sends_a_plainer_form_when_blocks_are_refused(world: World, error: str) -> None:
    world.web.faults["chat.postMessage"] = [Response(error), Response(error)]
    assert world.chat.at(PUBLIC).finish(RICH)
    assert [body["blocks"] for _, body in world.web.calls] == [
        [{"type": "rich_text"}],
        [{"type": "section"}],
        [],
    ]


def test_waits_for_as_long_as_slack_says(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(7)]
    assert world.chat.at(PUBLIC).finish(RICH)
    assert world.waits == [7.0]
    assert world.methods == ["chat.postMessage"] * 2


def test_gives_up_waiting_in_the_end(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(9_000)]
    world.reply_status = [404] * 10
    outcome = world.chat.at(PUBLIC).finish(RICH)
    assert (outcome.problem, outcome.code) == (Problem.LIMITED, "ratelimited")
    assert world.waits == []


def test_does_not_post_again_when_the_answer_was_lost(world: World) -> None:
    world.web.faults["chat.postMessage"] = [TimeoutError()]
    assert world.chat.at(PUBLIC).finish(RICH)
    assert world.methods == ["chat.postMessage"]
    assert len(world.replies) == 1


def test_posts_again_when_nothing_had_left(world: World) -> None:
    world.web.faults["chat.postMessage"] = [ConnectionRefusedError()]
    assert world.chat.at(PUBLIC).finish(RICH)
    assert world.methods == ["chat.postMessage"] * 2


def test_edits_again_when_slack_stumbles(world: World) -> None:
    world.web.faults["chat.update"] = [
        TimeoutError(),
        Response("Received a response in a non-JSON format: <html>", 503),
    ]
    post = world.chat.at(PUBLIC)
    post.progress(RICH)
    assert post.finish(RICH)
    assert world.methods == ["chat.postMessage", *["chat.update"] * 3]


def test_posts_anew_when_its_message_is_gone(world: World) -> None:
    world.web.faults["chat.update"] = [Response("message_not_found")]
    post = world.chat.at(PUBLIC)
    post.progress(RICH)
    assert post.finish(RICH)
    assert world.methods == ["chat.postMessage", "chat.update", "chat.postMessage"]


def test_quiet_goes_by_the_response_url_and_replaces_itself(world: World) -> None:
    post = world.chat.at(QUIET)
    for _ in range(9):
        post.progress(RICH)
    assert post.finish(RICH)
    assert [(body["response_type"], body["replace_original"]) for body in world.replies] == [
        ("ephemeral", False),
        ("ephemeral", True),
    ]
    assert world.methods == []


def test_quiet_whispers_when_the_response_url_has_expired(world: World) -> None:
    world.reply_status = [404]
    world.reply_body = "expired_url"
    assert world.chat.at(QUIET).finish(RICH)
    assert world.methods == ["chat.postEphemeral"]
    assert world.web.calls[0][1]["user"] == "U1"


def test_a_refused_form_is_made_plainer_on_the_response_url_too(world: World) -> None:
    world.reply_status = [400, 200]
    world.reply_body = "invalid_blocks"
    assert world.chat.at(QUIET).finish(RICH)
    assert [body["blocks"] for body in world.replies] == [[{"type": "rich_text"}], [{"type": "section"}]]


def test_an_answer_to_a_click_replaces_the_message_it_stands_under(world: World) -> None:
    place = Place(channel="C1", user="U1", response_url="https://hooks.slack.com/actions/1", message_ts="9.9")
    assert world.chat.at(place).finish(RICH)
    assert [(method, body["ts"]) for method, body in world.web.calls] == [("chat.update", "9.9")]
    world.web.faults["chat.update"] = [Response("cant_update_message")]
    assert world.chat.at(place).finish(RICH)
    assert world.replies[-1]["replace_original"] is True


def test_no_log_line_holds_a_response_url(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.web.faults["chat.postMessage"] = [Response("not_in_channel")]
    world.reply_status = [404] * 10
    assert not world.chat.at(PUBLIC).finish(RICH)
    assert "not_in_channel" in caplog.text
    assert "hooks.slack.com" not in caplog.text


def test_the_budget_fills_up_again() -> None:
    clock = [0.0]
    now: Callable[[], float] = lambda: clock[0]  # noqa: E731 - a clock in one line
    budget = Budget(now, per_minute=60)
    assert [budget.take(first=True) for _ in range(61)] == [True] * 60 + [False]
    clock[0] = 2.0
    assert [budget.take(first=True) for _ in range(3)] == [True, True, False]


def test_the_budget_keeps_a_quarter_for_first_signs_and_counts_ends() -> None:
    budget = Budget(lambda: 0.0, per_minute=8)
    assert [budget.take() for _ in range(7)] == [True] * 6 + [False]
    budget.spend()
    assert [budget.take(first=True) for _ in range(2)] == [True, False]


NO_URL = Place(channel="C1", user="U1", response_url="", thread_ts="5.5")
CLICKED = Place(channel="C1", user="U1", response_url="", message_ts="9.9")
NOBODYS = Place(channel="C1", user="", response_url="")
OTHER = Place(channel="C2", user="U1", response_url="")


def text(body: dict[str, object]) -> str:
    return str(body["text"])


def test_answers_by_the_response_url_rather_than_late(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(40)]
    assert world.chat.at(PUBLIC).finish(RICH).how == "reply"
    assert (len(world.replies), world.waits) == (1, [])


def test_waits_alone_when_slack_wants_long_to_be_waited_for(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(40)]
    outcome = world.chat.at(NO_URL).finish(RICH)
    assert (bool(outcome), outcome.how, outcome.ts) == (True, "later", "")
    assert world.methods == ["chat.postMessage", "chat.postEphemeral"]
    assert "limits how much" in text(world.web.calls[-1][1])
    world.arrive()
    assert world.methods == ["chat.postMessage", "chat.postEphemeral", "chat.postMessage"]
    assert world.clock >= 40


def test_says_once_in_the_channel_that_it_is_slow(world: World) -> None:
    world.web.faults["chat.update"] = [limited(40)]
    for number in range(5):
        place = Place(channel="C1", user="U1", response_url="", message_ts=f"{number}.0")
        assert world.chat.at(place).finish(RICH).how == "later"
    assert world.methods == ["chat.update", "chat.postMessage"]
    world.arrive()
    assert world.methods[2:] == ["chat.update"] * 5
    world.clock += 2 * SLOW_S
    world.go.clear()
    world.web.faults["chat.update"] = [limited(40)]
    assert world.chat.at(CLICKED).finish(RICH).how == "later"
    assert world.methods[-1] == "chat.postMessage", "the next time is told anew"


def test_says_so_in_its_turn_where_no_way_is_open(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(40)]
    world.web.faults["chat.postEphemeral"] = [limited(40)]
    assert world.chat.at(NO_URL).finish(RICH).how == "later"
    world.arrive()
    told = [text(body) for method, body in world.web.calls if method == "chat.postMessage"]
    assert [said.partition(" how")[0] for said in told[1:]] == ["Slack limits", "text"]


def test_a_place_in_the_lane_does_not_hold_when_slack_asks_for_more(world: World) -> None:
    world.chat.lanes.limited("post", "C1", 2)
    letter = Letter(world.chat.at(NO_URL), RICH)
    assert letter.step() == 2.0
    world.chat.lanes.limited("post", "C1", 30)
    world.clock = 2.0
    assert letter.step() == 28.0


def test_its_own_progress_does_not_stay_beside_the_answer(world: World) -> None:
    post = world.chat.at(PUBLIC)
    post.progress(RICH)
    world.web.faults["chat.update"] = [limited(40)]
    assert post.finish(RICH).how == "later"
    world.arrive()
    assert world.methods == ["chat.postMessage", "chat.update", "chat.postMessage", "chat.update"]
    assert world.replies == []


def test_only_the_newest_form_of_a_message_is_sent(world: World) -> None:
    world.web.faults["chat.update"] = [limited(40)]
    for said in ("old", "newer", "newest"):
        assert world.chat.at(CLICKED).finish(Message(said)).how == "later"
    world.arrive()
    assert [text(body) for method, body in world.web.calls if method == "chat.update"] == ["old", "newest"]


def test_other_channels_do_not_wait(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(40)]
    assert world.chat.at(NO_URL).finish(RICH).how == "later"
    assert world.chat.at(OTHER).finish(RICH).how == "post"
    assert world.waits == []


def test_goes_on_one_by_one_once_it_was_limited(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(2)]
    for _ in range(4):
        assert world.chat.at(NO_URL).finish(RICH).how == "post"
    assert world.waits == [2.0, 1.0, 1.0, 1.0]
    world.chat.at(NO_URL).progress(RICH)
    assert world.methods == ["chat.postMessage"] * 5, "no progress is shown in a slow channel"


def test_what_nobody_asked_for_is_left_to_its_sender(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(40)]
    outcome = world.chat.at(NOBODYS).finish(RICH)
    assert (bool(outcome), outcome.problem) == (False, Problem.LIMITED)
    assert world.chat.outbox.waiting == 0
    assert world.chat.at(NOBODYS).finish(RICH, patience_s=600).how == "post"
    assert world.methods == ["chat.postMessage"] * 2


def test_so_many_wait_and_no_more(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(40)]
    outcomes = [world.chat.at(NO_URL).finish(RICH) for _ in range(MOST_WAITING + 1)]
    assert [outcome.how for outcome in outcomes[:-1]] == ["later"] * MOST_WAITING
    assert outcomes[-1].problem is Problem.LIMITED
    world.arrive()
    assert world.methods.count("chat.postMessage") == 1 + MOST_WAITING, "each of them once"


def test_has_one_last_chance_when_the_bot_is_told_to_stop(world: World) -> None:
    world.web.faults["chat.postMessage"] = [limited(40)]
    assert world.chat.at(NO_URL).finish(RICH).how == "later"
    world.stopping = True
    assert world.chat.at(OTHER).finish(RICH).how == "post"
    world.arrive()
    assert world.methods.count("chat.postMessage") == 3
    assert world.clock == 0.0


def test_does_not_keep_a_worker_while_slack_is_away(world: World) -> None:
    world.web.faults["chat.postMessage"] = [ConnectionRefusedError()] * 5
    assert world.chat.at(NO_URL).finish(RICH).how == "later"
    assert world.clock < 8
    world.arrive()
    assert len(world.methods) == 6


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        *[(code, Problem.CHANNEL) for code in ("channel_not_found", "not_in_channel", "is_archived")],
        *[(code, Problem.CHANNEL) for code in ("restricted_action", "no_permission", "access_denied")],
        *[(code, Problem.TOKEN) for code in ("token_revoked", "account_inactive", "invalid_auth")],
        ("missing_scope", Problem.SCOPE),
        *[(code, Problem.UNSURE) for code in ("fatal_error", "internal_error", "service_unavailable")],
        *[(code, Problem.REFUSED) for code in ("invalid_blocks", "msg_too_long", "no_text")],
        ("something_new", Problem.REFUSED),
    ],
)
def test_tells_its_sender_what_is_wrong(world: World, code: str, problem: Problem) -> None:
    world.web.faults["chat.postMessage"] = [Response(code)] * 9
    outcome = world.chat.at(NOBODYS).finish(RICH)
    assert (bool(outcome), outcome.problem, outcome.code) == (False, problem, code)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        *[
            (code, Problem.GONE)
            for code in ("message_not_found", "cant_update_message", "edit_window_closed")
        ],
        ("is_inactive", Problem.CHANNEL),
    ],
)
def test_an_edit_tells_what_is_wrong(world: World, code: str, problem: Problem) -> None:
    world.web.faults["chat.update"] = [Response(code)]
    assert world.chat.edit("C1", "1.1", RICH).problem is problem
    outcome = world.chat.edit("C1", "1.1", RICH)
    assert (outcome.how, outcome.channel, outcome.ts) == ("edit", "C1", "1.1")


def test_tells_where_a_message_stands(world: World) -> None:
    outcome = world.chat.at(OTHER).finish(RICH)
    assert (outcome.how, outcome.channel, outcome.ts) == ("post", "C1", "1.1"), "as Slack says"


@pytest.mark.parametrize("code", ["thread_not_found", "cannot_reply_to_message"])
def test_answers_outside_a_thread_that_is_gone(world: World, code: str) -> None:
    world.web.faults["chat.postMessage"] = [Response(code)]
    assert world.chat.at(NO_URL).finish(RICH)
    assert [body.get("thread_ts") for _, body in world.web.calls] == ["5.5", None]


def test_writes_to_a_person_who_has_left_the_channel(world: World) -> None:
    world.reply_status = [404]
    world.web.faults["chat.postEphemeral"] = [Response("user_not_in_channel")]
    assert world.chat.at(QUIET).finish(RICH).how == "direct"
    assert [body["channel"] for _, body in world.web.calls] == ["C1", "U1"]


def test_a_dead_token_is_left_alone_for_a_while(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.web.faults["chat.postMessage"] = [Response("token_revoked")]
    for _ in range(3):
        assert world.chat.at(NOBODYS).finish(RICH).problem is Problem.TOKEN
    assert (world.chat.fault, len(world.methods)) == ("token_revoked", 1)
    assert "install the app anew" in caplog.text
    world.clock += DEAD_S + 1
    assert world.chat.at(NOBODYS).finish(RICH)
    assert world.chat.fault == ""


def test_names_the_scope_that_is_missing(world: World, caplog: pytest.LogCaptureFixture) -> None:
    refusal = Response("missing_scope")
    refusal["needed"] = "chat:write"
    world.web.faults["chat.postMessage"] = [refusal]
    assert world.chat.at(NOBODYS).finish(RICH).needed == "chat:write"
    assert "missing_scope (scope chat:write)" in caplog.text


@pytest.mark.parametrize(("seconds", "calls"), [(3, 2), (30, 1)])
def test_asks_once_more_when_slack_asks_to_wait_a_little(world: World, seconds: int, calls: int) -> None:
    world.web.faults["users.info"] = [limited(seconds)]
    assert world.chat.person("U1") is None
    assert len(world.methods) == calls
