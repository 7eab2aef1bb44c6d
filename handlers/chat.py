"""Puts messages where people see them, by whichever way Slack lets through, and edits them in place."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPException
from socket import gaierror
from typing import Literal, Protocol

from slack_sdk.errors import SlackApiError, SlackClientError

from handlers.budget import Budget
from handlers.question import Place
from handlers.render.message import Message, plainer

logger = logging.getLogger(__name__)

Route = Literal["edit", "post", "reply", "whisper"]

TOO_RICH = frozenset(
    (
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_blocks_too_many",
        "msg_too_long",
        "invalid_attachments",
        "block_mismatch",
    )
)
LIMITED = frozenset(("ratelimited", "rate_limited"))
UNSENT = "unsent"
SHAKY = frozenset(("unreachable", "internal_error", "fatal_error", "service_unavailable", "request_timeout"))
MOST_TRIES = 6
LONGEST_WAIT_S = 60.0  # Slack asks for seconds; more than this and the answer is no longer wanted


class Web(Protocol):
    """What is used of slack_sdk's WebClient; answers are mappings with ``ts``."""

    def api_call(self, api_method: str, *, json: dict[str, object]) -> "Answer":
        """Post to a method. Raises SlackApiError, OSError and a few more."""
        ...


class Answer(Protocol):
    """An answer of the Web API."""

    def get(self, key: str) -> object:
        """One field."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a response_url answered."""

    status: int
    body: str
    headers: Mapping[str, str]


Respond = Callable[[str, dict[str, object]], Reply]
"""Posts a body to a response_url. Raises OSError when it cannot be reached."""


class Refused(Exception):
    """Slack did not take a message: its error code, and the seconds after which it may be tried again."""

    def __init__(self, code: str, retry_after_s: float | None = None) -> None:
        """``code`` is Slack's word for it, never a body."""
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s


class Chat:
    """The way to Slack that all handlers share."""

    def __init__(self, web: Web, respond: Respond, *, edits: Budget, wait: Callable[[float], None]) -> None:
        """``wait`` sleeps, or returns early when the bot is told to stop."""
        self.web = web
        self.respond = respond
        self.edits = edits
        self.wait = wait

    def at(self, place: Place) -> "Post":
        """A message at that place, not there yet."""
        return Post(self, place)

    def whisper(self, place: Place, message: Message) -> None:
        """Tell only the person who asked, beside whatever stands in the channel; a failure is logged."""
        Post(self, replace(place, quiet=True, message_ts=None)).finish(message)


class Post:
    """One message: shown, edited while the work goes on, finished. Used by one thread at a time."""

    def __init__(self, chat: Chat, place: Place) -> None:
        """Nothing is sent yet."""
        self._chat = chat
        self._place = place
        self._channel = place.channel
        self._ts = place.message_ts
        self._replied = False
        self._routes = self._first_routes()

    def progress(self, message: Message) -> None:
        """Show how far the work is. May be dropped; a failure never reaches the caller."""
        route = self._routes[0]
        if self._replied or (route == "edit" and not self._chat.edits.take()):
            return  # a response_url serves five times: the last one is for the answer
        try:
            self._send(route, message)
        except Refused as error:
            if error.code not in LIMITED:
                logger.info("no progress shown by %s: %s", route, error.code)

    def finish(self, message: Message) -> bool:
        """Bring the final message, in the richest form Slack takes, by whichever way. False: none open."""
        for route in self._routes:
            try:
                self._deliver(route, message)
            except Refused as error:
                logger.warning("a message was not taken by %s: %s", route, error.code)
            else:
                return True
        return False

    def _first_routes(self) -> tuple[Route, ...]:
        if self._place.quiet:
            return ("reply", "whisper")
        return ("post", "reply") if self._ts is None else ("edit", "reply", "post")

    def _deliver(self, route: Route, message: Message) -> None:
        """Send the richest form that Slack takes by this route, waiting when it says to wait."""
        form = message
        # An edit may be sent again; a post whose answer was lost may already stand in the channel.
        again = LIMITED | {UNSENT} | (SHAKY if route == "edit" else frozenset())
        for tried in range(MOST_TRIES):
            try:
                return self._send(route, form)
            except Refused as error:
                simpler = plainer(form) if error.code in TOO_RICH else None
                if simpler is not None:
                    logger.error("Slack refused a form of a message: %s", error.code)
                    form = simpler
                elif error.code in again and tried < MOST_TRIES - 1:
                    self._chat.wait(min(error.retry_after_s or 2.0**tried / 2, LONGEST_WAIT_S))
                else:
                    raise

    def _send(self, route: Route, message: Message) -> None:
        body: dict[str, object] = {"text": message.text, "unfurl_links": False, "unfurl_media": False}
        body["blocks"] = list(message.blocks)  # an empty list takes the old ones away
        if route == "reply":
            self._reply(body)
        elif route == "edit":
            self._call("chat.update", body | {"channel": self._channel, "ts": self._ts})
        elif route == "post":
            answer = self._call("chat.postMessage", body | self._thread() | {"channel": self._channel})
            self._ts = str(answer.get("ts"))
            self._channel = str(answer.get("channel") or self._channel)
            self._routes = ("edit", "post", "reply")
        else:
            to = {"channel": self._channel, "user": self._place.user}
            self._call("chat.postEphemeral", body | self._thread() | to)

    def _thread(self) -> dict[str, object]:
        return {"thread_ts": self._place.thread_ts} if self._place.thread_ts else {}

    def _call(self, method: str, body: dict[str, object]) -> Answer:
        try:
            return self._chat.web.api_call(method, json=body)
        except SlackApiError as error:
            raise _refused(error) from error
        except (OSError, HTTPException, SlackClientError) as error:
            raise Refused(_how_far(error)) from error

    def _reply(self, body: dict[str, object]) -> None:
        if not self._place.response_url:
            raise Refused("no response_url")
        replace = self._replied or self._place.message_ts is not None
        shown = {
            "response_type": "ephemeral" if self._place.quiet else "in_channel",
            "replace_original": replace,
        }
        try:
            reply = self._chat.respond(self._place.response_url, body | shown)
        except (OSError, HTTPException, SlackClientError) as error:
            raise Refused(_how_far(error)) from error
        if reply.status == 429:
            raise Refused("ratelimited", _seconds(reply.headers))
        if reply.status != 200:
            raise Refused(next((code for code in TOO_RICH if code in reply.body), f"HTTP {reply.status}"))
        self._replied = True
        self._routes = ("reply", *(route for route in self._first_routes() if route != "reply"))


def _refused(error: SlackApiError) -> Refused:
    """Slack's own word for the refusal; the SDK puts whole pages there when the answer was no JSON."""
    status = getattr(error.response, "status_code", 200)
    word = str(error.response.get("error"))
    code = word if re.fullmatch("[a-z_]{1,60}", word) else "service_unavailable"
    return Refused("ratelimited" if status == 429 else code, _seconds(getattr(error.response, "headers", {})))


def _how_far(error: Exception) -> str:
    """Whether a request that failed had left us at all."""
    reason = getattr(error, "reason", error)
    return UNSENT if isinstance(reason, ConnectionRefusedError | gaierror) else "unreachable"


def _seconds(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, whatever its case; None when it is absent or no number."""
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), "")
    return float(value) if value.isdigit() else None
