"""Tells channels unasked of what is new or worse, each once at most, and keeps the messages up to date."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.command import Desk
from handlers.digests.schedules import channels_of
from handlers.outcome import Outcome
from handlers.outcome import Problem as Trouble
from handlers.problems.claims import claim_news, release, spend, unspend
from handlers.problems.model import LEDGERS, Ledger, Post, Problem, ledger_key
from handlers.problems.news import latest_post, news, post_of, rises
from handlers.question import Place
from handlers.render.message import Message
from handlers.render.problem import fingerprint, post_message, post_page, worse_message
from handlers.threads.memory import about

logger = logging.getLogger(__name__)


def tell(cluster: str, desk: Desk) -> None:
    """Tell every channel with a digest of the cluster what it has not been told. Raises StoreError."""
    for channel in channels_of(desk.store, desk.fixed_digests, cluster):
        heard = news(ledger_of(cluster, desk), channel, desk.now())
        if heard.new:
            _tell_new(heard.new, cluster, channel, desk)
        if heard.worse:
            _tell_worse(heard.worse, cluster, channel, desk)


def ledger_of(cluster: str, desk: Desk) -> Ledger:
    """What is known of the cluster's problems. Raises StoreError."""
    return LEDGERS.get(desk.store, ledger_key(cluster)) or Ledger()


def refresh(cluster: str, desk: Desk) -> None:
    """Edit each message that no longer says how things stand. Raises StoreError.

    The edit comes before it is remembered: an edit made twice is none too many.
    """
    ledger = ledger_of(cluster, desk)
    for post in ledger.posts:
        now = desk.now()
        shown = fingerprint(post_page(cluster, post, ledger, now))
        if shown == post.shown:
            continue
        outcome = desk.chat.edit(post.channel, post.ts, post_message(cluster, post, ledger, now))
        if outcome:
            _change_post(post, replace(post, shown=shown), cluster, desk)
        elif outcome.problem in (Trouble.GONE, Trouble.CHANNEL):
            _change_post(post, None, cluster, desk)
        elif outcome.problem in (Trouble.LIMITED, Trouble.TOKEN, Trouble.SCOPE):
            return  # the others would wait as long, and for nothing


def _tell_new(problems: Sequence[Problem], cluster: str, channel: str, desk: Desk) -> None:
    """One message for all that are new; without one left today, they join the last."""
    mine, claims = _claimed(problems, cluster, channel, "new", desk)
    if not mine:
        return
    now = desk.now()
    told = {problem.id: problem.rose for problem in mine}
    if not spend(desk.store, channel, now, desk.unasked_per_day):
        return _join(told, cluster, channel, desk)
    post = Post(channel=channel, ts="", at=now, told=told)
    ledger = ledger_of(cluster, desk)
    message = post_message(cluster, post, ledger, now)
    outcome = _say(Place(channel=channel, user="", response_url=""), message, desk)
    if outcome.ts:
        shown = fingerprint(post_page(cluster, post, ledger, now))
        stands = replace(post, ts=outcome.ts, shown=shown)
        _change(cluster, desk, lambda ledger: replace(ledger, posts=(*ledger.posts, stands)))
        about(desk.store, channel, outcome.ts, cluster)
    elif _stands_nowhere(outcome):
        _take_back(claims, channel, now, outcome, desk)


def _tell_worse(problems: Sequence[Problem], cluster: str, channel: str, desk: Desk) -> None:
    """One reply below the worst one's message, shown in the channel; without one left, the edits must do."""
    mine, claims = _claimed(problems, cluster, channel, "worse", desk)
    post = post_of(ledger_of(cluster, desk), channel, mine[0].id) if mine else None
    if post is None:
        return
    now = desk.now()
    if spend(desk.store, channel, now, desk.unasked_per_day):
        place = Place(channel=channel, user="", response_url="", thread_ts=post.ts, broadcast=True)
        outcome = _say(place, worse_message(cluster, mine), desk)
        if _stands_nowhere(outcome):
            return _take_back(claims, channel, now, outcome, desk)
    rose = {problem.id: problem.rose for problem in mine}

    def told(ledger: Ledger) -> Ledger:
        return replace(ledger, posts=tuple(_told(post, channel, rose) for post in ledger.posts))

    _change(cluster, desk, told)


def _told(post: Post, channel: str, rose: Mapping[str, datetime]) -> Post:
    if post.channel != channel:
        return post
    return replace(post, told={id: max(at, rose.get(id, at)) for id, at in post.told.items()})


def _claimed(
    problems: Sequence[Problem], cluster: str, channel: str, kind: str, desk: Desk
) -> tuple[list[Problem], tuple[str, ...]]:
    """Those whose telling is this call's, and the claims."""
    claims = {rose: claim_news(desk.store, cluster, channel, kind, rose) for rose in rises(problems)}
    return [p for p in problems if claims[p.rose]], tuple(claim for claim in claims.values() if claim)


def _say(place: Place, message: Message, desk: Desk) -> Outcome:
    return desk.chat.at(place).finish(message)


def _stands_nowhere(outcome: Outcome) -> bool:
    """Whether the message certainly reached nobody, so that it may be tried again."""
    return outcome.problem not in (None, Trouble.UNSURE)


def _take_back(claims: Iterable[str], channel: str, then: datetime, outcome: Outcome, desk: Desk) -> None:
    """Leave it to the next look."""
    logger.warning("%s is not told of a problem yet: %s", channel, outcome.code)
    release(desk.store, claims)
    unspend(desk.store, channel, then)


def _join(told: Mapping[str, datetime], cluster: str, channel: str, desk: Desk) -> None:
    """Let the channel's last message tell of them too, which no one is notified of."""

    def join(ledger: Ledger) -> Ledger:
        last = latest_post(ledger, channel, desk.now())
        if last is None:
            return ledger
        grown = replace(last, told={**last.told, **told}, added=(*last.added, *told))
        return replace(ledger, posts=tuple(grown if post is last else post for post in ledger.posts))

    logger.info("%s has no unasked message left: %d problems go into the last", channel, len(told))
    _change(cluster, desk, join)


def _change_post(old: Post, new: Post | None, cluster: str, desk: Desk) -> None:
    """Replace one message by what is known of it now, unless it was changed meanwhile; None forgets it."""

    def change(ledger: Ledger) -> Ledger:
        posts = (new if post == old else post for post in ledger.posts)
        return replace(ledger, posts=tuple(post for post in posts if post is not None))

    _change(cluster, desk, change)


def _change(cluster: str, desk: Desk, change: Callable[[Ledger], Ledger]) -> Ledger:
    changed = LEDGERS.change(desk.store, ledger_key(cluster), lambda ledger: change(ledger or Ledger()))
    return changed or Ledger()
