"""What becomes of a channel's digests when Slack tells that the channel ends, opens again, or is called anew.

A failing post remains the authority: Slack does not tell the bot of everything that happens to a channel.
https://docs.slack.dev/reference/events/channel_archive
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import msgspec

from handlers.command import Desk, Event, Task
from handlers.digests import schedules
from handlers.digests.dead import give_up_channel, why_dead
from handlers.digests.model import schedule_id
from handlers.store import StoreError

logger = logging.getLogger(__name__)

ENDS: Mapping[str, str] = {
    "channel_archive": "is_archived",
    "group_archive": "is_archived",
    "channel_deleted": "channel_not_found",
    "group_deleted": "channel_not_found",
    "channel_left": "not_in_channel",
    "group_left": "not_in_channel",
}
"""The events after which nothing is posted there, as the word that a post would be refused with."""


class _Event(msgspec.Struct, frozen=True):
    type: str = ""
    channel: str = ""
    old_channel_id: str = ""
    new_channel_id: str = ""


class _Payload(msgspec.Struct, frozen=True):
    event: _Event = _Event()
    event_id: str = ""


# Bolt's threads meet here: msgspec's first use of a struct is not safe beside another, so it is now.
msgspec.json.Decoder(_Payload)


def _later(act: Callable[[_Event, Desk], None], body: Mapping[str, object], desk: Desk) -> Task:
    """Do it once, however often the event is delivered."""
    payload = msgspec.convert(body, _Payload)

    def task() -> None:
        if desk.deliveries.first(f"event/{payload.event_id}" if payload.event_id else ""):
            try:
                act(payload.event, desk)
            except StoreError as error:
                logger.error("%s of %s has to wait: %s", payload.event.type, payload.event.channel, error)

    return task


def _ended(event: _Event, desk: Desk) -> None:
    for schedule in schedules.of_channel(desk, event.channel):
        if schedule.paused is None:
            give_up_channel(schedule, ENDS[event.type], desk)


def _opened(event: _Event, desk: Desk) -> None:
    """What rests because the channel was archived comes due again; what a person paused does not."""
    for schedule in schedules.of_channel(desk, event.channel):
        if schedule.paused is not None and schedule.paused.why == why_dead("is_archived"):
            schedules.resume(desk.store, schedule.id)


def _moved(event: _Event, desk: Desk) -> None:
    """Follow a channel whose id has changed, as sharing it with another workspace may do."""
    to = event.new_channel_id
    for old in schedules.of_channel(desk, event.old_channel_id):
        if old.fixed:
            logger.error("CILIUM_BOT_DIGESTS: the channel %s is %s now", old.channel, to)
            continue
        new = replace(old, id=schedule_id(to, old.cron, old.zone, old.cluster), channel=to, paused=None)
        schedules.add(desk, new)
        if old.paused is not None:
            schedules.pause(desk.store, replace(old.paused, id=new.id))
        schedules.remove(desk.store, old.id)


EVENTS = (
    *(Event(kind=kind, begin=partial(_later, _ended)) for kind in ENDS),
    Event(kind="channel_unarchive", begin=partial(_later, _opened)),
    Event(kind="group_unarchive", begin=partial(_later, _opened)),
    Event(kind="channel_id_changed", begin=partial(_later, _moved)),
)
