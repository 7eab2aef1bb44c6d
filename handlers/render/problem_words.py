"""A problem's life in words."""

from collections.abc import Iterator
from datetime import datetime

from handlers.problems.look import UNREAD_LOOKS
from handlers.problems.model import Figures, Hold, Problem, Weight
from handlers.render.escape import clean
from handlers.render.page import Line, person, plain, strong
from handlers.render.words import counted, moment, number, span

MAX_REASON_CHARS = 300


def grade_words(problem: Problem) -> str:
    """How bad it is, and how that went; a piece of a sentence."""
    now, worst = problem.now, problem.worst
    if not problem.is_open:
        return _past(worst)
    said = _grade(now)
    if problem.unread_looks >= UNREAD_LOOKS:
        return f"when last seen: {said}"
    if now.grade < worst.grade:
        hurt = "it hurt, severity " if worst.hurts and not now.hurts else ""
        return f"{said}; at worst {hurt}{worst.severity}"
    if problem.rose_from is not None:
        return f"{said}, since {moment(problem.rose)}; before that {_past(problem.rose_from)}"
    return said


def _past(weight: Weight) -> str:
    return f"{'it hurt' if weight.hurts else 'it hurt nobody'}, severity {weight.severity}"


def _grade(weight: Weight) -> str:
    return f"{'hurts now' if weight.hurts else 'hurts nobody yet'}, severity {weight.severity}"


def sentence_case(words: str) -> str:
    """The words with a capital at the beginning, and nowhere else than before."""
    return words[:1].upper() + words[1:]


def lasted(problem: Problem) -> str:
    """How long it was there."""
    last = problem.ended or problem.seen
    return span((last - problem.since).total_seconds())


def life_words(problem: Problem) -> Iterator[str]:
    """Until when, on how many, how often it came back, what it is told with now."""
    if problem.ended is not None:
        yield f"From {moment(problem.since)} to {moment(problem.ended)}."
    yield from past_words(problem)


def past_words(problem: Problem) -> Iterator[str]:
    """The same without the times, for a list."""
    counts = count_words(problem)
    if counts:
        yield counts
    if problem.returns:
        yield f"It went away and came back {counted(problem.returns, 'time')}."
    if problem.under:
        yield f"It is told with {problem.under} now."


def count_words(problem: Problem) -> str:
    """On how many objects, where that is known and moved; "" where it did not."""
    first, now, most = problem.first.subjects, problem.now.subjects, problem.worst.subjects
    if first == now == most or not first:
        return ""
    last = f", {now:,} {'now' if problem.is_open else 'at last'}"
    peak = f", {most:,} at most" if most > max(first, now) else ""
    return f"{counted(first, problem.noun)} at first{last}{peak}."


def unread_words(problem: Problem) -> Iterator[str]:
    """Since when nobody can tell."""
    if problem.is_open and problem.unread is not None and problem.unread_looks >= UNREAD_LOOKS:
        yield (
            f"Not checked since {moment(problem.unread)}: what shows it could not be read, so I cannot say "
            "whether it is still there."
        )


def hold_lines(problem: Problem, now: datetime) -> Iterator[Line]:
    """Who has it, who wants no messages of it, and until when."""
    if problem.ack is not None and problem.acknowledged(now):
        yield hold_line("Acknowledged", problem.ack)
    if problem.silence is not None and problem.silenced(now):
        yield hold_line("Silenced", problem.silence)


def hold_line(word: str, hold: Hold) -> Line:
    """Who did what, for whom, until when and why."""
    owner = (plain(" for "), person(hold.owner)) if hold.owner != hold.by else ()
    until = f" until {moment(hold.until)}" if hold.until else ""
    reason = f": {clean(hold.reason, MAX_REASON_CHARS)}" if hold.reason else ""
    return (strong(word), plain(" by "), person(hold.by), *owner, plain(f"{until}{reason}."))


def figures_lines(problem: Problem) -> tuple[Line, ...]:
    """The cluster's figures then and now, where both are known and differ."""
    before, after = problem.before, problem.after
    last = "now" if problem.is_open else "when it was over"
    return tuple(
        (plain(f"{label}: {number(then)} at first, {number(now)} {last}"),)
        for label, then, now in _pairs(before, after)[: 3 if problem.is_open else None]
        if then is not None and now is not None and then != now
    )


def _pairs(before: Figures, after: Figures) -> tuple[tuple[str, int | None, int | None], ...]:
    return (
        ("pods not scheduled", before.not_scheduled, after.not_scheduled),
        ("pods without an address", before.without_ip, after.without_ip),
        ("nodes reachable", before.reachable, after.reachable),
        ("addresses used", before.used, after.used),
        ("addresses attached", before.attached, after.attached),
    )
