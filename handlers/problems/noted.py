"""Notes on an answer about a cluster which of its problems somebody has taken on."""

import logging

from handlers.command import Desk
from handlers.problems.holds import standing
from handlers.render.answer import prefaced
from handlers.render.message import Message
from handlers.render.problem_list import standing_words
from handlers.store import StoreError

logger = logging.getLogger(__name__)


def noted(message: Message, cluster: str, desk: Desk) -> Message:
    """The message with a line about that; as it was where there is none, or the store does not tell."""
    try:
        words = standing_words(standing(desk.store, cluster, desk.now()))
    except StoreError as error:
        logger.warning("who has taken on problems of %s is not told: %s", cluster, error)
        return message
    return prefaced(message, words) if words else message
