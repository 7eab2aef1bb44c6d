"""Registers what the book answers to with Bolt. A listener hands the work over and acks, nothing else."""

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any  # what Bolt hands to a listener has no narrower type

from slack_bolt import Ack, App, BoltResponse

from handlers import help, mention
from handlers.command import Desk, Faults, Step, Task
from handlers.gestures import clicked, picked, submitted
from handlers.question import Place, Question, parse
from handlers.render.blocks import error_blocks
from handlers.render.message import Message
from handlers.rights import Deed, Right
from handlers.work import INTERRUPTED, Busy, Work

logger = logging.getLogger(__name__)

COMMAND = re.compile(r"^/cilium(-[a-z0-9_-]+)?$")
ANY = re.compile(".*")
DEFAULT_WORD = "status"
BROKE = "Something broke on my side."


def register(app: App, work: Work, desk: Desk) -> None:
    """Let what people type, say, click and send reach the desk's book through the pool."""

    @app.command(COMMAND)
    def cilium(ack: Ack, command: dict[str, Any]) -> None:
        answer = command_answer(command, work, desk)
        ack(answer or "")  # the last statement: whatever raised after it would take the ack away

    @app.event("app_mention")
    @app.event("message")
    def said(ack: Ack, body: dict[str, Any]) -> None:
        event_answer(body, work, desk)
        ack()

    @app.action(ANY)
    def pressed(ack: Ack, body: dict[str, Any]) -> None:
        click_answer(body, work, desk)
        ack()

    @app.view(ANY)
    def sent(ack: Ack, body: dict[str, Any]) -> None:
        ack(**form_answer(body, work, desk))

    @app.shortcut(ANY)
    def shortcut(ack: Ack, body: dict[str, Any]) -> None:
        shortcut_answer(body, work, desk)
        ack()

    @app.event(ANY)
    def happened(ack: Ack, body: dict[str, Any]) -> None:
        happening(body, work, desk)
        ack()

    @app.error
    def failed(error: Exception, response: BoltResponse | None) -> BoltResponse | None:
        reference = secrets.token_hex(4)
        logger.error("a listener failed, reference %s", reference, exc_info=error)
        if response is None:  # an event: nobody waits for words, and Bolt takes none
            return None
        return BoltResponse(status=200, body=_private(error_blocks(BROKE, reference=reference)))


def command_answer(command: Mapping[str, object], work: Work, desk: Desk) -> dict[str, object]:
    """What the ack of a command carries: an answer, a refusal, or just that everybody sees the question."""
    question = parse(command)
    begun = _begin(question, desk)
    deed = _deed(question, desk, command)
    if isinstance(begun, Message):
        if desk.gate.reading_is_free:
            _hand_over(lambda: None, deed, work, desk)  # only to be written down
            return _private(begun)
        begun = partial(_tell, question.place, begun, desk)
    refusal = _hand_over(begun, deed, work, desk)
    if refusal is not None:
        return _private(refusal)
    return {} if question.place.quiet else {"response_type": "in_channel"}


def click_answer(body: Mapping[str, object], work: Work, desk: Desk) -> None:
    """Hand a click over; a refusal is told to whoever clicked. A link's button sends a click too."""
    click = clicked(body)
    known = next((one for one in desk.book.clicks if one.action == click.action), None)
    if known is not None:
        what, view = f"click {click.action} {click.value}", body.get("view")
        dialog = isinstance(view, Mapping) and view.get("type") == "modal"
        deed = Deed(right=known.right, place=click.place, what=what, team=team_of(body), dialog=dialog)
        _start(known.begin(click, desk), deed, work, desk)


def form_answer(body: Mapping[str, object], work: Work, desk: Desk) -> dict[str, Any]:
    """Hand a dialog over; what its ack carries: nothing, which closes it, its faults, or the next view."""
    form = submitted(body)
    known = next((one for one in desk.book.forms if one.callback == form.callback), None)
    if known is None:
        return {}
    begun = known.begin(form, desk)
    if isinstance(begun, Faults):
        return {"response_action": "errors", "errors": dict(begun.by_block)}
    if isinstance(begun, Step):
        return {"response_action": "update", "view": begun.view}
    what = " ".join(("form", form.callback, *form.values.values()))
    deed = Deed(right=known.right, place=form.place, what=what, team=team_of(body), dialog=True)
    _start(begun, deed, work, desk)
    return {}


def shortcut_answer(body: Mapping[str, object], work: Work, desk: Desk) -> None:
    """Hand a message shortcut over; a refusal is told to whoever chose it."""
    pick = picked(body)
    known = next((one for one in desk.book.shortcuts if one.callback == pick.callback), None)
    if known is not None:
        what = f"shortcut {pick.callback}"
        deed = Deed(right=known.right, place=pick.place, what=what, team=team_of(body))
        _start(known.begin(pick, desk), deed, work, desk)


def happening(body: Mapping[str, object], work: Work, desk: Desk) -> None:
    """Hand an event over that nobody waits for; one that no part of the book knows is passed over."""
    event = body.get("event")
    kind = event.get("type") if isinstance(event, Mapping) else None
    for known in desk.book.events:
        task = known.begin(body, desk) if known.kind == kind else None
        if task is not None:
            try:
                work.submit(task, lambda reference: None)
            except Busy as error:
                logger.warning("an event %s is passed over: %s", known.kind, error)


def event_answer(body: Mapping[str, object], work: Work, desk: Desk) -> None:
    """Hand over what was said to the bot; what was not said to it is passed over."""
    said = mention.heard(body)
    if said is None:
        return
    _start(partial(_reply, said, desk), _deed(said.question, desk, body), work, desk)


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
    word = desk.word(question.word or DEFAULT_WORD)
    return help.unknown(question, desk.words) if word is None else word.begin(question, desk)


def _deed(question: Question, desk: Desk, body: Mapping[str, object]) -> Deed:
    said = question.word or DEFAULT_WORD
    word = desk.word(said)
    right = word.needed(question.others) if word is not None else Right.READ
    what = " ".join((said, *question.others))
    return Deed(right=right, place=question.place, what=what, team=team_of(body))


def team_of(body: Mapping[str, object]) -> str:
    """The workspace of whoever did it, where Slack tells: with clicks, and in channels shared with others.

    A command is only ever typed by somebody of the workspace that installed the bot.
    https://docs.slack.dev/apis/slack-connect
    """
    event, user = body.get("event"), body.get("user")
    told = event.get("user_team") if isinstance(event, Mapping) else None
    told = user.get("team_id") if isinstance(user, Mapping) else told
    return told if isinstance(told, str) else ""


def _start(begun: Message | Task, deed: Deed, work: Work, desk: Desk) -> None:
    """Hand a task over; a message, and why nothing was started, is told to the one person."""
    task = partial(_tell, deed.place, begun, desk) if isinstance(begun, Message) else begun
    refusal = _hand_over(task, deed, work, desk)
    if refusal is not None:
        work.aside(partial(_tell, deed.place, refusal, desk))


def _hand_over(task: Task, deed: Deed, work: Work, desk: Desk) -> Message | None:
    """Give the task to the pool; a message for the person when it has no room."""
    try:
        work.submit(partial(_through_the_gate, task, deed, desk), _tell_that_it_broke(deed.place, desk))
    except Busy as error:
        return error_blocks(str(error), "Nothing was started; ask again in a minute.")
    return None


def _through_the_gate(task: Task, deed: Deed, desk: Desk) -> None:
    refusal = desk.gate.refusal(deed)
    if refusal is None:
        task()
    else:
        _tell(deed.place, refusal, desk)


def _tell_that_it_broke(place: Place, desk: Desk) -> Callable[[str], None]:
    def tell(reference: str) -> None:
        interrupted = error_blocks("I was restarted before this was done.", "Ask again in a minute.")
        broke = error_blocks(BROKE, reference=reference)
        _tell(place, interrupted if reference == INTERRUPTED else broke, desk)

    return tell


def _tell(place: Place, message: Message, desk: Desk) -> None:
    """Tell only the one person: beside what stands in the channel; of a dialog, in a direct message."""
    if place.channel:
        desk.chat.whisper(place, message)
    elif direct := desk.chat.dm(place.user):
        desk.chat.at(Place(channel=direct, user=place.user, response_url="")).finish(message)


def _private(message: Message) -> dict[str, object]:
    return {"response_type": "ephemeral", "text": message.text, "blocks": list(message.blocks)}
