"""`what changed`: what is better, worse and the same since a thread's last look, or an hour or a day."""

import re
from dataclasses import replace
from datetime import timedelta

from handlers.answer import Asked, Kind, begin
from handlers.command import Desk, Task, Word
from handlers.question import Question
from handlers.render.answer import again_value, answer_blocks
from handlers.render.blocks import error_blocks
from handlers.render.compared import changed_page
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.status import diagnosis_menu
from handlers.threads.since import since_look, since_then
from handlers.work import Seen

FILLERS = frozenset(
    ("changed", "changes", "has", "is", "new", "since", "in", "the", "last", "look", "ago", "an", "a")
)
SPOKEN = {"hour": "1h", "day": "1d", "yesterday": "1d", "week": "7d"}
SPAN = re.compile(r"(\d{1,3})(m|min|h|d)")
UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=7)
MAX_SAID_CHARS = 40


def _draw(seen: Seen, asked: Asked, desk: Desk) -> Message:
    report, thread = seen.report, asked.thread
    ago = span_of(asked.named[0]) if asked.named else None
    if ago is None and thread is not None and (thread.lost or thread.last is not None):
        since = since_look(thread, report)
    else:
        since = since_then(desk.store, report, ago)
    again = again_value(report.cluster, CHANGED.word, asked.named)
    menu = diagnosis_menu(report.cluster)
    lay = changed_page(report, since)
    return answer_blocks(lay, report, again, now=desk.now(), age_s=seen.age_s, menu=menu)


CHANGED = Kind(word="changed", draw=_draw, most=1)


def span_of(said: str) -> timedelta | None:
    """``90m``, ``24h``, ``7d``; None for anything else, and for none or too much."""
    match = SPAN.fullmatch(said.lower())
    span = timedelta(**{UNITS[match[2]]: int(match[1])}) if match else timedelta()
    return span if timedelta() < span <= LONGEST else None


def _begin(question: Question, desk: Desk) -> Message | Task:
    """``what changed since yesterday`` is ``changed 1d``; it looks anew, or nothing could have changed."""
    said = [SPOKEN.get(_bare(one), one) for one in question.others if _bare(one) not in FILLERS]
    strange = [one for one in said if span_of(one) is None and one not in desk.sweeps.names]
    if strange and (len(desk.sweeps.names) == 1 or len(said) > 1):
        shown = clean(strange[0], MAX_SAID_CHARS)
        return error_blocks(
            f"I do not know since when “{shown}” is.",
            "Say `what changed`, or since when: `what changed 24h`, 7d at most.",
        )
    spans = [one for one in said if span_of(one) is not None][:1]
    rest = [one for one in said if span_of(one) is None]
    kind = CHANGED if spans else replace(CHANGED, most=0)
    return begin(kind, replace(question, others=(*spans, *rest), fresh=True), desk)


def _bare(word: str) -> str:
    return word.lower().rstrip("?!.,")


WORD = Word(
    word=CHANGED.word,
    also=("what", "what's", "diff"),
    usage="what changed [24h]",
    about="says what is better, worse and the same since the last look in a thread, or since then",
    begin=_begin,
)
