"""`clusters`: whom the bot speaks for, and how each was at the last look. Nothing is swept for it."""

import logging
from functools import partial

from handlers.command import Desk, Task, Word
from handlers.own import own_of
from handlers.question import Question
from handlers.render.clusters import Looked, clusters_message, clusters_page
from handlers.render.message import Message
from handlers.store import StoreError

logger = logging.getLogger(__name__)


def _begin(question: Question, desk: Desk) -> Message | Task:
    return partial(_answer, question, desk)


def _answer(question: Question, desk: Desk) -> None:
    if not desk.deliveries.first(question.delivery):
        return
    seen = {name: desk.sweeps.last(name) for name in desk.sweeps.names}
    looked = [Looked(name, last.report, last.age_s) if last else Looked(name) for name, last in seen.items()]
    own = _own(question.place.channel, desk)
    desk.chat.at(question.place).finish(clusters_message(looked, sure=desk.sweeps.sure, own=own))


def _own(channel: str, desk: Desk) -> str:
    """The channel's own cluster; "" when it has none, and when the store does not tell."""
    try:
        own = own_of(desk.store, channel)
    except StoreError as error:
        logger.warning("the own cluster of %s is not told: %s", channel, error)
        return ""
    return own.cluster if own else ""


WORD = Word(
    word="clusters",
    usage="clusters",
    about="lists the clusters behind me and how each was at the last look",
    begin=_begin,
    page=lambda material: clusters_page([Looked(material.report.cluster, material.report)], sure=True),
    again=False,
)
