"""`watch`: one message that follows the waiting pods until none waits or the time is up."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from handlers.answer import Kind, meant, own_cluster
from handlers.command import Click, Desk, Task, Word
from handlers.gestures import Clicked
from handlers.problems.terms import BadTerm, term
from handlers.question import Question
from handlers.render.blocks import error_blocks
from handlers.render.message import Message
from handlers.render.watch import STOP, End, watch_message
from handlers.store import StoreError
from handlers.threads.memory import NEW, recall
from handlers.watch.model import LONGEST, Full, Watch, add, check_room, watches
from handlers.watch.round import end

logger = logging.getLogger(__name__)

USUAL = timedelta(minutes=30)
KIND = Kind(word="watch")
SAYS = "`watch for 30m` and `watch CLUSTER for 2h` are such questions; two hours are the longest."
NOT_HERE = error_blocks(
    "I cannot follow here: this message cannot be edited.",
    "Ask without --quiet, in a channel that I am a member of.",
)
NOT_NOW = error_blocks("I follow nothing: Slack lets me post no more just now.", "Ask again in a minute.")
AWAY = "I cannot follow anything now: my store does not answer."


def _begin(question: Question, desk: Desk) -> Message | Task:
    """The task that starts; or at once, that the time cannot be used."""
    try:
        long, others = _timed(question.others)
    except BadTerm as error:
        return error_blocks(str(error), SAYS)
    if long > LONGEST:
        return error_blocks("That is longer than I follow.", SAYS)
    return partial(_start, long, replace(question, others=others), desk)


def _timed(others: Sequence[str]) -> tuple[timedelta, tuple[str, ...]]:
    """For how long, and the words besides. Raises BadTerm."""
    lower = [word.lower() for word in others]
    if "for" not in lower:
        return USUAL, tuple(others)
    place = lower.index("for")
    said = others[place + 1] if place + 1 < len(others) else ""
    return term(said), (*others[:place], *others[place + 2 :])


def _start(long: timedelta, question: Question, desk: Desk) -> None:
    """Post the message, keep the watch, and let a sweep begin: its report is the first that is seen."""
    place = question.place
    if not desk.deliveries.first(question.delivery):
        return
    asked = meant(KIND, question, desk, (recall(desk.store, place) or NEW).subject, own_cluster(place, desk))
    post = desk.chat.at(place)
    if isinstance(asked, Message):
        post.finish(asked)
        return
    now = desk.now()
    watch = Watch(
        cluster=asked.cluster, channel=place.channel, ts="", by=place.user, since=now, until=now + long
    )
    try:
        check_room(watches(desk.store), place.channel)
        outcome = post.finish(watch_message(watch))
        if outcome.ts:
            add(desk.store, replace(watch, channel=outcome.channel, ts=outcome.ts))
            desk.sweeps.join(watch.cluster)
        else:
            post.finish(NOT_NOW if outcome.how == "later" else NOT_HERE)
    except (Full, StoreError) as error:
        post.finish(_cannot(error))


def _cannot(error: Exception) -> Message:
    if isinstance(error, Full):
        return error_blocks(str(error), "Stop one of them first.")
    return error_blocks(AWAY, str(error))


def _stop(click: Clicked, desk: Desk) -> Task:
    return partial(_stopped, click, desk)


def _stopped(click: Clicked, desk: Desk) -> None:
    """End the watch of that message; one that ended already is left as it is."""
    channel, _, ts = click.value.partition("\n")
    if not desk.deliveries.first(click.delivery):
        return
    try:
        found = next((one for one in watches(desk.store) if one.id == (channel, ts)), None)
        if found is not None:
            end(found, End.STOPPED, desk)
        else:
            desk.chat.whisper(click.place, error_blocks("I follow this no longer.", "Ask for another watch."))
    except StoreError as error:
        desk.chat.whisper(click.place, error_blocks("The watch goes on.", str(error)))


WORD = Word(
    word="watch",
    usage="watch [for 30m]",
    about="follows the waiting pods in one message until none waits or the time is up",
    begin=_begin,
    again=False,
)
CLICK = Click(action=STOP, begin=_stop)
