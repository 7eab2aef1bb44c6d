"""`cilium-bot run`: check the settings, connect to Slack, serve until SIGTERM, end without losing work."""

import logging
import os
import secrets
import signal
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from threading import Event
from urllib.parse import unquote, urlsplit

from slack_sdk.errors import SlackApiError, SlackClientError

from bot import logs
from bot.app import EVERY_S, Bot, build_app
from bot.arenas import few_arenas
from bot.clockwork import Clockwork
from bot.clusters import Cluster, reached, recorded, several
from bot.discovery import discovered
from bot.doors import CannotServe, Door, HttpDoor, SocketDoor
from bot.health import Absence, HealthServer, TextPage
from bot.schedule import Timetable, read_digests
from bot.settings import RunSettings, Secret, SettingsError, SlackSettings, read_run
from bot.store import MemoryStore
from handlers.store import Store

__all__ = ["CannotServe", "Door", "HttpDoor", "SocketDoor", "open_store", "run", "serve"]

logger = logging.getLogger(__name__)

NAMES_SHOWN = 5
LOOK_S = 0.5
AWS_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def serve(given: Mapping[str, str], recording: Path | None) -> int:
    """Serve Slack until SIGTERM or SIGINT; 0 at the end. Raises SettingsError, SourceError, CannotServe."""
    settings = read_run(given, recording, read_digests)
    logs.configure(_secrets(settings, os.environ), form=settings.log)
    few_arenas()
    clusters = _clusters(settings)
    faults = _strange_digests(settings, [cluster.name for cluster in clusters])
    if faults:
        raise SettingsError(faults)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(settings, clusters, open_store(settings.redis_url), stop)
    return 0


def _clusters(settings: RunSettings) -> tuple[Cluster, ...]:
    """The clusters to speak of. Raises SourceError, CannotServe."""
    if settings.recording is not None:
        return (recorded(settings.recording),)
    if settings.clusters is None:
        return (reached(settings.access),)
    found = several(discovered(settings.clusters.named, settings.clusters.searches))
    if not found:
        raise CannotServe("CILIUM_BOT_CLUSTERS: EKS lists no cluster, and the file names none")
    return found


def _strange_digests(settings: RunSettings, names: Sequence[str]) -> list[str]:
    """Digests of no cluster that the bot looks at; of several clusters one must be named."""
    of = {digest.cluster for digest in settings.digests}
    known = ", ".join(names[:NAMES_SHOWN]) + (" …" if len(names) > NAMES_SHOWN else "")
    strangers = sorted(name for name in of if name is not None and name not in names)
    faults = [f"CILIUM_BOT_DIGESTS: this bot looks at {known}, and not at {name!r}" for name in strangers]
    if None in of and len(names) > 1:
        faults.append(f"CILIUM_BOT_DIGESTS: cluster is missing: this bot looks at {known}")
    return faults


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
    timetable = Timetable(bot.desk, secrets.token_hex(8), count=bot.tally.digest)
    clockwork = Clockwork(bot.desk.book.timers, bot.desk)
    health = _health(settings.metrics_port, bot, doors)
    try:
        for door in doors:
            door.open(stop)
        timetable.start()
        clockwork.start()
        logger.info("serving %s", ", ".join(cluster.name for cluster in clusters))
        ready(doors)
        await_end(stop)
        logger.info("stopping")
    finally:
        for door in doors:  # first: what Slack sends from now on is for another replica
            door.close()
        clockwork.stop()
        timetable.stop()
        bot.stop()
        if health is not None:
            health.stop()


def await_end(stop: Event) -> None:
    """Return soon after ``stop`` is set, by a signal's handler too.

    A handler runs in this thread alone, and only a signal that the kernel gives to this thread ends a wait
    without a limit: one that another thread gets, which is as good, would be forgotten until the process is
    killed. https://docs.python.org/3/library/signal.html#signals-and-threads
    """
    while not stop.wait(LOOK_S):
        pass


def _doors(bot: Bot, slack: SlackSettings) -> tuple[Door, ...]:
    doors: list[Door] = []
    if slack.app_token is not None:
        doors.append(SocketDoor(bot, slack))
    if slack.http_port is not None:
        doors.append(HttpDoor(bot, slack.http_port))
    return tuple(doors)


def _health(port: int | None, bot: Bot, doors: Sequence[Door]) -> HealthServer | None:
    """Ready when a command would be served; alive as long as no new start would mend anything.

    Slack being away is no reason to restart; a socket that stays away although Slack is there is one, and a
    pool in which nothing moves.
    """
    if port is None:
        return None
    from bot.metrics import CONTENT_TYPE, Metrics  # its library takes a while to import

    def connected() -> bool:
        return all(door.is_open() for door in doors)

    absence = Absence(connected, lambda: _reached(bot))
    try:
        server = HealthServer(
            port,
            alive=lambda: {"pool": bot.pool.alive and not bot.pool.stuck, "slack": absence.is_over()},
            ready=lambda: {
                "pool": bot.pool.alive,
                "slack": connected(),
                "token": not bot.desk.chat.fault,
            },
            metrics=TextPage(CONTENT_TYPE, Metrics(bot, connected).page),
        )
    except OSError as error:
        raise CannotServe(f"CILIUM_BOT_METRICS_PORT {port} cannot be used: {error.strerror}") from error
    server.start()
    return server


def _reached(bot: Bot) -> bool:
    """Whether Slack answers; https://docs.slack.dev/reference/methods/api.test."""
    try:
        bot.web.api_call("api.test")
    except SlackApiError as error:
        return bool(error.response.status_code < 500)
    except (OSError, HTTPException, SlackClientError):
        return False
    return True


def _secrets(settings: RunSettings, environ: Mapping[str, str]) -> list[str]:
    """What must not be logged and has no shape by which it would be known."""
    slack = settings.slack
    own = (slack.bot_token, slack.app_token, slack.signing_secret, settings.redis_url)
    known = [secret.reveal() for secret in own if secret is not None]
    if settings.redis_url is not None:
        password = urlsplit(settings.redis_url.reveal()).password
        known += [password, unquote(password)] if password else []
    return [*known, *(environ[name] for name in AWS_SECRETS if environ.get(name))]
