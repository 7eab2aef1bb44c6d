"""Puts the bot together: Bolt, the words, the pool, the sweeps and the store. Nothing connects here."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from threading import Event

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context import BoltContext
from slack_sdk import WebClient

from bot.book import BOOK
from bot.clusters import Cluster
from bot.options import UNASKED_PER_DAY
from bot.recorder import FreshRecorder
from bot.schedule import fixed
from bot.settings import Digest, SlackSettings
from bot.shelf import Shelf
from bot.slack import responder, web_client
from bot.sweeps import SharedSweeps
from bot.tally import TalliedUrls, TalliedWeb, Tally, tallied
from bot.work import Acks, Inline, Pool
from checks.report import Report
from handlers.budget import Budget
from handlers.chat import Chat
from handlers.command import Desk
from handlers.dispatch import register
from handlers.gate.groups import Groups
from handlers.gate.keeper import Keeper, Workspace
from handlers.gate.rules import Rule
from handlers.pages import Pages
from handlers.store import Store, StoreError
from handlers.underway import Underway
from handlers.work import Busy, Vitals

logger = logging.getLogger(__name__)

EVERY_S = 3.0  # between two edits of a message: the workspace has some 50 a minute for all of them
GRACE_S = 20.0


def utc_now() -> datetime:
    """The bot's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The bot's parts, wired."""

    app: App
    web: WebClient
    desk: Desk
    pool: Pool
    sweeps: SharedSweeps
    shelf: Shelf
    store: Store
    stopping: Event
    acks: Acks
    recorder: FreshRecorder
    tally: Tally

    def stop(self, grace_s: float = GRACE_S) -> None:
        """Take nothing more, let what runs finish, and let the rest say in its message that it did not."""
        finished = self.pool.stop(grace_s)
        self.stopping.set()  # nobody waits for Slack's permission any longer
        self.sweeps.stop()
        self.recorder.stop()
        if not finished:
            self.pool.stop(grace_s / 4)
        self.pool.close(grace_s / 4)
        self.store.close()


def build_app(
    slack: SlackSettings,
    known: Sequence[Cluster],
    store: Store,
    *,
    default: bool | None = None,
    every_s: float = EVERY_S,
    now: Callable[[], datetime] = utc_now,
    digests: Sequence[Digest] = (),
    rules: Sequence[Rule] = (),
    unasked_per_day: int = UNASKED_PER_DAY,
    pictures: bool = True,
) -> Bot:
    """The bot for these clusters. ``default``: the first is meant when none is named (if it is alone)."""
    web, tally = web_client(slack), Tally()
    told, urls = TalliedWeb(web, tally), TalliedUrls(responder(slack), tally)
    stopping = Event()
    acks = Acks()
    pool = Pool(acks)
    shelf = Shelf(store, now)
    recorder = FreshRecorder(known)
    sweeps = SharedSweeps([tallied(cluster, tally) for cluster in known], shelf, now, sure=default)
    underway = Underway(store, now)
    edits = Budget(time.monotonic)
    chat = Chat(told, urls, edits=edits, wait=partial(_wait, stopping), underway=underway)
    desk = Desk(
        chat=chat,
        sweeps=sweeps,
        deliveries=shelf,
        store=store,
        book=BOOK,
        pages=Pages(now),
        now=now,
        vitals=partial(vitals_of, store),
        recorder=recorder,
        gate=Keeper(rules, Groups(told, time.monotonic), Workspace(told), store, now),
        fixed_digests=fixed(digests),
        every_s=every_s,
        unasked_per_day=unasked_per_day,
        pictures=pictures,
    )
    sweeps.tell(partial(_tell_on, pool, desk))
    app = _bolt(slack)
    register(app, pool, desk)
    return Bot(
        app=app,
        web=web,
        desk=desk,
        pool=pool,
        sweeps=sweeps,
        shelf=shelf,
        store=store,
        stopping=stopping,
        acks=acks,
        recorder=recorder,
        tally=tally,
    )


def _tell_on(pool: Pool, desk: Desk, report: Report) -> None:
    """Let the book's ``after`` have a report, each on its own, in the pool."""
    for after in desk.book.after:
        try:
            pool.submit(partial(after, report, desk), lambda reference: None)
        except Busy as error:
            logger.warning("a report of %s is not passed on: %s", report.cluster, error)


def vitals_of(store: Store) -> Vitals:
    """How the bot is; something is kept, to see whether the store takes it: a full one still answers."""
    fault = ""
    try:
        store.put("cilium:doctor", b"1", timedelta(minutes=5))
    except StoreError as error:
        fault = str(error)
    return Vitals(version=version("cilium-bot"), shared_store=store.shared, store_fault=fault)


def _bolt(slack: SlackSettings) -> App:
    """A Bolt app that asks nobody for leave while a command waits for its ack."""

    def authorize(context: BoltContext) -> AuthorizeResult:
        # Bolt would call auth.test with the first command, whose ack would wait for it. One workspace has
        # installed this token, and requests are verified by signature or by the socket's own token.
        return AuthorizeResult(
            enterprise_id=context.enterprise_id, team_id=context.team_id, bot_token=slack.bot_token.reveal()
        )

    with _unset("SLACK_"):
        client = WebClient(base_url=slack.api_url, retry_handlers=[], headers={})
        secret = slack.signing_secret.reveal() if slack.signing_secret else ""
        return App(
            client=client,
            signing_secret=secret,
            authorize=authorize,
            listener_executor=Inline(),
            attaching_conversation_kwargs_enabled=False,
        )


@contextmanager
def _unset(prefix: str) -> Iterator[None]:
    """Hide variables from Bolt, which reads them behind our back.

    With SLACK_CLIENT_ID and SLACK_CLIENT_SECRET it would switch to OAuth and drop the bot's token.
    """
    hidden = {name: value for name, value in os.environ.items() if name.startswith(prefix)}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)


def _wait(stopping: Event, seconds: float) -> None:
    stopping.wait(seconds)
