"""Slack's Web API, its response URLs and its upload URLs as handlers use them; every refusal is one error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from socket import gaierror
from typing import Protocol

from slack_sdk.errors import SlackApiError, SlackClientError

UNSENT, UNREACHABLE = "unsent", "unreachable"
NO_ADDRESS = "no response_url"


class Answer(Protocol):
    """An answer of the Web API."""

    def get(self, key: str) -> object:
        """One field."""
        ...


class Web(Protocol):
    """What is used of slack_sdk's WebClient. Methods that write take ``json``, those that read ``params``."""

    def api_call(
        self,
        api_method: str,
        *,
        json: dict[str, object] | None = None,
        params: dict[str, object] | None = None,
    ) -> Answer:
        """Post to a method. Raises SlackApiError, OSError and a few more."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a response_url or an upload URL answered."""

    status: int
    body: str
    headers: Mapping[str, str]


class Urls(Protocol):
    """Posts to addresses that Slack handed out. Both raise OSError when one cannot be reached."""

    def respond(self, url: str, body: dict[str, object]) -> Reply:
        """Answer by a response_url."""
        ...

    def send(self, url: str, content: bytes) -> Reply:
        """Send a file's bytes to its upload URL."""
        ...


class Refused(Exception):
    """Slack did not take something: its error code, and the seconds after which it may be tried again.

    ``needed`` is the scope that the token lacks, when that is the reason.
    """

    def __init__(self, code: str, retry_after_s: float | None = None, needed: str = "") -> None:
        """``code`` is Slack's word for it, never a body."""
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s
        self.needed = needed


def call(web: Web, method: str, body: dict[str, object]) -> Answer:
    """Post JSON to a method that writes. Raises Refused."""
    try:
        return web.api_call(method, json=body)
    except SlackApiError as error:
        raise _refused(error) from error
    except (OSError, HTTPException, SlackClientError) as error:
        raise Refused(_how_far(error)) from error


def ask(web: Web, method: str, params: dict[str, object]) -> Answer:
    """Ask a method that reads: those take no JSON. Raises Refused."""
    try:
        return web.api_call(method, params=params)
    except SlackApiError as error:
        raise _refused(error) from error
    except (OSError, HTTPException, SlackClientError) as error:
        raise Refused(_how_far(error)) from error


def respond(urls: Urls, url: str, body: dict[str, object]) -> None:
    """Answer by a response_url. Raises Refused."""
    if not url:
        raise Refused(NO_ADDRESS)
    try:
        _judge(urls.respond(url, body))
    except (OSError, HTTPException, SlackClientError) as error:
        raise Refused(_how_far(error)) from error


def send(urls: Urls, url: str, content: bytes) -> None:
    """Send a file's bytes. Raises Refused."""
    try:
        _judge(urls.send(url, content))
    except (OSError, HTTPException) as error:
        raise Refused(_how_far(error)) from error


def _judge(reply: Reply) -> None:
    if reply.status == 429:
        raise Refused("ratelimited", _seconds(reply.headers))
    if reply.status != 200:
        said = re.search(r"\b[a-z]+(?:_[a-z]+)+\b", reply.body[:1_000])
        raise Refused(said[0][:60] if said else f"HTTP {reply.status}")


def _refused(error: SlackApiError) -> Refused:
    """Slack's own word for the refusal; the SDK puts whole pages there when the answer was no JSON."""
    status = getattr(error.response, "status_code", 200)
    word = str(error.response.get("error"))
    code = word if re.fullmatch("[a-z_]{1,60}", word) else "service_unavailable"
    needed = str(error.response.get("needed") or "")[:60]
    headers = getattr(error.response, "headers", {})
    return Refused("ratelimited" if status == 429 else code, _seconds(headers), needed)


def _how_far(error: Exception) -> str:
    """Whether a request that failed had left us at all."""
    reason = getattr(error, "reason", error)
    return UNSENT if isinstance(reason, ConnectionRefusedError | gaierror) else UNREACHABLE


def _seconds(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, whatever its case; None when it is absent or no number."""
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), "")
    return float(value) if value.isdigit() else None
