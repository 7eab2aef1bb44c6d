"""A channel's digests in words: when each was last sent, when it comes next, what became of the others."""

from handlers.command import Desk
from handlers.digests.model import Schedule
from handlers.digests.notes import missed_notes, when
from handlers.digests.schedules import of_channel
from handlers.digests.standing import cron_of, standing_of
from handlers.render.digests import Listed, list_message
from handlers.render.message import Message


def channel_message(desk: Desk, channel: str, note: str = "") -> Message:
    """The channel's digests. Raises StoreError."""
    found = of_channel(desk, channel)
    entries = [listed(desk, schedule, number) for number, schedule in enumerate(found, 1)]
    return list_message(entries, note=note, shared=desk.store.shared)


def listed(desk: Desk, schedule: Schedule, number: int) -> Listed:
    """One of them. Raises StoreError."""
    standing = standing_of(desk.store, schedule.id)
    missed = standing.missed if standing is not None else ()
    sent = standing.sent if standing is not None else None
    return Listed(
        number=number,
        schedule=schedule,
        sent=f"last sent {when(sent, schedule.zone)}" if sent else "not sent yet",
        next=next_words(desk, schedule),
        notes=tuple(missed_notes(schedule, missed)),
    )


def next_words(desk: Desk, schedule: Schedule) -> str:
    """When it comes next, or why it does not."""
    paused = schedule.paused
    if paused is not None:
        why = f": {paused.why}" if paused.why else ""
        return f"paused since {when(paused.at, schedule.zone)}{why}"
    return f"next {when(cron_of(schedule).after(desk.now()), schedule.zone)}"
