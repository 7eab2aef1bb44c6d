"""Two ways to bring a payload to the app and its ack back: an open socket, or a signed POST."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlencode, urlsplit

from bot.standin.sockets import Sockets

Kind = Literal["slash_commands", "interactive", "events_api"]
Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back: after how many seconds, what it said, or why none counted.

    ``error`` is None for an ack, else timeout, connection_failed, or http_error with its ``status``.
    """

    seconds: float
    body: object = None
    error: str | None = None
    status: int = 200
    no_retry: bool = False


class Carrier(Protocol):
    """A way to the app."""

    def deliver(self, kind: Kind, payload: Payload, patience_s: float, attempt: int = 0) -> Ack:
        """Deliver once and wait for the ack; ``attempt`` counts redeliveries of an event."""
        ...


@dataclass(frozen=True, slots=True)
class BySocket:
    """Socket Mode: whichever connection comes next."""

    sockets: Sockets

    def deliver(self, kind: Kind, payload: Payload, patience_s: float, attempt: int = 0) -> Ack:
        """See Carrier."""
        began = time.monotonic()
        envelope = self.sockets.send(kind, payload, answers=kind != "events_api", attempt=attempt)
        if envelope is None:
            return Ack(0.0, error="connection_failed")
        acked = self.sockets.wait(envelope, patience_s)
        seconds = time.monotonic() - began
        return Ack(seconds, envelope.answer) if acked else Ack(seconds, error="timeout")


@dataclass(frozen=True, slots=True)
class ByHttp:
    """Signed HTTP to a request URL."""

    url: str
    secret: str
    clock: Callable[[], float]

    def deliver(self, kind: Kind, payload: Payload, patience_s: float, attempt: int = 0) -> Ack:
        """See Carrier."""
        content, body = encode(kind, payload)
        headers = {"Content-Type": content, **signed(self.secret, body, int(self.clock()))}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"}
        parts = urlsplit(self.url)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=patience_s)
        began = time.monotonic()
        try:
            line.request("POST", parts.path or "/", body, headers)
            answer = line.getresponse()
            said = answer.read()
        except TimeoutError:
            return Ack(time.monotonic() - began, error="timeout")
        except (OSError, http.client.HTTPException):
            return Ack(time.monotonic() - began, error="connection_failed")
        finally:
            line.close()
        seconds = time.monotonic() - began
        if answer.status != 200:
            no_retry = answer.getheader("X-Slack-No-Retry") == "1"
            return Ack(seconds, error="http_error", status=answer.status, no_retry=no_retry)
        return Ack(seconds, decode(said, answer.getheader("Content-Type", "")))


def signed(secret: str, body: bytes, at: int) -> dict[str, str]:
    """The two headers of a signed request (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    base = b"v0:%d:" % at + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def encode(kind: Kind, payload: Payload) -> tuple[str, bytes]:
    """Content type and body: commands are forms, interactions a form with one field, events JSON."""
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


def decode(said: bytes, content: str) -> object:
    """What an ack's body says: JSON, text, or None for nothing."""
    text = said.decode(errors="replace")
    if not text.strip():
        return None
    if "json" in content.lower():
        try:
            decoded: object = json.loads(text)
        except ValueError:
            return text
        return decoded
    return text
