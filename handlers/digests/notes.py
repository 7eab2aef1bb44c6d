"""What a digest says of itself: that it is late, what was missed before it, when it comes."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.digests.model import Schedule
from handlers.digests.standing import DOWN, LATE, Missed
from handlers.render.words import span

WITHOUT_STORE = "My store does not answer: this digest may come twice, and there is nothing to compare with."


def late_note(schedule: Schedule, due: datetime, now: datetime, fault: str) -> Sequence[str]:
    """That it comes late, and why; nothing when it is on time."""
    if now - due < LATE:
        return ()
    late = span((now - due).total_seconds())
    return (f"This was due at {when(due, schedule.zone)} and comes {late} late: {fault or DOWN}.",)


def missed_notes(schedule: Schedule, missed: Sequence[Missed]) -> Sequence[str]:
    """What was never sent, and why."""
    return tuple(_missed(schedule, one) for one in missed)


def _missed(schedule: Schedule, one: Missed) -> str:
    first = when(one.first, schedule.zone)
    if one.count == 1:
        return f"The digest of {first} was missed: {one.why}."
    last = when(one.last, schedule.zone)
    return f"{one.count:,} digests from {first} to {last} were missed: {one.why}."


def when(instant: datetime, zone: str) -> str:
    """A moment on the zone's clock: ``Mon 23 Nov 09:00 (Europe/Berlin)``."""
    return moments((instant,), zone)


def moments(instants: Sequence[datetime], zone: str) -> str:
    """Several, with the zone after the last."""
    local = [instant.astimezone(ZoneInfo(zone)) for instant in instants]
    return f"{', '.join(f'{one:%a} {one.day} {one:%b %H:%M}' for one in local)} ({zone})"
