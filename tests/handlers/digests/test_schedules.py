from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

import pytest

from bot.store import MemoryStore
from handlers.command import Desk
from handlers.digests import schedules
from handlers.digests.model import Pause, Schedule, schedule_id
from handlers.digests.schedules import ScheduleRefused, all_schedules, channels_of

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@dataclass
class Shelved:
    """All of a desk that schedules need."""

    store: MemoryStore
    fixed_digests: tuple[Schedule, ...] = ()


def desk(*fixed: Schedule) -> Desk:
    return cast(Desk, Shelved(MemoryStore(), fixed))


def schedule(
    channel: str = "C0A", cluster: str | None = None, cron: str = "0 9 * * *", *, fixed: bool = False
) -> Schedule:
    id = schedule_id(channel, cron, "UTC", cluster)
    return Schedule(id=id, channel=channel, cron=cron, cluster=cluster, fixed=fixed)


def test_knows_the_channels_that_have_an_active_digest_of_a_cluster() -> None:
    given = desk(schedule("C0FIXED", fixed=True))
    for one in (schedule("C0A", "shop"), schedule("C0B", "bank"), schedule("C0A", cron="0 8 * * *")):
        schedules.add(given, one)
    assert channels_of(given.store, given.fixed_digests, "shop") == ("C0FIXED", "C0A")
    schedules.pause(given.store, Pause(id=given.fixed_digests[0].id, at=NOW))
    assert channels_of(given.store, given.fixed_digests, "bank") == ("C0B", "C0A")


def test_keeps_the_first_pause_until_it_is_resumed() -> None:
    given = desk()
    one = schedule()
    schedules.add(given, one)
    schedules.pause(given.store, Pause(id=one.id, at=NOW, by="U1", why="holidays"))
    schedules.pause(given.store, Pause(id=one.id, at=NOW, why="the channel is archived"))
    paused = all_schedules(given)[0].paused
    assert paused is not None
    assert paused.by == "U1"
    schedules.resume(given.store, one.id)
    assert all_schedules(given) == (one,)


def test_adds_the_same_digest_once() -> None:
    given = desk(schedule("C0FIXED", fixed=True))
    schedules.add(given, schedule())
    schedules.add(given, replace(schedule(), by="U2"))
    assert len(all_schedules(given)) == 2
    with pytest.raises(ScheduleRefused, match="settings"):
        schedules.add(given, schedule("C0FIXED"))


def test_bounds_what_a_channel_and_everybody_may_have() -> None:
    given = desk()
    for minute in range(schedules.MAX_PER_CHANNEL):
        schedules.add(given, schedule(cron=f"{minute} 9 * * *"))
    with pytest.raises(ScheduleRefused, match="A channel has at most 10"):
        schedules.add(given, schedule(cron="59 9 * * *"))
    for number in range(schedules.MAX_ALL - schedules.MAX_PER_CHANNEL):
        schedules.add(given, schedule(f"C{number}"))
    with pytest.raises(ScheduleRefused, match="200 digests in all"):
        schedules.add(given, schedule("C0NEW"))


def test_removes_one_with_its_pause() -> None:
    given = desk()
    schedules.add(given, schedule())
    schedules.pause(given.store, Pause(id=schedule().id, at=NOW))
    schedules.remove(given.store, schedule().id)
    schedules.add(given, schedule())
    assert all_schedules(given)[0].paused is None
