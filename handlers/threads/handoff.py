"""`handoff`: the thread summed up for a ticket, as a Markdown file."""

import logging
import re
from dataclasses import replace
from datetime import timedelta

from handlers.answer import Asked, Kind, begin, report_word
from handlers.command import Desk, Task
from handlers.following import Shown
from handlers.gestures import Clicked
from handlers.problems.holds import standing
from handlers.question import Question
from handlers.render.answer import again_value, answer_blocks
from handlers.render.handoff import Story, handoff_block, handoff_markdown, handoff_page
from handlers.render.message import Message
from handlers.render.status import diagnosis_menu
from handlers.store import StoreError
from handlers.threads.evidence import clicked
from handlers.work import Seen

logger = logging.getLogger(__name__)

UNNAMEABLE = re.compile(r"[^A-Za-z0-9._-]+")
MAX_NAME_CHARS = 60


def _draw(seen: Seen, asked: Asked, desk: Desk) -> Message:
    report = seen.report
    again = again_value(report.cluster, HANDOFF.word, ())
    lay = handoff_page(report, _story(asked, desk))
    menu = diagnosis_menu(report.cluster)
    return answer_blocks(lay, report, again, now=desk.now(), age_s=seen.age_s, menu=menu)


def _then(shown: Shown, asked: Asked, question: Question, desk: Desk) -> None:
    """Share the file in the thread; where that cannot be, or nobody else is to see it, as text to copy."""
    report, place, outcome = shown.report, question.place, shown.outcome
    story = _story(asked, desk)
    if outcome.ts and not place.quiet:
        stamp = f"{report.taken_at:%Y%m%d-%H%M}"
        name = f"handoff-{UNNAMEABLE.sub('-', report.cluster)[:MAX_NAME_CHARS]}-{stamp}.md"
        content = handoff_markdown(report, story).encode()
        root = place.thread_ts or outcome.ts
        told = f"Handoff of {report.cluster[:MAX_NAME_CHARS]}"
        if desk.chat.upload(outcome.channel, root, name, content, title=told, alt=f"{told}, Markdown"):
            return
    again = again_value(report.cluster, HANDOFF.word, ())
    copy = answer_blocks(handoff_block(report, story), report, again, now=desk.now())
    if place.quiet or not outcome.ts:
        desk.chat.whisper(place, copy)
    else:
        root = place.thread_ts or outcome.ts
        desk.chat.at(replace(place, thread_ts=root, message_ts=None)).finish(copy)


def _story(asked: Asked, desk: Desk) -> Story:
    try:
        standings = standing(desk.store, asked.cluster, desk.now())
    except StoreError as error:
        logger.warning("who has the problems of %s is not known: %s", asked.cluster, error)
        return Story(thread=asked.thread, standings=None)
    return Story(thread=asked.thread, standings=standings)


HANDOFF = Kind(word="handoff", draw=_draw, oldest=timedelta(minutes=15), then=_then)
WORD = report_word(
    HANDOFF,
    usage="handoff",
    about="sums a thread up as Markdown for a ticket: causes, evidence, what was looked at, who has it",
)


def hand_over(click: Clicked, cluster: str, desk: Desk) -> Message | Task:
    """The same into the thread of the message that was clicked."""
    return begin(HANDOFF, clicked(click, HANDOFF.word, desk, cluster=cluster), desk)
