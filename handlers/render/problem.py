"""The message of a problem, or of several that came together: how it was, how it is, who has it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.problems.buttons import RELEASE, UNSILENCE, problem_buttons, problems_value
from handlers.problems.look import UNREAD_LOOKS
from handlers.problems.model import Ledger, Post, Problem
from handlers.render.blocks import fitted
from handlers.render.detail import CHAT, Detail
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.page import (
    Bullets,
    Button,
    Command,
    Item,
    Line,
    Page,
    Section,
    Words,
    name,
    plain,
    strong,
)
from handlers.render.problem_words import (
    figures_lines,
    grade_words,
    hold_lines,
    lasted,
    life_words,
    past_words,
    sentence_case,
    unread_words,
)
from handlers.render.status import EVIDENCE
from handlers.render.told import told
from handlers.render.words import MAX_NAME_CHARS, Mark, counted, moment, more

OVER = Mark("Over", "white_check_mark", "✅")  # a single one says after how long
UNREAD = Mark("Not checked", "grey_question", "❔")
SEVERE = Mark("Problem", "x", "❌")
PROBLEM = Mark("Problem", "warning", "⚠️")
RISK = Mark("Risk", "warning", "⚠️")
WORSE = Mark("Worse", "x", "❌")
BUDGET = "the day's unasked messages for this channel are used up, so this edit and the digest tell of it"


def post_message(cluster: str, post: Post, ledger: Ledger, now: datetime) -> Message:
    """What a message says now of the problems that it tells of."""
    return fitted(
        told(post_page(cluster, post, ledger, now)),
        lambda detail: post_page(cluster, post, ledger, now, detail),
    )


def post_page(cluster: str, post: Post, ledger: Ledger, now: datetime, detail: Detail = CHAT[0]) -> Page:
    """The same before any medium."""
    problems = [problem for problem in ledger.problems if problem.id in post.told]
    if len(problems) == 1 and not post.past:
        return _one(cluster, problems[0], now)
    return _several(cluster, post, problems, detail, now)


def worse_message(cluster: str, problems: Sequence[Problem]) -> Message:
    """A reply that says what got worse; the first is the worst of them."""
    first, *others = problems
    more = (Bullets(tuple(_worse(problem) for problem in others[: CHAT[0].listed])),) if others else ()
    page = Page(
        mark=WORSE,
        headline=first.title,
        origin=clean(cluster, MAX_NAME_CHARS),
        sections=(Section((Words(_graded(first)), *more)),),
    )
    return fitted(told(page), lambda detail: page)


def fingerprint(page: Page) -> str:
    """Tells whether two pages say the same."""
    return hashlib.sha256(repr(page).encode()).hexdigest()[:16]


def mark_of(problem: Problem) -> Mark:
    """The state in one word, and a sign of its own shape."""
    if not problem.is_open:
        return replace(OVER, word=f"Over after {lasted(problem)}")
    if problem.unread_looks >= UNREAD_LOOKS:
        return UNREAD
    if not problem.now.hurts:
        return RISK
    return SEVERE if problem.now.severity in ("critical", "high") else PROBLEM


def _one(cluster: str, problem: Problem, now: datetime) -> Page:
    return Page(
        mark=mark_of(problem),
        headline=problem.title,
        origin=f"{clean(cluster, MAX_NAME_CHARS)} · since {moment(problem.since)}",
        sections=(Section(tuple(_items(problem, now))),),
        buttons=_buttons(cluster, (problem,), now),
    )


def _items(problem: Problem, now: datetime) -> Iterable[Item]:
    yield Words(_graded(problem))
    life = [*life_words(problem), *unread_words(problem)]
    if problem.is_open and problem.because:
        yield Words((plain(problem.because),))
    if problem.is_open and problem.look:
        yield Words((strong("Look: "), plain(problem.look)))
    if problem.is_open and problem.command:
        yield Command(problem.command)
    for words in life:
        yield Words((plain(words),))
    yield from (Words(line) for line in hold_lines(problem, now))
    lines = figures_lines(problem)
    if lines:
        yield Bullets(lines)


def _graded(problem: Problem) -> Line:
    return plain(f"{sentence_case(grade_words(problem))} · "), name(problem.id)


def _several(cluster: str, post: Post, problems: Sequence[Problem], detail: Detail, now: datetime) -> Page:
    open_ones = [problem for problem in problems if problem.is_open]
    heaviest = mark_of(open_ones[0]) if open_ones else OVER
    total = counted(len(problems) + len(post.past), "problem")
    still = f", {len(open_ones)} still open" if len(open_ones) < len(problems) + len(post.past) else ""
    worst = f"{total}{still}. The worst: {open_ones[0].title}" if open_ones else f"{total}, none of them open"
    lines = [_line(problem, detail, now) for problem in problems[: detail.listed]]
    if len(problems) > detail.listed:
        lines.append((plain(more(len(problems) - detail.listed, "problem")),))
    lines += [(plain(clean(words, detail.prose)),) for words in post.past]
    late = (Words((plain(f"{len(post.added)} came later: {BUDGET}."),)),) if post.added else ()
    return Page(
        mark=heaviest,
        headline=worst,
        origin=f"{clean(cluster, MAX_NAME_CHARS)} · first told {moment(post.at)}",
        sections=(Section((Bullets(tuple(lines)), *late)),),
        buttons=_buttons(cluster, open_ones, now),
    )


def _line(problem: Problem, detail: Detail, now: datetime) -> Line:
    until = [f"Until {moment(problem.ended)}."] if problem.ended is not None else []
    said = [*until, *past_words(problem), *unread_words(problem)]
    held = [piece for line in hold_lines(problem, now) for piece in (plain(" "), *line)]
    return (
        strong(f"{mark_of(problem).word}: "),
        plain(f"{clean(problem.title, min(detail.prose, 300))} ({problem.worst.severity}, "),
        name(problem.id),
        plain(")."),
        *(plain(f" {words}") for words in said),
        *held,
    )


def _worse(problem: Problem) -> Line:
    return strong(f"{problem.title}: "), *_graded(problem)


def _buttons(cluster: str, problems: Sequence[Problem], now: datetime) -> tuple[Button, ...]:
    """Whatever can be done with those that are open: take on, give back, silence, hear again, look closer."""
    loose = [p.id for p in problems if p.is_open and not p.acknowledged(now)]
    taken = [p.id for p in problems if p.is_open and p.acknowledged(now)]
    loud = [p.id for p in problems if p.is_open and not p.silenced(now)]
    quiet = [p.id for p in problems if p.is_open and p.silenced(now)]
    acknowledge, silence = problem_buttons(cluster, loose)[:1], problem_buttons(cluster, loud)[1:]
    release = (Button("Undo acknowledgement", RELEASE, problems_value(cluster, taken)),) if taken else ()
    unsilence = (Button("End silence", UNSILENCE, problems_value(cluster, quiet)),) if quiet else ()
    evidence = (
        (Button("Evidence", EVIDENCE, cluster),) if any(problem.is_open for problem in problems) else ()
    )
    return (*acknowledge, *release, *silence, *unsilence, *evidence)
