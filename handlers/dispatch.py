"""Registers command, buttons and events with Bolt. A listener hands the work over and acks, nothing else."""

import logging
import re
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any  # what Bolt hands to a listener has no narrower type

from slack_bolt import Ack, App, BoltResponse

from handlers import check_again, help, mention
from handlers.command import Desk, Task
from handlers.question import Place, Question, parse
from handlers.render.blocks import error_blocks
from handlers.render.message import Message
from handlers.work import Busy, Work

logger = logging.getLogger(__name__)

COMMAND = re.compile(r"^/cilium(-[a-z0-9_-]+)?$")
DEFAULT_WORD = "status"
BROKE = "Something broke on my side."


def register(app: App, work: Work, desk: Desk) -> None:
    """Let Slack's commands, mentions and clicks reach the desk's words through the pool."""

    @app.command(COMMAND)
    def cilium(ack: Ack, command: dict[str, Any]) -> None:
        answer = command_answer(command, work, desk)
        ack(answer or "")  # the last statement: whatever raised after it would take the ack away

    @app.event("app_mention")
    @app.event("message")
    def said(ack: Ack, body: dict[str, Any]) -> None:
        event_answer(body, work, desk)
        ack()

    @app.action(check_again.ACTION_ID)
    def again(ack: Ack, body: dict[str, Any]) -> None:
        click_answer(body, work, desk)
        ack()

    @app.action(re.compile(".*"))
    def other(ack: Ack) -> None:
        ack()  # a link's button sends a click too

    @app.error
    def failed(error: Exception) -> BoltResponse:
        reference = secrets.token_hex(4)
        logger.error("a listener failed, reference %s", reference, exc_info=error)
        return BoltResponse(status=200, body=_private(error_blocks(BROKE, reference=reference)))


def command_answer(command: Mapping[str, object], work: Work, desk: Desk) -> dict[str, object]:
    """What the ack of a command carries: an answer, a refusal, or just that everybody sees the question."""
    question = parse(command)
    begun = _begin(question, desk)
    if isinstance(begun, Message):
        return _private(begun)
    refusal = _hand_over(begun, question.place, work, desk)
    if refusal is not None:
        return _private(refusal)
    return {} if question.place.quiet else {"response_type": "in_channel"}


def click_answer(body: Mapping[str, object], work: Work, desk: Desk) -> None:
    """Hand a click over; a refusal is told to whoever clicked."""
    begun, place = check_again.begin(body, desk)
    refusal = begun if isinstance(begun, Message) else _hand_over(begun, place, work, desk)
    if refusal is not None:
        work.aside(partial(desk.chat.whisper, place, refusal))


def event_answer(body: Mapping[str, object], work: Work, desk: Desk) -> None:
    """Hand over what was said to the bot; what was not said to it is passed over."""
    said = mention.heard(body)
    if said is None:
        return
    place = said.question.place
    refusal = _hand_over(partial(_reply, said, desk), place, work, desk)
    if refusal is not None:
        work.aside(partial(desk.chat.whisper, place, refusal))


def _reply(said: mention.Said, desk: Desk) -> None:
    """Answer once, however often it is delivered: each of its names is claimed."""
    if not all([desk.deliveries.first(delivery) for delivery in said.deliveries]):
        return
    begun = _begin(said.question, desk)
    if isinstance(begun, Message):
        desk.chat.at(said.question.place).finish(begun)
    else:
        begun()


def _begin(question: Question, desk: Desk) -> Message | Task:
    word = next((word for word in desk.words if word.word == (question.word or DEFAULT_WORD)), None)
    return help.unknown(question, desk.words) if word is None else word.begin(question, desk)


def _hand_over(task: Task, place: Place, work: Work, desk: Desk) -> Message | None:
    """Give the task to the pool; a message for the person when it has no room."""
    try:
        work.submit(
            task, lambda reference: desk.chat.whisper(place, error_blocks(BROKE, reference=reference))
        )
    except Busy as error:
        return error_blocks(str(error), "Nothing was started; ask again in a minute.")
    return None


def _private(message: Message) -> dict[str, object]:
    return {"response_type": "ephemeral", "text": message.text, "blocks": list(message.blocks)}
