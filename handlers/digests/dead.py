"""What happens to a digest whose channel takes nothing any more: it rests, and whoever set it is told."""

import logging

from handlers.command import Desk
from handlers.digests import schedules
from handlers.digests.model import Pause, Schedule
from handlers.question import Place
from handlers.render.digests import dead_message
from handlers.render.doctor import GivenUp
from handlers.store import StoreError

logger = logging.getLogger(__name__)

WHYS = {
    "is_archived": "the channel is archived",
    "is_inactive": "the channel is archived",
    "channel_not_found": "Slack knows no such channel, or it is private and I am not in it",
    "not_in_channel": "I am not in the channel",
}


def why_dead(code: str) -> str:
    """Slack's word as a clause."""
    return WHYS.get(code, f"the channel takes no message of mine ({code})")


def given_up(desk: Desk) -> tuple[GivenUp, ...]:
    """The digests that rest because their channel takes nothing; none while the store is away."""
    try:
        known = schedules.all_schedules(desk)
    except StoreError:
        return ()
    paused = ((one, one.paused) for one in known)
    return tuple(
        GivenUp(one.channel, pause.why, one.fixed)
        for one, pause in paused
        if pause is not None and not pause.by
    )


def give_up_channel(schedule: Schedule, code: str, desk: Desk) -> None:
    """Pause the digest and say so once: to whoever set it, or to the operator, in the log."""
    why = why_dead(code)
    try:
        schedules.pause(desk.store, Pause(id=schedule.id, at=desk.now(), why=why))
    except StoreError as error:
        logger.error("the digest %s of %s cannot be paused: %s", schedule.id, schedule.channel, error)
        return
    if schedule.fixed:
        logger.error("CILIUM_BOT_DIGESTS: the digest of %s is paused: %s", schedule.channel, why)
        return
    direct = desk.chat.dm(schedule.by)
    if direct:
        place = Place(channel=direct, user=schedule.by, response_url="")
        desk.chat.at(place).finish(dead_message(schedule, why))
