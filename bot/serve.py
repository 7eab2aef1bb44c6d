"""`cilium-bot run`: check the settings, connect to Slack, serve until SIGTERM, end without losing work."""

import logging
import secrets
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from threading import Event
from typing import Protocol

from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot import logs
from bot.app import EVERY_S, Bot, build_app
from bot.clockwork import Clockwork
from bot.clusters import Cluster, reached, recorded
from bot.health import HealthServer
from bot.schedule import Timetable, read_digests
from bot.settings import RunSettings, Secret, SettingsError, SlackSettings, read_run
from bot.slack import DEAD, is_near
from bot.store import MemoryStore
from bot.web import SlackServer
from bot.work import Acks
from handlers.store import Store

logger = logging.getLogger(__name__)

SOCKET_WORKERS = 64  # each waits for one ack
LONGEST_PAUSE_S = 60.0


class CannotServe(Exception):
    """Something that no waiting makes good; the text is one line for the operator."""


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
            receive_buffer_size=16_384,
        )
        self.handler.client.socket_mode_request_listeners = [counted(self.bot.acks, self.handler)]
        if is_near(self.slack.api_url):
            self.handler.client.proxy = None
        pause_s = 1.0
        while not stop.is_set():
            try:
                return self.handler.client.connect()
            except SlackApiError as error:
                code = str(error.response.get("error"))
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
        """See Door. Another replica gets what Slack sends from now on."""
        if self.handler is not None:
            self.handler.client.close()


def counted(
    acks: Acks, handler: SocketModeHandler
) -> Callable[[BaseSocketModeClient, SocketModeRequest], None]:
    """The handler's own listener, known to those who stand back for acks."""

    def handle(_: BaseSocketModeClient, request: SocketModeRequest) -> None:
        with acks:
            handler.handle(handler.client, request)

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


def serve(given: Mapping[str, str], recording: Path | None) -> int:
    """Serve Slack until SIGTERM or SIGINT; 0 at the end. Raises SettingsError, SourceError, CannotServe."""
    settings = read_run(given, recording, read_digests)
    logs.configure(secret.reveal() for secret in _secrets(settings))
    cluster = reached(settings.access) if recording is None else recorded(recording)
    strangers = {digest.cluster for digest in settings.digests} - {None, cluster.name}
    if strangers:
        raise SettingsError(
            [f"CILIUM_BOT_DIGESTS: this bot looks at {cluster.name!r} and at no other cluster"]
        )
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(settings, (cluster,), open_store(settings.redis_url), stop)
    return 0


def open_store(redis_url: Secret | None) -> Store:
    """Redis where its address is given, else the memory of this process."""
    if redis_url is None:
        return MemoryStore()
    from bot.store_redis import connect

    return connect(redis_url)


def run(
    settings: RunSettings,
    clusters: Sequence[Cluster],
    store: Store,
    stop: Event,
    *,
    every_s: float = EVERY_S,
    ready: Callable[[Sequence[Door]], None] = lambda doors: None,
) -> None:
    """Serve until ``stop`` is set; ``ready`` is told once Slack was let in. Raises CannotServe."""
    bot = build_app(
        settings.slack,
        clusters,
        store,
        every_s=every_s,
        digests=settings.digests,
        rules=settings.rules,
        unasked_per_day=settings.unasked_per_day,
        pictures=settings.pictures,
    )
    doors = _doors(bot, settings.slack)
    timetable = Timetable(bot.desk, secrets.token_hex(8))
    clockwork = Clockwork(bot.desk.book.timers, bot.desk)
    health = _health(settings.metrics_port, bot, doors)
    try:
        for door in doors:
            door.open(stop)
        timetable.start()
        clockwork.start()
        logger.info("serving %s", ", ".join(cluster.name for cluster in clusters))
        ready(doors)
        stop.wait()
        logger.info("stopping")
    finally:
        timetable.stop()
        clockwork.stop()
        for door in doors:
            door.close()
        bot.stop()
        if health is not None:
            health.stop()


def _doors(bot: Bot, slack: SlackSettings) -> tuple[Door, ...]:
    doors: list[Door] = []
    if slack.app_token is not None:
        doors.append(SocketDoor(bot, slack))
    if slack.http_port is not None:
        doors.append(HttpDoor(bot, slack.http_port))
    return tuple(doors)


def _health(port: int | None, bot: Bot, doors: Sequence[Door]) -> HealthServer | None:
    """Ready when a command would be served; alive as long as the pool takes work.

    A socket that is away makes us not ready, and no more: Slack being away is no reason to restart.
    """
    if port is None:
        return None
    try:
        server = HealthServer(
            port,
            alive=lambda: {"pool": bot.pool.alive},
            ready=lambda: {"pool": bot.pool.alive, "slack": all(door.is_open() for door in doors)},
        )
    except OSError as error:
        raise CannotServe(f"CILIUM_BOT_METRICS_PORT {port} cannot be used: {error.strerror}") from error
    server.start()
    return server


def _secrets(settings: RunSettings) -> list[Secret]:
    slack = settings.slack
    everything = (slack.bot_token, slack.app_token, slack.signing_secret, settings.redis_url)
    return [secret for secret in everything if secret is not None]
