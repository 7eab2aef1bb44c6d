"""Puts the bot together: Bolt, the words, the pool, the sweeps and the store. Nothing connects here."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from threading import Event

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context import BoltContext
from slack_sdk import WebClient

from bot.clusters import Cluster
from bot.options import UNASKED_PER_DAY
from bot.recorder import FreshRecorder
from bot.schedule import fixed
from bot.settings import Digest, SlackSettings
from bot.shelf import Shelf
from bot.slack import responder, web_client
from bot.sweeps import SharedSweeps
from bot.work import Acks, Inline, Pool
from checks.report import Report
from handlers import (
    again,
    audit,
    check_again,
    clusters,
    config,
    dns,
    doctor,
    health,
    help,
    limits,
    node,
    nodes,
    pending,
    round,
    status,
    subnets,
    use,
    webhooks,
    why,
)
from handlers.budget import Budget
from handlers.chat import Chat
from handlers.command import Book, Desk
from handlers.digests import word as digest
from handlers.dispatch import register
from handlers.gate.groups import Groups
from handlers.gate.keeper import Keeper, Workspace
from handlers.gate.rules import Rule
from handlers.history import samples
from handlers.history.word import WORD as HISTORY
from handlers.home import home
from handlers.pages import Pages
from handlers.problems import follow, tend
from handlers.problems.clicks import CLICKS as PROBLEM_CLICKS
from handlers.problems.dialog import FORM as SILENCE_FORM
from handlers.problems.words import ACK, SILENCE
from handlers.store import Store, StoreError
from handlers.threads import changed, diagnose, evidence, handoff, more, outline, wrong
from handlers.watch.round import TIMER as WATCH_TIMER
from handlers.watch.round import follow as watched
from handlers.watch.word import CLICK as WATCH_STOP
from handlers.watch.word import WORD as WATCH
from handlers.work import Busy, Vitals

logger = logging.getLogger(__name__)

WORDS = (
    status.WORD,
    pending.WORD,
    why.WORD,
    nodes.WORD,
    node.WORD,
    subnets.WORD,
    limits.WORD,
    dns.WORD,
    webhooks.WORD,
    health.WORD,
    config.WORD,
    again.WORD,
    changed.WORD,
    evidence.WORD,
    handoff.WORD,
    WATCH,
    HISTORY,
    digest.WORD,
    ACK,
    SILENCE,
    audit.WORD,
    clusters.WORD,
    use.WORD,
    doctor.WORD,
    help.WORD,
)
CLICKS = (
    check_again.CLICK,
    evidence.CLICK,
    more.CLICK,
    *PROBLEM_CLICKS,
    WATCH_STOP,
    *home.CLICKS,
    *digest.CLICKS,
)
EVENTS = (home.EVENT,)
SHORTCUTS = (diagnose.SHORTCUT,)
FORMS = (digest.FORM, wrong.FORM, SILENCE_FORM)
TIMERS = (round.TIMER, tend.TIMER, WATCH_TIMER)
AFTER = (outline.keep, samples.keep, follow.follow, watched)
BOOK = Book(
    words=WORDS, clicks=CLICKS, forms=FORMS, shortcuts=SHORTCUTS, events=EVENTS, timers=TIMERS, after=AFTER
)
"""What the bot answers to: something new is one file in handlers and one name here.

The first word is the default.
"""

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

    def stop(self, grace_s: float = GRACE_S) -> None:
        """Take nothing more, let what runs finish, and let the rest say in its message that it did not."""
        finished = self.pool.stop(grace_s)
        self.stopping.set()  # nobody waits for Slack's permission any longer
        self.sweeps.stop()
        if not finished:
            self.pool.stop(grace_s / 4)
        self.pool.close()
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
    web = web_client(slack)
    stopping = Event()
    acks = Acks()
    pool = Pool(acks)
    shelf = Shelf(store, now)
    sweeps = SharedSweeps(known, shelf, now, sure=default)
    chat = Chat(web, responder(slack), edits=Budget(time.monotonic), wait=partial(_wait, stopping))
    desk = Desk(
        chat=chat,
        sweeps=sweeps,
        deliveries=shelf,
        store=store,
        book=BOOK,
        pages=Pages(now),
        now=now,
        vitals=partial(vitals_of, store),
        recorder=FreshRecorder(known),
        gate=Keeper(rules, Groups(web, time.monotonic), Workspace(web), store, now),
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
    )


def _tell_on(pool: Pool, desk: Desk, report: Report) -> None:
    """Let the book's ``after`` have a report, each on its own, in the pool."""
    for after in desk.book.after:
        try:
            pool.submit(partial(after, report, desk), lambda reference: None)
        except Busy as error:
            logger.warning("a report of %s is not passed on: %s", report.cluster, error)


def vitals_of(store: Store) -> Vitals:
    """How the bot is; the store is asked for something, to see whether it answers."""
    fault = ""
    try:
        store.get("cilium:doctor")
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
