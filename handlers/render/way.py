"""One pod's or node's way as text: the steps, the stop, the cause."""

from datetime import datetime

from checks.steps import State, Step
from checks.way import NotFound, Way
from handlers.render.answer import Lay, fine, unknown, wrong
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.page import Bullets, Item, Line, Page, Section, Words, name, plain, strong
from handlers.render.words import MAX_NAME_CHARS, kind_noun, more

WORD = "Why"

MARKS = {State.DONE: "+", State.STOPS: "X", State.AHEAD: ".", State.UNKNOWN: "?"}
"""A shape for each state; the word stands beside it."""

MAX_DETAIL_CHARS = 600
MAX_HEADLINE_CHARS = 300


def way_text(found: Way | NotFound) -> str:
    """A line for each step with its state in words; names and messages are made harmless."""
    if isinstance(found, NotFound):
        hints = "".join(f"\n  {clean(hint, MAX_DETAIL_CHARS)}" for hint in found.hints)
        return clean(found.text, MAX_DETAIL_CHARS) + (f"\nClose to it:{hints}" if hints else "")
    subject = found.subject
    called = f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name
    stop = found.stop
    verdict = f"stops at: {stop.name}" if stop else "nothing stops it"
    lines = [f"{subject.kind} {clean(called, MAX_DETAIL_CHARS)}: {verdict}"]
    for step in found.steps:
        since = f" since {_ago(step.since, found.taken_at)}" if step.since else ""
        detail = f": {clean(step.detail, MAX_DETAIL_CHARS)}" if step.detail else ""
        lines.append(f"{MARKS[step.state]} {step.name} ({step.state}{since}){detail}")
    for cause, title, because in found.causes:
        lines.append(f"Cause: {clean(title, MAX_DETAIL_CHARS)} ({cause}). {clean(because, MAX_DETAIL_CHARS)}")
    if stop and not found.causes:
        lines.append("No known cause explains it.")
    return "\n".join(lines)


def _ago(since: datetime, now: datetime) -> str:
    seconds = max(0, int((now - since).total_seconds()))
    for size, word in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {word}"
    return f"{seconds} s"


def way_page(found: Way | NotFound) -> Lay:
    """The same as a page; the steps are few, so that detail only shortens their words."""
    if isinstance(found, NotFound):
        lines: tuple[Line, ...] = tuple((name(clean(hint, MAX_DETAIL_CHARS)),) for hint in found.hints)
        sections = (Section((Bullets(lines),), heading="Close to it"),) if lines else ()
        return lambda detail: Page(unknown(WORD), clean(found.text, MAX_HEADLINE_CHARS), "", sections)
    return lambda detail: _way_page(found, detail)


def _way_page(way: Way, detail: Detail) -> Page:
    subject = way.subject
    called = f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name
    stop = way.stop
    doubt = any(step.state is State.UNKNOWN for step in way.steps)
    verdict = f"stops at “{stop.name}”" if stop else "is stopped by nothing that was read"
    mark = wrong(WORD) if stop else unknown(WORD) if doubt else fine(WORD)
    steps = Bullets(tuple(_step(step, way.taken_at, detail) for step in way.steps))
    sections = [Section((steps,))]
    for cause, title, because in way.causes[: detail.causes]:
        told = (
            strong(clean(title, detail.prose)),
            plain(" ("),
            name(clean(cause, MAX_NAME_CHARS)),
            plain(")"),
        )
        items: list[Item] = [Words(told)]
        if because:
            items.append(Words((plain(clean(because, detail.prose)),)))
        sections.append(Section(tuple(items), heading="Cause"))
    left = len(way.causes) - detail.causes
    if left > 0:
        sections.append(Section((Words((plain(more(left, "cause")),)),)))
    if stop and not way.causes:
        sections.append(Section((Words((plain("No known cause explains it."),)),)))
    headline = f"{kind_noun(subject.kind)} {clean(called, MAX_NAME_CHARS)} {verdict}"
    return Page(mark, headline, "", tuple(sections))


def _step(step: Step, taken_at: datetime, detail: Detail) -> Line:
    since = ""
    if step.since:
        age = _ago(step.since, taken_at)
        since = f" {age} ago" if step.state is State.DONE else f" for {age}"
    told = f": {clean(step.detail, min(detail.prose, MAX_DETAIL_CHARS))}" if step.detail else ""
    return (strong(step.name), plain(f" ({step.state}{since}){told}"))
