"""What people do with digests: list, preview, save, pause, resume, run, delete. Each runs in the pool."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from handlers.command import Desk
from handlers.digests import issue as issues
from handlers.digests import schedules
from handlers.digests import standing as steps
from handlers.digests.dead import why_dead
from handlers.digests.listing import channel_message, listed, next_words
from handlers.digests.model import Pause, Schedule, schedule_id
from handlers.digests.notes import missed_notes, moments
from handlers.digests.phrases import When
from handlers.digests.schedules import ScheduleRefused
from handlers.digests.standing import Standing
from handlers.digests.zones import resolve
from handlers.outcome import Outcome, Problem
from handlers.question import Place
from handlers.render.blocks import error_blocks
from handlers.render.digests import (
    Plan,
    delete_message,
    done_message,
    preview_message,
    saved_message,
)
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.store import StoreError

logger = logging.getLogger(__name__)

NEXT_RUNS = 3
AWAY = "My store does not answer, so that nothing was changed; ask again in a minute."


@dataclass(frozen=True, slots=True)
class Found:
    """A digest and its number in its channel."""

    schedule: Schedule
    number: int


class NotFound(Exception):
    """Which digest is meant is not known; the text says why."""


Find = Callable[[Desk], Found]
"""Looks for the digest that is meant. Raises NotFound, StoreError."""


def once(delivery: str, desk: Desk, place: Place, deed: Callable[[], Message | None]) -> None:
    """Do it for the first of its deliveries, and show what it says; faults are told to the person alone."""
    if not desk.deliveries.first(delivery):
        return
    try:
        message = deed()
    except (NotFound, ScheduleRefused) as error:
        tell(str(error), "`digest` lists those of this channel.", place, desk)
    except StoreError as error:
        logger.warning("a digest: %s", error)
        tell("Nothing was changed.", AWAY, place, desk)
    else:
        if message is not None:
            desk.chat.at(place).finish(message)


def tell(title: str, help: str, place: Place, desk: Desk) -> None:
    """Say something to the one person: beside a message that stands, or as the answer."""
    message = error_blocks(title, help)
    if place.message_ts is None and not place.response_url:
        desk.chat.at(place).finish(message)
    else:
        desk.chat.whisper(place, message)


def numbered(channel: str, number: int | None) -> Find:
    """The digest of a channel with this number; without one, the only one there is."""

    def find(desk: Desk) -> Found:
        known = schedules.of_channel(desk, channel)
        if not known:
            raise NotFound("This channel has no digest.")
        if number is None and len(known) > 1:
            raise NotFound(f"Which of the {len(known)} digests? Its number goes after the word.")
        if number is not None and not 1 <= number <= len(known):
            raise NotFound(f"This channel has no digest {number}.")
        place = number or 1
        return Found(known[place - 1], place)

    return find


def by_id(id: str) -> Find:
    """The digest with this id, wherever it is posted."""

    def find(desk: Desk) -> Found:
        schedule = next((one for one in schedules.all_schedules(desk) if one.id == id), None)
        if schedule is None:
            raise NotFound("This digest was deleted.")
        ids = [one.id for one in schedules.of_channel(desk, schedule.channel)]
        return Found(schedule, ids.index(id) + 1)

    return find


def preview(when_: When, cluster: str | None, place: Place, desk: Desk, *, number: int = 0) -> Message:
    """What would be saved, or that ``number`` says; in the person's own zone where none was named."""
    if not when_.zone_said:
        when_ = replace(when_, zone=zone_of(place.user, desk))
    schedule = _schedule(when_, cluster, place, desk)
    cron = steps.cron_of(schedule)
    runs = [cron.after(desk.now())]
    while len(runs) < NEXT_RUNS:
        runs.append(cron.after(runs[-1]))
    return preview_message(
        Plan(
            when=when_,
            cluster=cluster,
            next=moments(runs, schedule.zone),
            parts=issues.preview(schedule, desk),
            now=desk.now(),
            number=number,
        )
    )


def zone_of(user: str, desk: Desk) -> str:
    """The time zone in a person's profile; UTC when Slack tells none that is known here."""
    person = desk.chat.person(user)
    found = resolve(person.zone) if person is not None and person.zone else resolve("UTC")
    return "UTC" if found.fault else found.zone


def save(when_: When, cluster: str | None, place: Place, desk: Desk) -> Message:
    """Save it for this channel. Raises ScheduleRefused, StoreError."""
    schedule = _schedule(when_, cluster, place, desk)
    now = desk.now()
    if all(one.id != schedule.id for one in schedules.all_schedules(desk)):
        # One that was deleted, or left the settings, may have left how far it had come.
        steps.begin(desk.store, schedule.id, lambda old: steps.resumed(old or Standing(settled=now), now))
        schedules.add(desk, schedule)
    return saved_message(schedule, next_words(desk, schedule), shared=desk.store.shared)


def pause(find: Find, place: Place, desk: Desk) -> Message:
    """Let it rest until somebody resumes it."""
    found = find(desk)
    schedules.pause(desk.store, Pause(id=found.schedule.id, at=desk.now(), by=place.user))
    return _changed(found, f"Digest {found.number} is paused.", place, desk)


def resume(find: Find, place: Place, desk: Desk) -> Message:
    """Let it come due again, from now on."""
    found = find(desk)
    now = desk.now()
    steps.begin(desk.store, found.schedule.id, lambda old: steps.resumed(old or Standing(settled=now), now))
    schedules.resume(desk.store, found.schedule.id)
    awake = replace(found, schedule=replace(found.schedule, paused=None))
    return _changed(awake, f"Digest {found.number} goes on: {next_words(desk, awake.schedule)}.", place, desk)


def delete(find: Find, place: Place, desk: Desk) -> Message:
    """Ask whether it is meant; nothing is deleted yet."""
    found = _deletable(find(desk))
    return delete_message(listed(desk, found.schedule, found.number))


def spare(find: Find, place: Place, desk: Desk) -> Message:
    """Delete nothing after all."""
    return _changed(find(desk), "Nothing was deleted.", place, desk)


def drop(find: Find, place: Place, desk: Desk) -> Message:
    """Delete it."""
    found = _deletable(find(desk))
    schedules.remove(desk.store, found.schedule.id)
    steps.forget(desk.store, found.schedule.id)
    issues.forget(found.schedule, desk)
    return _changed(found, f"Digest {found.number} is deleted.", place, desk)


def run(find: Find, place: Place, desk: Desk) -> Message | None:
    """Post an issue now; its schedule stays as it is, and the next issue is compared with this one."""
    schedule = find(desk).schedule
    standing = steps.standing_of(desk.store, schedule.id)
    missed = standing.missed if standing else ()
    made = issues.made(schedule, desk, missed_notes(schedule, missed))
    outcome = issues.post(made, schedule.channel, desk)
    if not outcome:
        return unposted(outcome)
    issues.keep(made, schedule, desk)
    now = desk.now()
    steps.begin(
        desk.store,
        schedule.id,
        lambda old: steps.sent(old or Standing(settled=schedule.made or now), None, missed, now, outcome.ts),
    )
    issues.detail(made, outcome, desk)
    return None


def unposted(outcome: Outcome) -> Message:
    """Why nothing stands in the channel."""
    dead = outcome.problem is Problem.CHANNEL
    why = why_dead(outcome.code) if dead else f"Slack did not take it ({outcome.code})"
    return error_blocks("It could not be posted.", f"{why[0].upper()}{why[1:]}.")


def known(cluster: str | None, desk: Desk) -> str | None:
    """The cluster, if the bot still looks at it. Raises NotFound."""
    if cluster is not None and cluster not in desk.sweeps.names:
        raise NotFound(f"I do not look at {clean(cluster, 100)} any more.")
    return cluster


def _schedule(when_: When, cluster: str | None, place: Place, desk: Desk) -> Schedule:
    return Schedule(
        id=schedule_id(place.channel, when_.cron, when_.zone, cluster),
        channel=place.channel,
        cron=when_.cron,
        zone=when_.zone,
        cluster=cluster,
        by=place.user,
        made=desk.now(),
    )


def _deletable(found: Found) -> Found:
    if found.schedule.fixed:
        raise NotFound(
            f"Digest {found.number} is from the bot's settings (CILIUM_BOT_DIGESTS): pause it, or have it "
            "taken out there."
        )
    return found


def _changed(found: Found, note: str, place: Place, desk: Desk) -> Message:
    """The channel's list with what became of one; elsewhere, such as in a direct message, that alone."""
    if place.channel == found.schedule.channel:
        return channel_message(desk, place.channel, note)
    return done_message(note)
