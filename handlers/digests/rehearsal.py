"""What a digest of a channel would say now, and nothing is sent."""

from collections.abc import Callable

from handlers.command import Desk
from handlers.digests.deeds import Find, preview
from handlers.digests.phrases import When, read
from handlers.digests.schedules import of_channel
from handlers.question import Place
from handlers.render.message import Message

USUAL = ("weekdays", "09:00")


def rehearse(meant: Callable[[], str | None], find: Find, place: Place, desk: Desk) -> Message:
    """The digest that is meant; in a channel that has none, a usual one of the cluster that is ``meant``.

    Raises NotFound, StoreError.
    """
    if not of_channel(desk, place.channel):
        return preview(read(USUAL), meant(), place, desk)
    found = find(desk)
    schedule = found.schedule
    when = When(schedule.cron, schedule.zone)
    return preview(when, schedule.cluster, place, desk, number=found.number)
