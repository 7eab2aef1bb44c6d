"""How Slack comes in: a socket that we open, or a port that it posts to; each closes without losing work."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from threading import Event
from typing import Protocol

import msgspec
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError, SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot import logs
from bot.app import Bot
from bot.settings import SlackSettings
from bot.slack import DEAD, is_near
from bot.web import SlackServer
from bot.work import Acks

logger = logging.getLogger(__name__)

PING_S = 3  # a connection that is dead is noticed after some five of them
LAST_READ_S = 0.05
SOCKET_WORKERS = 64  # each waits for one ack
LONGEST_PAUSE_S = 60.0
FAREWELL_S = 2.0  # for the acks that are owed, and again for Slack's own farewell
LOOK_S = 0.01
GOING_AWAY = b"\x88\x82\0\0\0\0" + (1001).to_bytes(2, "big")  # a close frame, its mask of zeros


class CannotServe(Exception):
    """Something that no waiting makes good; the text is one line for the operator."""


class _Frame(msgspec.Struct, frozen=True):
    """A message of the socket, as far as it tells that the connection ends."""

    type: str = ""

    @property
    def ends(self) -> bool:
        """Whether it is Slack's notice; https://docs.slack.dev/apis/events-api/using-socket-mode."""
        return self.type == "disconnect"


# A struct's first use in two threads is not safe, so it is now.
msgspec.json.Decoder(_Frame)


class Door(Protocol):
    """One way that Slack comes in."""

    def open(self, stop: Event) -> None:
        """Let Slack in, trying again until it works or ``stop`` is set. Raises CannotServe."""
        ...

    def is_open(self) -> bool:
        """Whether a command would reach us."""
        ...

    def close(self) -> None:
        """Let nothing more in; what came in is still acked."""
        ...


@dataclass(slots=True)
class SocketDoor:
    """Socket Mode: a connection that we make, and make again whenever it ends."""

    bot: Bot
    slack: SlackSettings
    handler: SocketModeHandler | None = field(default=None, init=False)

    def open(self, stop: Event) -> None:
        """See Door."""
        self.bot.pool.start()
        token = self.slack.app_token.reveal() if self.slack.app_token else ""
        self.handler = SocketModeHandler(
            self.bot.app,
            token,
            web_client=self.bot.web,
            concurrency=SOCKET_WORKERS,
            ping_interval=PING_S,
            receive_buffer_size=16_384,
        )
        self.handler.client.on_message_listeners.append(partial(_hurry, self.handler.client))
        self.handler.client.socket_mode_request_listeners = [counted(self.bot.acks, self.handler)]
        if is_near(self.slack.api_url):
            self.handler.client.proxy = None
        pause_s = 1.0
        while not stop.is_set():
            try:
                return self.handler.client.connect()
            except SlackApiError as error:
                code = str(error.response.get("error"))
                self.bot.tally.refused(code)
                if code in DEAD:
                    raise CannotServe(f"Slack refuses SLACK_APP_TOKEN: {code}") from error
                logger.warning("Slack gives no socket: %s", code[:60])
            except (OSError, HTTPException, SlackClientError) as error:
                logger.warning("Slack is not reached: %s", type(error).__name__)
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def is_open(self) -> bool:
        """See Door."""
        return self.handler is not None and bool(self.handler.client.is_connected())

    def close(self) -> None:
        """See Door. Another replica gets what Slack sends from now on.

        By itself the client would drop what it has read and not begun, and cut the connection, so that what
        was on its way is lost. So the acks that are owed go out first, then the farewell of
        RFC 6455, 5.5.1, until Slack's own comes, which ends what it sends.
        """
        if self.handler is None:
            return
        client, session = self.handler.client, self.handler.client.current_session
        client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False
        _until(lambda: client.message_queue.empty() and self.bot.acks.quiet(LOOK_S))
        if session is not None:
            with suppress(OSError), session.sock_send_lock:
                if session.sock is not None:
                    session.sock.sendall(GOING_AWAY)
            _until(lambda: not session.is_active())
        _until(client.message_queue.empty)
        client.close()


def _hurry(client: SocketModeClient, message: str) -> None:
    """Slack ends this connection soon: let go of it as soon as the next one stands.

    The client waits for the read that is under way, up to three seconds, and reads nothing of the next
    connection meanwhile: what Slack sends there would be acked too late.
    """
    session = client.current_session
    sock = session.sock if session is not None else None
    if sock is not None and '"disconnect"' in message and msgspec.json.decode(message, type=_Frame).ends:
        sock.settimeout(LAST_READ_S)


def _until(done: Callable[[], bool]) -> None:
    """Return when it is done, or after FAREWELL_S."""
    until = time.monotonic() + FAREWELL_S
    while not done() and time.monotonic() < until:
        time.sleep(LOOK_S)


def counted(
    acks: Acks, handler: SocketModeHandler
) -> Callable[[BaseSocketModeClient, SocketModeRequest], None]:
    """The handler's own listener, known to those who stand back for acks."""

    def handle(_: BaseSocketModeClient, request: SocketModeRequest) -> None:
        with acks, logs.request():
            try:
                handler.handle(handler.client, request)
            except SlackClientNotConnectedError:  # its work was handed over: the answer comes all the same
                logger.warning("an ack came too late for its connection")

    return handle


@dataclass(slots=True)
class HttpDoor:
    """Signed HTTP: a port that Slack posts to."""

    bot: Bot
    port: int
    server: SlackServer | None = field(default=None, init=False)

    def open(self, stop: Event) -> None:
        """See Door."""
        try:
            self.server = SlackServer(self.bot.app, self.bot.acks, self.port)
        except OSError as error:
            raise CannotServe(f"CILIUM_BOT_HTTP_PORT {self.port} cannot be used: {error.strerror}") from error
        self.bot.pool.start()
        self.server.start()

    def is_open(self) -> bool:
        """See Door."""
        return self.server is not None

    def close(self) -> None:
        """See Door."""
        if self.server is not None:
            self.server.stop()
