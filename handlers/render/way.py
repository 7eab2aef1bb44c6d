"""One pod's or node's way as text: the steps, the stop, the cause."""

from datetime import datetime

from checks.way import NotFound, State, Way
from handlers.render.escape import clean

MARKS = {State.DONE: "+", State.STOPS: "X", State.AHEAD: ".", State.UNKNOWN: "?"}
"""A shape for each state; the word stands beside it."""

MAX_DETAIL_CHARS = 600


def way_text(found: Way | NotFound) -> str:
    """A line for each step with its state in words; names and messages are made harmless."""
    if isinstance(found, NotFound):
        hints = "".join(f"\n  {clean(hint, MAX_DETAIL_CHARS)}" for hint in found.hints)
        return clean(found.text, MAX_DETAIL_CHARS) + (f"\nClose to it:{hints}" if hints else "")
    subject = found.subject
    name = f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name
    stop = found.stop
    verdict = f"stops at: {stop.name}" if stop else "nothing stops it"
    lines = [f"{subject.kind} {clean(name, MAX_DETAIL_CHARS)}: {verdict}"]
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
