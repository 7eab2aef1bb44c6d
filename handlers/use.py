"""`use NAME`: lets this channel's questions mean one cluster when they name none."""

import logging
from collections.abc import Mapping
from functools import partial

from handlers.choose import choose
from handlers.command import Desk, Event, Task, Word
from handlers.outcome import Outcome
from handlers.own import Own, forget_own, keep_own, own_of
from handlers.question import Question
from handlers.render.blocks import error_blocks
from handlers.render.clusters import own_message
from handlers.render.message import Message
from handlers.rights import Right
from handlers.store import StoreError

logger = logging.getLogger(__name__)

NONE = "none"


def _begin(question: Question, desk: Desk) -> Message | Task:
    said = question.others[:1]
    if not said:
        return partial(_tell, question, desk)
    if said[0].lower() == NONE and NONE not in desk.sweeps.names:
        return partial(_settle, None, question, desk)
    cluster = choose(said, desk.sweeps.names, sure=False)
    return cluster if isinstance(cluster, Message) else partial(_settle, cluster, question, desk)


def _tell(question: Question, desk: Desk) -> None:
    """Say which cluster is meant here."""
    if desk.deliveries.first(question.delivery):
        try:
            own = own_of(desk.store, question.place.channel)
        except StoreError as error:
            _say(_away("Which cluster is meant here is not known now.", error), question, desk)
        else:
            _say(own_message(own, desk.sweeps.names, sure=desk.sweeps.sure), question, desk)


def _settle(cluster: str | None, question: Question, desk: Desk) -> None:
    """Let this channel mean the cluster, or none of its own; everybody in it is told."""
    if not desk.deliveries.first(question.delivery):
        return
    place = question.place
    own = Own(cluster=cluster, by=place.user, at=desk.now()) if cluster else None
    try:
        if own is None:
            forget_own(desk.store, place.channel)
        else:
            keep_own(desk.store, place.channel, own)
    except StoreError as error:
        _say(_away("Nothing was changed.", error), question, desk)
    else:
        _say(own_message(own, desk.sweeps.names, sure=desk.sweeps.sure), question, desk)


def _away(title: str, error: StoreError) -> Message:
    logger.warning("a channel's own cluster: %s", error)
    return error_blocks(title, "My store does not answer; ask again in a minute.")


def _say(message: Message, question: Question, desk: Desk) -> Outcome:
    return desk.chat.at(question.place).finish(message)


def _moved(body: Mapping[str, object], desk: Desk) -> Task | None:
    """A channel got another id, as sharing it with another workspace does: its cluster goes with it.

    https://docs.slack.dev/reference/events/channel_id_changed
    """
    event = body.get("event")
    if not isinstance(event, Mapping):
        return None
    old, new = event.get("old_channel_id"), event.get("new_channel_id")
    return partial(_move, str(old), str(new), desk) if old and new else None


def _move(old: str, new: str, desk: Desk) -> None:
    try:
        own = own_of(desk.store, old)
        if own is not None:
            keep_own(desk.store, new, own)
            forget_own(desk.store, old)
    except StoreError as error:
        logger.warning("the own cluster of %s is not taken along to %s: %s", old, new, error)


EVENT = Event(kind="channel_id_changed", begin=_moved)
WORD = Word(
    word="use",
    usage="use NAME",
    about="lets questions in this channel mean that cluster when they name none; `use none` undoes it",
    begin=_begin,
    again=False,
    right_of=lambda others: Right.SCHEDULE if others else Right.READ,
)
