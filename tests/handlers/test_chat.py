from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError

from handlers.budget import Budget
from handlers.chat import Chat
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
    def __init__(self) -> None:
        self.web = FakeWeb()
        self.replies: list[dict[str, object]] = []
        self.files: list[tuple[str, bytes]] = []
        self.reply_status = [200] * 10
        self.reply_body = "ok"
        self.waits: list[float] = []
        self.clock = 0.0
        self.chat = Chat(
            self.web, self, edits=Budget(lambda: self.clock, per_minute=2), wait=self.waits.append
        )

    def respond(self, url: str, body: dict[str, object]) -> Reply:
        self.replies.append(body)
        return Reply(self.reply_status.pop(0), self.reply_body, {"Retry-After": "7"})

    def send(self, url: str, content: bytes) -> Reply:
        self.files.append((url, content))
        return Reply(200, "OK", {})

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.web.calls]


@pytest.fixture
def world() -> World:
    return World()


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
    world.web.faults["chat.postMessage"] = [Response("ratelimited", 429, Retry_After="13")]
    assert world.chat.at(PUBLIC).finish(RICH)
    assert world.waits == [13.0]
    assert world.methods == ["chat.postMessage"] * 2


def test_gives_up_waiting_in_the_end(world: World) -> None:
    world.web.faults["chat.postMessage"] = [Response("ratelimited", 429, Retry_After="9000")] * 50
    world.reply_status = [404] * 10
    assert not world.chat.at(PUBLIC).finish(RICH)
    assert all(wait <= 60 for wait in world.waits)


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
    assert [budget.take() for _ in range(61)] == [True] * 60 + [False]
    clock[0] = 2.0
    assert [budget.take() for _ in range(3)] == [True, True, False]
